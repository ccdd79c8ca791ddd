package server_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// dump is everything that a client can see of the znodes, one a line, in the order of the paths.
func (c *raw) dump() []string {
	c.t.Helper()
	var all []string
	var visit func(path string)
	visit = func(path string) {
		var data wire.GetDataResponse
		var children wire.GetChildrenResponse
		var acl wire.GetACLResponse
		c.ok(wire.OpGetData, read(path), &data)
		c.ok(wire.OpGetChildren, read(path), &children)
		c.ok(wire.OpGetACL, at(path), &acl)
		all = append(all, fmt.Sprintf("%s %q nil=%t %+v %v", path, data.Data, data.Data == nil, data.Stat, acl.ACL))
		slices.Sort(children.Children)
		for _, name := range children.Children {
			visit(strings.TrimSuffix(path, "/") + "/" + name)
		}
	}
	visit("/")
	return all
}

// differ lists the lines that only one of two dumps has. The stats of quotas are left out: a server counts them again when it starts.
func differ(a, b []string) (lines []string) {
	return slices.DeleteFunc(strictly(a, b), func(line string) bool { return strings.Contains(line, "/zookeeper_stats ") })
}

// strictly is differ for two servers that have just started.
func strictly(a, b []string) (lines []string) {
	only := func(mark string, a, b []string) {
		for _, line := range a {
			if !slices.Contains(b, line) {
				lines = append(lines, mark+line)
			}
		}
	}
	only("- ", a, b)
	only("+ ", b, a)
	return lines
}
