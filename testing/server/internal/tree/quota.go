package tree

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// The znodes of a quota. They are below QuotaRoot and the path that they are for.
const (
	limitNode = "zookeeper_limits"
	statNode  = "zookeeper_stats"
)

// quotaFor returns the path that a znode is a quota's for, if its parent is where quotas are.
func quotaFor(parent string) (path string, ok bool) {
	path, ok = strings.CutPrefix(parent, QuotaRoot)
	return path, ok && (path == "" || path[0] == '/')
}

// created keeps the books of a znode that has just been made.
func (t *Tree) created(path string, n *node) {
	size := int64(len(n.data)) // as the client gave it
	parent, name := Split(path)
	if of, ok := quotaFor(parent); ok {
		switch {
		case name == limitNode && of != "": // the root has no quota; Apache ends on it
			t.limited[of] = struct{}{}
		case name == statNode:
			t.count(of, n)
		}
	}
	t.charge(path, size, 1)
}

// deleted keeps the books of a znode that is there no more.
func (t *Tree) deleted(path string, n *node) {
	parent, name := Split(path)
	if of, ok := quotaFor(parent); ok && name == limitNode {
		delete(t.limited, of)
	}
	t.charge(path, -int64(len(n.data)), -1)
}

// count writes into a quota's stats what is there.
func (t *Tree) count(path string, stats *node) {
	u := usage{countKey: 0, bytesKey: 0}
	t.each(path, func(n *node) {
		u[countKey]++
		u[bytesKey] += int64(len(n.data))
	})
	t.restate(stats, u)
}

// restate gives a quota's stats a text of their own.
func (t *Tree) restate(stats *node, u usage) {
	text := u.text()
	t.unseen += len(text) - len(stats.data)
	stats.data = text
}

// each visits a znode and all below it.
func (t *Tree) each(path string, visit func(*node)) {
	n := t.nodes[path]
	if n == nil {
		return
	}
	visit(n)
	for name := range n.children {
		t.each(strings.TrimSuffix(path, "/")+"/"+name, visit)
	}
}

// charge adds a change to the stats of the one quota that counts for path. That is no transaction: nothing of the stats' znode
// changes but its data, and nobody is told.
func (t *Tree) charge(path string, bytes, count int64) {
	of := t.quotaOn(path)
	if of == "" {
		return
	}
	stats := t.nodes[QuotaRoot+of+"/"+statNode]
	if stats == nil {
		return
	}
	u, _ := parseUsage(stats.data) // Apache ends on what it cannot read
	u[countKey] = u.get(countKey) + count
	u[bytesKey] = u.get(bytesKey) + bytes
	t.restate(stats, u)
}

// quotaOn returns the deepest path with a quota that path is, or is below of; "" is none.
func (t *Tree) quotaOn(path string) string {
	if len(t.limited) == 0 {
		return ""
	}
	for path != "" && path != Root {
		if _, ok := t.limited[path]; ok {
			return path
		}
		path, _ = Split(path)
	}
	return ""
}

// CheckQuota judges a change of path by so many bytes and znodes: it may break no hard limit. It asks the quota as it is, whatever
// else is on its way. Anyone may ask.
func (t *Tree) CheckQuota(path string, bytes, count int64) wire.Code {
	t.mu.RLock()
	defer t.mu.RUnlock()
	of := t.quotaOn(path)
	limits, stats := t.nodes[QuotaRoot+of+"/"+limitNode], t.nodes[QuotaRoot+of+"/"+statNode]
	if of == "" || limits == nil {
		return wire.OK
	}
	limit, ok := parseUsage(limits.data)
	if !ok {
		return wire.MarshallingError
	}
	counts := count != 0 && max(limit.get(countKey), limit.get(countLimitKey)) > none
	weighs := bytes != 0 && max(limit.get(bytesKey), limit.get(bytesLimitKey)) > none
	if stats == nil || !counts && !weighs {
		return wire.OK
	}
	now, ok := parseUsage(stats.data)
	if !ok {
		return wire.MarshallingError
	}
	over := func(key, limitKey string, by int64) bool {
		most := limit.get(limitKey)
		return most > none && now.get(key)+by > most
	}
	if counts && over(countKey, countLimitKey, count) || weighs && over(bytesKey, bytesLimitKey, bytes) {
		return wire.QuotaExceeded
	}
	return wire.OK
}
