package server

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/store"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// diskConfig is what the options say about the disk.
type diskConfig struct {
	snapshots string // folder; "" is a server without a disk
	logs      string // folder; "" is the same
	open      func(path string) (disk.Dir, error)
	settings  store.Settings // but for the folders
	retain    int            // snapshots that a purge leaves
	purge     time.Duration  // from one purge to the next; 0 is never
}

func defaultDisk() diskConfig {
	return diskConfig{
		open: disk.Open, retain: minRetain,
		settings: store.Settings{SnapCount: 100_000, SnapSize: 4 << 30, Prealloc: txlog.DefaultPrealloc},
	}
}

// minRetain is how many snapshots a purge leaves at least, as with Apache's.
const minRetain = 3

func (c *diskConfig) check() error {
	if c.snapshots == "" && c.logs != "" {
		return errors.New("server: a folder for the log, but none for the data")
	}
	return nil
}

// folder is where the files are, below the one that was asked for.
func (c *diskConfig) folder(dir string) string { return filepath.Join(dir, "version-2") }

// openAll opens the folders.
func (c *diskConfig) openAll(maxFrame int) (*store.Settings, error) {
	s := c.settings
	s.MaxFrame = maxFrame
	var err error
	if s.Snapshots, err = c.open(c.folder(c.snapshots)); err != nil {
		return nil, err
	}
	s.Logs = s.Snapshots
	if c.logs != "" && c.logs != c.snapshots {
		s.Logs, err = c.open(c.folder(c.logs))
	}
	return &s, err
}

// WithDataDir keeps the znodes and sessions in a folder, in Apache's files, so that either server can go on where the other has
// stopped: transactions are answered when they are safe on the disk, and every Start reads what is there. The files are in version-2
// below dir, which is made if it is missing. By default everything is in memory.
func WithDataDir(dir string) Option {
	return func(c *config) error {
		if dir == "" {
			return errors.New("no folder for the data")
		}
		c.disk.snapshots = dir
		return nil
	}
}

// WithDataLogDir keeps the transaction log in a folder of its own, best on a disk of its own. By default it is with the snapshots.
func WithDataLogDir(dir string) Option {
	return func(c *config) error {
		if dir == "" {
			return errors.New("no folder for the log")
		}
		c.disk.logs = dir
		return nil
	}
}

// WithSnapCount sets how many transactions come between two snapshots at most, 100000 by default. At least half as many do.
func WithSnapCount(n int) Option {
	return func(c *config) error {
		if n < 2 {
			return fmt.Errorf("a snapshot every %d transactions: less than 2", n)
		}
		c.disk.settings.SnapCount = n
		return nil
	}
}

// WithSnapSizeLimit sets how many bytes of log come between two snapshots at most, 4 GiB by default. At least half as many do. 0 is no
// limit.
func WithSnapSizeLimit(bytes int64) Option {
	return func(c *config) error {
		if bytes < 0 {
			return fmt.Errorf("a snapshot every %d bytes of log", bytes)
		}
		c.disk.settings.SnapSize = bytes
		return nil
	}
}

// WithLogSizeLimit sets the size in bytes that ends a file of the log. By default, and with 0, only a snapshot does.
func WithLogSizeLimit(bytes int64) Option {
	return func(c *config) error {
		if bytes < 0 {
			return fmt.Errorf("log files of %d bytes", bytes)
		}
		c.disk.settings.LogSize = bytes
		return nil
	}
}

// WithPrealloc sets by how many bytes a file of the log grows, 64 MiB by default. They are a hole until they are used. With 0 a file
// grows with its records.
func WithPrealloc(bytes int64) Option {
	return func(c *config) error {
		if bytes < 0 {
			return fmt.Errorf("log files that grow by %d bytes", bytes)
		}
		if bytes == 0 {
			bytes = -1
		}
		c.disk.settings.Prealloc = bytes
		return nil
	}
}

// WithForceSync tells whether transactions are answered only when they are safe. By default they are; without it a crash of the machine,
// though not of the server, may lose the last ones.
func WithForceSync(on bool) Option {
	return func(c *config) error {
		c.disk.settings.NoSync = !on
		return nil
	}
}

// WithAutopurge removes old snapshots, and the logs that go with them, at the start and then again and again. retain is how many
// snapshots stay, at least 3. By default nothing is removed.
func WithAutopurge(retain int, every time.Duration) Option {
	return func(c *config) error {
		if every < time.Millisecond {
			return fmt.Errorf("a purge every %v: less than a millisecond", every)
		}
		c.disk.retain, c.disk.purge = max(retain, minRetain), every
		return nil
	}
}

// WithSnapshotCompression sets how snapshots are compressed: not, which is "" or "none", or "gz". Any of these is read, whatever is
// written.
func WithSnapshotCompression(method string) Option {
	return func(c *config) error {
		switch method {
		case "", "none":
			c.disk.settings.Gzip = false
		case "gz":
			c.disk.settings.Gzip = true
		default:
			return fmt.Errorf("snapshots compressed by %q: unknown", method)
		}
		return nil
	}
}

// WithTrustEmptySnapshot lets the server start on logs without a snapshot, as releases before 3.5 could leave them. By default it
// does not: the beginning may be lost.
func WithTrustEmptySnapshot(on bool) Option {
	return func(c *config) error {
		c.disk.settings.TrustEmpty = on
		return nil
	}
}
