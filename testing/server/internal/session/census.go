package session

import (
	"maps"
	"slices"
	"time"
)

// Bucket is the sessions that expire together unless they are touched.
type Bucket struct {
	At  time.Duration
	IDs []int64
}

// Buckets lists all of them, in order.
func (t *Table) Buckets() []Bucket {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Bucket, 0, len(t.buckets))
	for _, n := range slices.Sorted(maps.Keys(t.buckets)) {
		b := Bucket{At: time.Duration(n) * t.tick}
		for s := range t.buckets[n] {
			b.IDs = append(b.IDs, s.id)
		}
		slices.Sort(b.IDs)
		all = append(all, b)
	}
	return all
}

// Counts is what has become of the sessions so far.
type Counts struct {
	Created int64
	Expired int64
	Closed  int64 // by their clients
}

// Counts returns the counts.
func (t *Table) Counts() Counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts
}

// Len is the number of sessions.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.sessions)
}
