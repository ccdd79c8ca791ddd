package barrier

import (
	"crypto/rand"
	"encoding/hex"
)

// newName is a member's name: a UUID, as Curator's members have. Its version is 8, which is for one's own use, so that members of this
// package are known from others, whose UUIDs are random ones of version 4.
func newName() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	text := hex.EncodeToString(u[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// foreign tells whether a member's name is not one of newName's.
func foreign(name string) bool {
	return len(name) != 36 || name[8] != '-' || name[13] != '-' || name[14] != '8' || name[18] != '-' || name[23] != '-'
}
