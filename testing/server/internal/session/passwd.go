package session

import "github.com/zookit-go/zookit/internal/wire"

// Passwd is the password of a session. It keeps nobody out who knows the rule, but all servers of an ensemble, Apache's
// included, must agree on it: 16 bytes from java.util.Random, seeded with the id and one fixed number.
func Passwd(id int64) []byte {
	const secret, multiplier, mask = 0xB3415C00, 0x5DEECE66D, 1<<48 - 1
	seed := (uint64(id) ^ secret ^ multiplier) & mask
	p := make([]byte, 0, wire.PasswdSize)
	for len(p) < wire.PasswdSize {
		seed = (seed*multiplier + 0xB) & mask
		word := uint32(seed >> 16)
		p = append(p, byte(word), byte(word>>8), byte(word>>16), byte(word>>24))
	}
	return p
}
