package disk

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// sector is the piece of a write that a disk writes whole or not at all.
const sector = 512

// Crash says how much of what was not synced a crash leaves. The zero value leaves nothing of it. The same value always leaves the
// same.
type Crash struct {
	Seed uint64
	Keep float64 // the share of what was not synced that is kept, from 0 to 1
	// Ordered is a disk that writes in the order in which it was asked, so what is kept of a file is the beginning of what was done
	// to it. Without it any sector may be there and any may be missing.
	Ordered bool
}

// String is the value as Go would write it, for the message of a test that fails.
func (c Crash) String() string {
	return fmt.Sprintf("disk.Crash{Seed: %d, Keep: %g, Ordered: %t}", c.Seed, c.Keep, c.Ordered)
}

// Crash returns what a crash at this moment would leave. The folder itself goes on as if nothing had happened.
func (m *Memory) Crash(c Crash) *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := NewMemory()
	left.entries = maps.Clone(m.synced)
	rnd := rand.New(rand.NewPCG(c.Seed, 0))
	for _, ch := range pick(c, rnd, m.changes) {
		ch.apply(left.entries)
	}
	clones := make(map[*inode]*inode) // a file may have two names now
	for _, name := range slices.Sorted(maps.Keys(left.entries)) {
		n := left.entries[name]
		if clones[n] == nil {
			clones[n] = n.crash(c, rnd)
		}
		left.entries[name] = clones[n]
	}
	left.synced = maps.Clone(left.entries)
	return left
}

func (n *inode) crash(c Crash, rnd *rand.Rand) *inode {
	data := bytes.Clone(n.synced)
	for _, w := range pick(c, rnd, sectors(n.writes)) {
		data = w.apply(data)
	}
	return &inode{data: data, synced: bytes.Clone(data)}
}

// sectors cuts writes where the disk would.
func sectors(writes []write) (pieces []write) {
	for _, w := range writes {
		for !w.truncate && w.at/sector != (w.at+int64(len(w.data))-1)/sector {
			n := sector - w.at%sector
			pieces = append(pieces, write{at: w.at, data: w.data[:n]})
			w = write{at: w.at + n, data: w.data[n:]}
		}
		pieces = append(pieces, w)
	}
	return pieces
}

// pick returns the share of what was done that is kept, in its order.
func pick[T any](c Crash, rnd *rand.Rand, done []T) (kept []T) {
	for _, d := range done {
		switch {
		case rnd.Float64() < c.Keep:
			kept = append(kept, d)
		case c.Ordered:
			return kept
		}
	}
	return kept
}
