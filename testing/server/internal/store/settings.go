package store

import (
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// Settings say where the database is and how it is kept. They are not changed while they are in use.
type Settings struct {
	Snapshots disk.Dir
	Logs      disk.Dir // may be the same folder

	MaxFrame   int   // bytes of the longest request, which decides what is too long to be true
	SnapCount  int   // transactions from one snapshot to the next, at most
	SnapSize   int64 // bytes of log from one snapshot to the next, at most; 0 is no limit
	LogSize    int64 // bytes of log that end a file; 0 is no limit
	Prealloc   int64 // as txlog.Options has it
	NoSync     bool  // nothing is made safe
	Gzip       bool  // snapshots are compressed
	TrustEmpty bool  // logs without a snapshot are believed to go back to the beginning

	Synced func(took time.Duration) // if not nil, is told how long it took to make the log safe, each time
}

// maxPayload is the longest transaction: as Apache has it, a request and as much again. Snapshots allow the same for a path or data.
func (s *Settings) maxPayload() int { return 2 * s.MaxFrame }
