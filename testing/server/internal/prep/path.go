package prep

import (
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

func (p *Prep) validPath(path string) bool { return validPath(path, p.settings.Era.OpenBorders) }

// validPath tells whether a znode may have this path. Apache looks at UTF-16 units, so what lies outside the basic plane
// fails as a pair of surrogates; bytes that are no UTF-8 fail as the replacement character. With open borders the ranges of what
// fails are without their ends.
func validPath(path string, openBorders bool) bool {
	if path == tree.Root {
		return true
	}
	if path == "" || path[0] != '/' || path[len(path)-1] == '/' {
		return false
	}
	start, border := 1, rune(0)
	if openBorders {
		border = 1
	}
	for i, c := range path[1:] {
		at := i + 1
		switch {
		case c == '/':
			if !validName(path[start:at]) {
				return false
			}
			start = at + 1
		case c <= 0x1f-border, c >= 0x7f+border && c <= 0x9f-border, c >= 0xd800+border && c <= 0xf8ff-border,
			c >= 0xfff0+border && c <= 0xffff-border, c > 0xffff:
			return false
		}
	}
	return validName(path[start:])
}

func validName(name string) bool { return name != "" && name != "." && name != ".." }

// plausible is the check that comes before all others, where the whole one comes late or never.
func plausible(path string) bool {
	return strings.IndexByte(path, '/') >= 0 && strings.IndexByte(path, 0) < 0
}

// reserved znodes cannot be deleted.
func (p *Prep) reserved(path string) bool {
	switch path {
	case tree.Root, tree.System, tree.QuotaRoot:
		return true
	case tree.ConfigNode:
		return p.settings.Era.ConfigNode
	}
	return false
}
