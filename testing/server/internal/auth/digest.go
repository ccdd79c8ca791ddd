package auth

import (
	"crypto/md5"  //nolint:gosec // one that an operator may ask for
	"crypto/sha1" //nolint:gosec // the protocol's choice
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"strings"
)

// Algorithm is the hash of the scheme digest. The zero value is SHA-1.
type Algorithm struct{ hash func() hash.Hash }

// algorithms has Java's names of them, in capitals. Java has MD2, too, and nobody else has.
var algorithms = map[string]func() hash.Hash{
	"SHA1": sha1.New, "SHA-1": sha1.New, "SHA": sha1.New, "MD5": md5.New,
	"SHA-224": sha256.New224, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New,
	"SHA-512/224": sha512.New512_224, "SHA-512/256": sha512.New512_256,
	"SHA3-224": func() hash.Hash { return sha3.New224() }, "SHA3-256": func() hash.Hash { return sha3.New256() },
	"SHA3-384": func() hash.Hash { return sha3.New384() }, "SHA3-512": func() hash.Hash { return sha3.New512() },
}

// FindAlgorithm returns the algorithm that Java's MessageDigest knows under a name, in whatever case.
func FindAlgorithm(name string) (a Algorithm, ok bool) {
	name = strings.ToUpper(name)
	if rest, cut := strings.CutPrefix(name, "SHA"); cut && len(rest) >= 3 && rest[0] >= '0' && rest[0] <= '9' && rest[1] != '-' {
		name = "SHA-" + rest // of the second family: SHA256 is SHA-256, SHA3-256 is not
	}
	a.hash, ok = algorithms[name]
	return a, ok
}

// Digest is the identity behind "user:password": the whole text is hashed, so a text without a colon has one, too.
func (a Algorithm) Digest(userPassword string) string {
	user, _, _ := strings.Cut(userPassword, ":")
	sum := sha1.New() //nolint:gosec // the protocol's choice
	if a.hash != nil {
		sum = a.hash()
	}
	sum.Write([]byte(userPassword)) // a hash takes everything
	return user + ":" + base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// Digest is Algorithm.Digest under SHA-1.
func Digest(userPassword string) string { return Algorithm{}.Digest(userPassword) }

// validDigest wants two parts around a colon; empty ones at the end do not count.
func validDigest(id string) bool {
	parts := strings.Split(id, ":")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return len(parts) == 2
}
