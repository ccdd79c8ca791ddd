package tree

import (
	"math"
	"slices"
)

// What a znode's owner says of its kind. Clients see 0 for both.
//
// Source: org.apache.zookeeper.server.EphemeralType. Ids of sessions that begin with 0xff are taken for sessions all the same,
// since the two bytes behind it are a part of the time there and 0 in a time to live.
const (
	ContainerOwner int64 = math.MinInt64
	MaxTTL         int64 = 1<<40 - 1 // ms; what is left of the owner when its kind is in it

	ttlMark = -1 << 56
)

// TTLOwner is the owner of a znode with a time to live, which is in milliseconds, 1 to MaxTTL.
func TTLOwner(ttl int64) int64 { return ttlMark | ttl }

// TTL returns the time to live that an owner stands for; ok is false for any other owner.
func TTL(owner int64) (ttl int64, ok bool) {
	ttl = owner &^ ttlMark
	return ttl, owner == TTLOwner(ttl) && ttl >= 1 && ttl <= MaxTTL
}

func sessionOwns(owner int64) bool {
	_, ttl := TTL(owner)
	return owner != 0 && owner != ContainerOwner && !ttl
}

// Ephemeral tells whether a session owns the znode.
func (m *Meta) Ephemeral() bool { return sessionOwns(m.Owner) }

// Due tells whether the server may remove the znode at a time, both in ms: a container that had children and has none, or a znode
// whose time to live has passed since its data were set. A container that never had any is due after unused, or never if that is
// 0.
func (m *Meta) Due(now, unused int64) bool {
	if m.Children > 0 {
		return false
	}
	idle := now - m.Mtime
	if ttl, ok := TTL(m.Owner); ok {
		return idle > ttl
	}
	return m.Owner == ContainerOwner && (m.Cversion > 0 || unused > 0 && idle > unused)
}

// Due lists the znodes that are due. Anyone may ask.
func (t *Tree) Due(now, unused int64) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var due []string
	for path := range t.mortal {
		if m := t.nodes[path].meta(); m.Due(now, unused) {
			due = append(due, path)
		}
	}
	slices.Sort(due) // any order will do; one that repeats makes tests repeat
	return due
}
