package barrier

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
)

// uuidLen is how long a UUID is in its canonical form.
const uuidLen = 36

// newName is what a member's name begins with: a UUID, as Curator's members have; the server adds a number. The UUID's version is 8, which is for
// one's own use, so that members of this package are known from others, whose UUIDs are random ones of version 4.
func newName() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	text := hex.EncodeToString(u[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// foreign tells whether a member's name is not one that this package makes.
func foreign(name string) bool {
	return len(name) <= uuidLen+1 || name[8] != '-' || name[13] != '-' || name[14] != '8' || name[18] != '-' || name[23] != '-' || name[uuidLen] != '-'
}

// numberOf is the number that the server gave a name of ours. It is false after the server's count has wrapped.
func numberOf(name string) (int, bool) {
	n, err := strconv.Atoi(name[uuidLen+1:])
	return n, err == nil && n >= 0
}
