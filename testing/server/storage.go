package server

import (
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/conn"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/store"
)

// storage is what is measured of the disk. Without one it is all 0.
type storage struct {
	syncs, snapshots conn.Latency // of the log, and those that were taken
	starts           conn.Latency // of the database
	reads, replays   conn.Latency // in it: of the snapshot, of the logs behind it
	replayed         conn.Latency // transactions, not ms
	slow             atomic.Int64 // syncs
}

// slow is how long the disk may take before somebody should hear of it.
const slow = time.Second

// synced is told of every sync of the log.
func (s *Server) synced(took time.Duration) {
	s.storage.syncs.Add(took)
	if took > slow {
		s.storage.slow.Add(1)
		s.cfg.log.Warn("the disk is slow", "sync", took)
	}
}

// loaded is told of what a start has read.
func (s *storage) loaded(db *store.Database, took time.Duration) {
	s.starts.Add(took)
	s.reads.Add(db.SnapshotTook)
	if db.Snapshot >= 0 {
		s.replays.Add(db.ReplayTook)
		s.replayed.Add(time.Duration(db.Replayed) * time.Millisecond) // it counts whole ones
	}
}

// reset begins anew, but for the slow syncs.
func (s *storage) reset() {
	for _, l := range []*conn.Latency{&s.syncs, &s.snapshots, &s.starts, &s.reads, &s.replays, &s.replayed} {
		l.Reset()
	}
}

func (s *storage) restart() {
	s.reset()
	s.slow.Store(0)
}

func (s *storage) told() fourletter.Storage {
	return fourletter.Storage{
		Syncs: s.syncs.Sum(), SlowSyncs: s.slow.Load(), Snapshots: s.snapshots.Sum(), Starts: s.starts.Sum(), SnapshotLoads: s.reads.Sum(),
		Replays: s.replays.Sum(), Replayed: s.replayed.Sum(),
	}
}
