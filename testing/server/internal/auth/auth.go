// Package auth is identities and permissions: who a connection is, which access control lists are valid, and what they
// allow. The schemes are world, auth, ip, super and, as the operator decides, digest, x509 and sasl.
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

// Policy is what an operator decides about identities and permissions. The zero value is that of a server without further
// configuration. It is not written to once a server has it.
type Policy struct {
	// SuperDigest is the digest identity, user:base64(hash(user:password)), that no list can refuse. Empty is none.
	SuperDigest string
	Digest      Algorithm // the hash of the scheme digest
	NoDigest    bool      // the scheme digest is unknown

	X509      bool   // the scheme x509 is known
	X509Super string // the subject that no list can refuse. Empty is none.

	SASL       bool     // the scheme sasl is known in lists
	SASLSupers []string // the users of sasl that no list can refuse
	SASLOpen   string   // the user of sasl for whom every other one passes, too. Empty is none.

	SkipACL  bool     // every list allows everything
	Required []string // a connection must have an identity of one of these schemes before it may ask for anything; empty is none
}

// provider is what the server knows about a scheme.
type provider struct {
	valid  func(id string) bool         // may stand in a list
	match  func(have, want string) bool // have is a connection's, want a list's
	proves bool                         // its identities count for the scheme "auth"
}

func same(have, want string) bool { return have == want }

var (
	digestProvider = provider{valid: validDigest, match: same, proves: true}
	ipProvider     = provider{valid: validNet, match: matchNet}
	x509Provider   = provider{valid: validDN, match: same, proves: true}
	saslProvider   = provider{valid: validPrincipal, match: matchSASL, proves: true}
)

// provider returns that of a scheme, or nil.
func (p *Policy) provider(scheme string) *provider {
	switch {
	case scheme == "digest" && !p.NoDigest:
		return &digestProvider
	case scheme == "ip":
		return &ipProvider
	case scheme == "x509" && p.X509:
		return &x509Provider
	case scheme == "sasl" && p.SASL:
		return &saslProvider
	}
	return nil
}

// Knows tells whether the scheme is one that a connection can have an identity of.
func (p *Policy) Knows(scheme string) bool { return p.provider(scheme) != nil }

// Enough tells whether a connection with these identities may ask for anything.
func (p *Policy) Enough(ids []ID) bool {
	return len(p.Required) == 0 || slices.ContainsFunc(ids, func(id ID) bool { return slices.Contains(p.Required, id.Scheme) })
}

// Add returns ids with what the client proves by data. It never writes to ids: requests already received keep the list that
// they came with. ok is false if the scheme cannot be used so.
func (p *Policy) Add(ids []ID, scheme string, data []byte) (_ []ID, ok bool) {
	if !p.Knows(scheme) {
		return ids, false
	}
	switch scheme {
	case "ip": // the connection has its address already
		return ids, true
	case "x509": // and its certificate, if it has one
		return ids, slices.ContainsFunc(ids, func(id ID) bool { return id.Scheme == scheme })
	case "digest":
		if data == nil {
			return ids, false
		}
		id := p.Digest.Digest(string(data))
		if id == p.SuperDigest && id != "" {
			ids = with(ids, ID{Scheme: "super"})
		}
		return with(ids, ID{Scheme: "digest", ID: id}), true
	}
	return ids, false
}

// AddSubject returns ids with that of a client whose certificate has been verified.
func (p *Policy) AddSubject(ids []ID, subject string) []ID {
	if !p.X509 {
		return ids
	}
	if p.X509Super != "" && subject == p.X509Super {
		ids = with(ids, ID{Scheme: "super", ID: subject})
	}
	return with(ids, ID{Scheme: "x509", ID: subject})
}

// AddUser returns ids with that of a user who has proved by SASL who he is. ok is false for a name that none can have.
func (p *Policy) AddUser(ids []ID, user string) (_ []ID, ok bool) {
	if !validPrincipal(user) {
		return ids, false
	}
	ids = with(ids, ID{Scheme: "sasl", ID: user})
	if slices.Contains(p.SASLSupers, user) {
		ids = with(ids, ID{Scheme: "super"})
	}
	return ids, true
}

func with(ids []ID, id ID) []ID {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(slices.Clip(ids), id)
}

// User is what whoAmI tells of an identity. Of one whose scheme has no provider it tells nothing.
func (p *Policy) User(id ID) string {
	switch {
	case !p.Knows(id.Scheme):
		return ""
	case id.Scheme == "digest":
		user, _, _ := strings.Cut(id.ID, ":")
		return user
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
func (p *Policy) Allowed(acl []wire.ACL, want int32, ids []ID) bool {
	if len(acl) == 0 || p.SkipACL {
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
		known := p.provider(a.Scheme)
		if known == nil {
			continue
		}
		for _, id := range ids {
			if id.Scheme == a.Scheme && (known.match(id.ID, a.ID) || a.Scheme == "sasl" && a.ID == p.SASLOpen && a.ID != "") {
				return true
			}
		}
	}
	return false
}
