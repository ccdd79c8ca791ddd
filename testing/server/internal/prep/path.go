package prep

import (
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// validPath tells whether a znode may have this path. Apache looks at UTF-16 units, so what lies outside the basic plane
// fails as a pair of surrogates; bytes that are no UTF-8 fail as the replacement character.
func validPath(path string) bool {
	if path == tree.Root {
		return true
	}
	if path == "" || path[0] != '/' || path[len(path)-1] == '/' {
		return false
	}
	start := 1
	for i, c := range path[1:] {
		at := i + 1
		switch {
		case c == '/':
			if !validName(path[start:at]) {
				return false
			}
			start = at + 1
		case c <= 0x1f, c >= 0x7f && c <= 0x9f, c >= 0xd800 && c <= 0xf8ff, c >= 0xfff0:
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
func reserved(path string) bool {
	switch path {
	case tree.Root, tree.System, tree.QuotaRoot, tree.ConfigNode:
		return true
	}
	return false
}
