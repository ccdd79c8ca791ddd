package prep

import (
	"slices"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
)

// fix returns an access control list as it is stored.
func (p *Prep) fix(acl []wire.ACL, ids []auth.ID) ([]wire.ACL, wire.Code) {
	e := p.settings.Era
	if acl == nil && e.NullListMalformed {
		return nil, wire.MarshallingError
	}
	if e.NoIPv6 && slices.ContainsFunc(acl, func(a wire.ACL) bool { return a.Scheme == "ip" && strings.Contains(a.ID, ":") }) {
		return nil, wire.InvalidACL
	}
	if e.AuthLast {
		acl = authLast(acl)
	}
	fixed, ok := p.settings.Policy.Fix(acl, ids)
	if !ok {
		return nil, wire.InvalidACL
	}
	return fixed, wire.OK
}

func authLast(acl []wire.ACL) []wire.ACL {
	sorted := slices.Clone(acl)
	slices.SortStableFunc(sorted, func(a, b wire.ACL) int { return order(a) - order(b) })
	return sorted
}

func order(a wire.ACL) int {
	if a.Scheme == "auth" {
		return 1
	}
	return 0
}
