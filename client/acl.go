package client

import (
	"crypto/sha1" //nolint:gosec // the protocol's choice
	"encoding/base64"
	"hash"

	"github.com/go-zookeeper/zk"
)

// ACLProvider gives the access control lists of znodes that are created without one: by a Create on which ACL is not called, for the
// parents that a create makes on the way, and so for all that recipes make. path is the one that was given to Create, or the parent's;
// what the server or Protected add to it is not in it. For nil the list is open to the world; an empty list is an error of the create.
//
// It is called for each create, in the caller's goroutine, by many at the same time.
type ACLProvider func(path string) []zk.ACL

// acl is the list for a path.
func (p ACLProvider) acl(path string) []zk.ACL {
	if p == nil {
		return worldACL
	}
	if acl := p(path); acl != nil {
		return acl
	}
	return worldACL
}

// World lets everybody do what perms says: the sum of zk.PermRead, PermWrite, PermCreate, PermDelete and PermAdmin, or PermAll. So
// in the other functions that make an entry for an access control list.
func World(perms int32) zk.ACL { return zk.ACL{Perms: perms, Scheme: "world", ID: "anyone"} }

// Creator is for who creates the znode or sets the list: the server puts an entry for each of the client's identities by digest, sasl
// or x509 in its place. Without any of those the server answers zk.ErrInvalidACL.
func Creator(perms int32) zk.ACL { return zk.ACL{Perms: perms, Scheme: "auth"} }

// Digest is for clients with WithDigest(user, password), on servers with the usual hash, SHA-1. The entry has the hash, not the
// password; but a hash that is not salted is not for everybody's eyes, and who may read a znode may read its list.
func Digest(user, password string, perms int32) zk.ACL {
	return DigestBy(sha1.New, user, password, perms)
}

// DigestBy is Digest for servers with another hash, such as sha256.New where the server says DigestAuthenticationProvider.digestAlg=SHA-256.
func DigestBy(newHash func() hash.Hash, user, password string, perms int32) zk.ACL {
	sum := newHash()
	sum.Write([]byte(user + ":" + password)) // a hash takes everything
	return zk.ACL{Perms: perms, Scheme: "digest", ID: user + ":" + base64.StdEncoding.EncodeToString(sum.Sum(nil))}
}

// IP is for clients that connect from an address, "10.0.0.7", or a network, "10.0.0.0/8".
func IP(addr string, perms int32) zk.ACL { return zk.ACL{Perms: perms, Scheme: "ip", ID: addr} }

// X509 is for clients whose certificate has the subject, as Java writes it: "CN=alice,O=Example". The server must have TLS, or it answers
// zk.ErrInvalidACL.
func X509(subject string, perms int32) zk.ACL {
	return zk.ACL{Perms: perms, Scheme: "x509", ID: subject}
}

// SASL is for clients with WithSASL of that user. The server must have the SASLAuthenticationProvider, or it answers zk.ErrInvalidACL.
func SASL(user string, perms int32) zk.ACL { return zk.ACL{Perms: perms, Scheme: "sasl", ID: user} }
