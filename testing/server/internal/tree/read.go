package tree

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// Lookup tells what prep has to know. Anyone may ask.
func (t *Tree) Lookup(path string) (m Meta, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.nodes[path]
	if n == nil {
		return Meta{}, false
	}
	return n.meta(), true
}

// Ephemerals lists the session's znodes, in no order. Anyone may ask.
func (t *Tree) Ephemerals(session int64) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	mine := t.ephemerals[session]
	paths := make([]string, 0, len(mine))
	for p := range mine {
		paths = append(paths, p)
	}
	return paths
}

// The rest is for apply, which reads between its own writes and so needs no lock.

// Stat returns a znode's stat as clients see it.
func (t *Tree) Stat(path string) (wire.Stat, bool) {
	n := t.nodes[path]
	if n == nil {
		return wire.Stat{}, false
	}
	return n.view(), true
}

// Get returns a znode's data, which is not to be changed, and its stat.
func (t *Tree) Get(path string) (data []byte, stat wire.Stat) {
	if n := t.nodes[path]; n != nil {
		data, stat = n.data, n.view()
	}
	return data, stat
}

// Data returns a znode's data, which is not to be changed.
func (t *Tree) Data(path string) []byte {
	data, _ := t.Get(path)
	return data
}

// ACL returns a znode's list, which is not to be changed.
func (t *Tree) ACL(path string) (acl []wire.ACL, ok bool) {
	n := t.nodes[path]
	if n == nil {
		return nil, false
	}
	return n.acl, true
}

// Children lists the names of a znode's children, in no order.
func (t *Tree) Children(path string) []string {
	n := t.nodes[path]
	if n == nil {
		return nil
	}
	names := make([]string, 0, len(n.children))
	for name := range n.children {
		names = append(names, name)
	}
	return names
}

// Descendants counts the znodes below path.
func (t *Tree) Descendants(path string) int {
	n := t.nodes[path]
	if n == nil {
		return 0
	}
	count := len(n.children)
	for name := range n.children {
		count += t.Descendants(strings.TrimSuffix(path, "/") + "/" + name)
	}
	return count
}
