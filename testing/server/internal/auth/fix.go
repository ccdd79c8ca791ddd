package auth

import (
	"slices"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// Fix returns the list as it is stored: duplicates dropped, every "auth" entry replaced by what the connection has proved.
// ok is false for a list that no znode may have. What Fix returns shares no memory with acl.
func (p *Policy) Fix(acl []wire.ACL, ids []ID) (_ []wire.ACL, ok bool) {
	if slices.Equal(acl, wire.OpenACL) {
		return wire.OpenACL, true // the common case costs no memory
	}
	var fixed []wire.ACL
	for i, a := range acl {
		if slices.Contains(acl[:i], a) {
			continue
		}
		switch {
		case a.Scheme == "world" && a.ID == "anyone":
			fixed = append(fixed, wire.ACL{Perms: a.Perms, Scheme: "world", ID: "anyone"})
		case a.Scheme == "auth":
			before := len(fixed)
			for _, id := range ids {
				if known := p.provider(id.Scheme); known != nil && known.proves {
					fixed = append(fixed, wire.ACL{Perms: a.Perms, Scheme: id.Scheme, ID: id.ID})
				}
			}
			if len(fixed) == before {
				return nil, false
			}
		default:
			if known := p.provider(a.Scheme); known == nil || !known.valid(a.ID) {
				return nil, false
			}
			fixed = append(fixed, wire.ACL{Perms: a.Perms, Scheme: strings.Clone(a.Scheme), ID: strings.Clone(a.ID)})
		}
	}
	return fixed, len(fixed) > 0
}

// Mask hides the hashes of digest entries from who may read a list but not change it.
func Mask(acl []wire.ACL) []wire.ACL {
	masked := slices.Clone(acl)
	for i := range masked {
		if a := &masked[i]; a.Scheme == "digest" {
			user, _, _ := strings.Cut(a.ID, ":")
			a.ID = user + ":x"
		}
	}
	return masked
}
