package auth

import (
	"crypto/sha1" //nolint:gosec // the protocol's choice
	"encoding/base64"
	"strings"
)

// Digest is the identity behind "user:password": the whole text is hashed, so a text without a colon has one, too.
func Digest(userPassword string) string {
	user, _, _ := strings.Cut(userPassword, ":")
	sum := sha1.Sum([]byte(userPassword)) //nolint:gosec // the protocol's choice
	return user + ":" + base64.StdEncoding.EncodeToString(sum[:])
}

// validDigest wants two parts around a colon; empty ones at the end do not count.
func validDigest(id string) bool {
	parts := strings.Split(id, ":")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return len(parts) == 2
}
