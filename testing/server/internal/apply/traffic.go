package apply

import (
	"strings"
	"unicode/utf8"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// statSize is what Apache takes a Stat for, in bytes.
const statSize = 68

// maxNamespaces is how many namespaces are told apart. Apache tells all, and so never forgets a name that was below the root once.
const maxNamespaces = 1000

// traffic is the bytes read from, or written to, each namespace: a znode below the root with all below it.
//
// Source: org.apache.zookeeper.server.DataTree.
type traffic struct {
	all  map[string]*namespace
	last *namespace // which is mostly the next one, too
}

type namespace struct {
	name  string
	bytes fourletter.Latency
}

func newTraffic() traffic { return traffic{all: make(map[string]*namespace)} }

// add counts an operation on path. The root is in no namespace.
func (t *traffic) add(path string, bytes int) {
	if len(path) < 2 {
		return
	}
	name := path[1:]
	if end := strings.IndexByte(name, '/'); end >= 0 {
		name = name[:end]
	}
	if t.last == nil || name != t.last.name {
		n := t.all[name]
		if n == nil {
			if len(t.all) >= maxNamespaces {
				return
			}
			n = &namespace{name: strings.Clone(name)} // it may be a view of a frame
			t.all[n.name] = n
		}
		t.last = n
	}
	size, l := int64(javaLength(path)+bytes), &t.last.bytes
	if l.Count == 0 || size < l.Min {
		l.Min = size
	}
	l.Max = max(l.Max, size)
	l.Count++
	l.Total += size
}

// javaLength is how long Java takes a string for: in units of UTF-16.
func javaLength(s string) int {
	n := utf8.RuneCountInString(s)
	if n == len(s) {
		return n
	}
	for _, r := range s {
		if r > 0xffff {
			n++
		}
	}
	return n
}

// reset begins anew; a namespace that has been told is told on.
func (t *traffic) reset() {
	for _, n := range t.all {
		n.bytes = fourletter.Latency{}
	}
}

func (t *traffic) copied() map[string]fourletter.Latency {
	all := make(map[string]fourletter.Latency, len(t.all))
	for name, n := range t.all {
		all[name] = n.bytes
	}
	return all
}

// childrenSize is what a list of children counts.
func childrenSize(names []string) int {
	n := 0
	for _, name := range names {
		n += javaLength(name)
	}
	return n
}

// Traffic is what was read and written, for the goroutine that the stage belongs to.
func (a *Apply) Traffic() fourletter.Namespaces {
	return fourletter.Namespaces{Reads: a.reads.copied(), Writes: a.writes.copied()}
}

// ResetTraffic begins anew, for the same goroutine.
func (a *Apply) ResetTraffic() {
	a.reads.reset()
	a.writes.reset()
}
