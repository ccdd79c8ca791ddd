package auth

import "strings"

// validPrincipal tells whether a name is one as Kerberos has them, service[/host]@realm, or anything without a realm. Apache wants
// that of every user of sasl, whatever the mechanism.
func validPrincipal(id string) bool {
	name, realm, has := strings.Cut(id, "@")
	return !has || !strings.ContainsAny(realm, "/@") && strings.Count(name, "/") <= 1
}

// matchSASL lets a user called super pass for every other user of sasl, which is less than to be a super user.
func matchSASL(have, want string) bool { return have == want || have == "super" }
