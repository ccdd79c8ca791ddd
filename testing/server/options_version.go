package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/era"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// Version is the release of Apache ZooKeeper that a server behaves as. The zero Version is V39.
type Version uint8

// The versions, each the last release of its line but for 3.8, where it is the one that the server is compared with.
const (
	V39 Version = iota // 3.9.5
	V38                // 3.8.0, with the fix of CVE-2024-23944, as Debian has it
	V36                // 3.6.4
	V35                // 3.5.10
	V34                // 3.4.14
)

// eras is in the order of the constants.
var eras = [...]*era.Era{era.V39, era.V38, era.V36, era.V35, era.V34}

var errNoVersion = errors.New("no such version")

// Versions lists all versions, the oldest first.
func Versions() []Version { return []Version{V34, V35, V36, V38, V39} }

// ParseVersion reads a version: the line, such as "3.5", or the release, such as "3.5.10". A release that is not the one of its line
// is an error, since nothing is known of what it did otherwise.
func ParseVersion(s string) (Version, error) {
	for v, e := range eras {
		if line := e.Number[:strings.LastIndexByte(e.Number, '.')]; s == line || s == e.Number {
			return Version(v), nil
		}
	}
	known := make([]string, 0, len(eras))
	for _, e := range slices.Backward(eras[:]) {
		known = append(known, e.Number)
	}
	return 0, fmt.Errorf("server: version %q: %w; there are %s", s, errNoVersion, strings.Join(known, ", "))
}

// String is the number of the release, such as "3.5.10".
func (v Version) String() string {
	if int(v) >= len(eras) {
		return fmt.Sprintf("version %d", uint8(v))
	}
	return v.era().Number
}

func (v Version) era() *era.Era { return eras[v] }

// suit takes from a tree what the version does not have.
func (v Version) suit(t *tree.Tree) *tree.Tree {
	if !v.era().ConfigNode {
		t.Delete(tree.ConfigNode, 0)
	}
	return t
}

// WithVersion makes the server behave as a release of Apache ZooKeeper, by default as V39. What an older one does not know it answers
// as that one did: an unknown operation, for one, with UNIMPLEMENTED and the end of the connection.
func WithVersion(v Version) Option {
	return func(c *config) error {
		if int(v) >= len(eras) {
			return fmt.Errorf("%v: %w", v, errNoVersion)
		}
		c.version = v
		return nil
	}
}

// Version is the release that the server behaves as.
func (s *Server) Version() Version { return s.cfg.version }
