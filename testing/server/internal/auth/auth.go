// Package auth is identities and permissions: who a connection is, which access control lists are valid, and what they
// allow. The schemes are those of a server without further configuration: world, auth, digest, ip and super.
package auth

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// ID is one identity of a connection.
type ID struct {
	Scheme string
	ID     string
}

// Policy is what an operator decides about identities.
type Policy struct {
	// SuperDigest is the digest identity, user:base64(sha1(user:password)), that no list can refuse. Empty is none.
	SuperDigest string
}

// provider is what the server knows about a scheme.
type provider struct {
	valid  func(id string) bool         // may stand in a list
	match  func(have, want string) bool // have is a connection's, want a list's
	proves bool                         // its identities count for the scheme "auth"
}

var providers = map[string]provider{
	"digest": {valid: validDigest, match: func(have, want string) bool { return have == want }, proves: true},
	"ip":     {valid: validNet, match: matchNet},
}

// Add returns ids with what the client proves by data. It never writes to ids: requests already received keep the list that
// they came with. ok is false if the scheme cannot be used so.
func (p Policy) Add(ids []ID, scheme string, data []byte) (_ []ID, ok bool) {
	switch scheme {
	case "ip": // the connection has its address already
		return ids, true
	case "digest":
		if data == nil {
			return ids, false
		}
		id := Digest(string(data))
		if id == p.SuperDigest && id != "" {
			ids = with(ids, ID{Scheme: "super"})
		}
		return with(ids, ID{Scheme: "digest", ID: id}), true
	}
	return ids, false
}

func with(ids []ID, id ID) []ID {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(slices.Clip(ids), id)
}

// User is what whoAmI tells of an identity.
func (id ID) User() string {
	switch id.Scheme {
	case "digest":
		user, _, _ := strings.Cut(id.ID, ":")
		return user
	case "super":
		return ""
	}
	return id.ID
}

// Peer is the identity that a connection has by its address. An address that names no host, as that of a pipe, is this
// host's.
func Peer(addr net.Addr) ID {
	ip := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if addr != nil {
		if ap, err := netip.ParseAddrPort(addr.String()); err == nil {
			ip = ap.Addr()
		}
	}
	return ID{Scheme: "ip", ID: javaText(ip.Unmap().WithZone(""))}
}

// javaText writes an address as Java does: an IPv6 address is never shortened.
func javaText(ip netip.Addr) string {
	if ip.Is4() {
		return ip.String()
	}
	b := ip.As16()
	var groups [8]string
	for i := range groups {
		groups[i] = strconv.FormatUint(uint64(b[2*i])<<8|uint64(b[2*i+1]), 16)
	}
	return strings.Join(groups[:], ":")
}

// Allowed tells whether ids may do one of want with what acl guards. An empty list guards nothing.
func Allowed(acl []wire.ACL, want int32, ids []ID) bool {
	if len(acl) == 0 {
		return true
	}
	for i := range acl {
		a := &acl[i]
		if a.Perms&want != 0 && a.Scheme == "world" && a.ID == "anyone" {
			return true
		}
	}
	for _, id := range ids {
		if id.Scheme == "super" {
			return true
		}
	}
	for i := range acl {
		a := &acl[i]
		if a.Perms&want == 0 {
			continue
		}
		p, known := providers[a.Scheme]
		if !known {
			continue
		}
		for _, id := range ids {
			if id.Scheme == a.Scheme && p.match(id.ID, a.ID) {
				return true
			}
		}
	}
	return false
}
