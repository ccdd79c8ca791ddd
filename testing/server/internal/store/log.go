package store

import (
	"math/rand/v2"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// Log adds to the log on the disk.
type Log struct {
	settings *Settings
	writer   *txlog.Writer
	batch    []txlog.Txn

	count    int   // transactions since the last snapshot was due
	bytes    int64 // and their length, but for the file that is written to now
	dueCount int
	dueBytes int64
}

// NewLog returns a log that goes on where Load has ended, in a file of its own.
func NewLog(s *Settings) *Log {
	l := &Log{settings: s, writer: txlog.NewWriter(s.Logs, txlog.Options{Prealloc: s.Prealloc, MaxPayload: s.maxPayload()})}
	l.schedule()
	return l
}

// schedule draws when the next snapshot is due: somewhere in the second half of what was asked for, so that the servers of an ensemble
// do not all write at once.
func (l *Log) schedule() {
	half, halfBytes := max(l.settings.SnapCount/2, 1), l.settings.SnapSize/2
	l.count, l.bytes, l.dueCount, l.dueBytes = 0, 0, half+rand.IntN(half), halfBytes
	if halfBytes > 0 {
		l.dueBytes += rand.Int64N(halfBytes)
	}
}

// Append adds the transactions that write; the others have no place in the history. Nothing is safe before Sync. After an error it
// is not known what is on the disk, and the log must not be used.
func (l *Log) Append(txns []request.Txn) error {
	l.batch = l.batch[:0]
	for i := range txns {
		if txns[i].Change == nil {
			continue
		}
		t := record(&txns[i])
		if c, ok := t.Body.(*txlog.CloseSession); ok {
			l.shorten(c)
		}
		l.batch = append(l.batch, t)
	}
	l.count += len(l.batch)
	err := l.writer.Append(l.batch...)
	clear(l.batch)
	return err
}

// shorten leaves the paths out if there are too many for any reader: who replays removes all that the session owns anyway.
func (l *Log) shorten(c *txlog.CloseSession) {
	const room = 1 << 10 // for all that is not paths
	size := room
	for _, p := range c.Paths {
		size += 4 + len(p)
	}
	if size > l.settings.maxPayload() {
		c.Paths = nil
	}
}

// Sync makes everything appended safe, unless the settings say that nobody cares.
func (l *Log) Sync() error {
	if !l.settings.NoSync && l.writer.Dirty() {
		began := time.Now()
		if err := l.writer.Sync(); err != nil {
			return err
		}
		if l.settings.Synced != nil {
			l.settings.Synced(time.Since(began))
		}
	}
	if size := l.writer.Size(); l.settings.LogSize > 0 && size > l.settings.LogSize {
		return l.roll(size)
	}
	return nil
}

// Due tells whether it is time for a snapshot. If so, the log goes on in another file, and the next time is drawn.
func (l *Log) Due() (bool, error) {
	size := l.writer.Size()
	if l.count <= l.dueCount && (l.dueBytes == 0 || l.bytes+size <= l.dueBytes) {
		return false, nil
	}
	err := l.roll(size)
	l.schedule()
	return true, err
}

func (l *Log) roll(size int64) error {
	l.bytes += size
	return l.writer.Roll()
}

// Close makes everything safe and ends the log.
func (l *Log) Close() error { return l.writer.Close() }

// Abandon ends the log as a crash would: what has not been synced is not made safe any more.
func (l *Log) Abandon() { l.writer.Abandon() }
