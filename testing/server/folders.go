package server

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

// Disk tells of the folders, as they are now. It is zero if everything is in memory.
func (w words) Disk() fourletter.Disk {
	if w.disk == nil {
		return fourletter.Disk{}
	}
	cfg := &w.s.cfg.disk
	d := fourletter.Disk{DataDir: absolute(cfg.folder(cfg.snapshots))}
	d.LogDir = d.DataDir
	if cfg.logs != "" {
		d.LogDir = absolute(cfg.folder(cfg.logs))
	}
	var err error
	if d.DataSize, err = size(w.disk.Snapshots); err == nil {
		d.LogSize, err = size(w.disk.Logs)
	}
	if err == nil {
		err = newestSnapshot(w.disk.Snapshots, &d)
	}
	if err != nil {
		w.s.cfg.log.Warn("the folders cannot be looked at", "error", err)
	}
	return d
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil { // otherwise there is no working directory
		return abs
	}
	return path
}

// size is how many bytes the files of a folder have. A file may go while they are counted.
func size(dir disk.Dir) (total int64, err error) {
	names, err := dir.List()
	if err != nil {
		return 0, fmt.Errorf("list: %w", err)
	}
	for _, name := range names {
		f, err := dir.Open(name)
		if err != nil {
			continue
		}
		n, err := f.Size()
		f.Close()
		if err != nil {
			return total, fmt.Errorf("size of %s: %w", name, err)
		}
		total += n
	}
	return total, nil
}

// newestSnapshot completes d. The time is the file's, which only a folder of the operating system has.
func newestSnapshot(dir disk.Dir, d *fourletter.Disk) error {
	names, err := dir.List()
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	var newest string
	for _, name := range names {
		if zxid, ok := snapshot.Zxid(name); ok && (!d.Snapshot || zxid > d.Zxid) {
			d.Snapshot, d.Zxid, newest = true, zxid, name
		}
	}
	if info, err := os.Stat(filepath.Join(d.DataDir, newest)); err == nil && d.Snapshot {
		d.Taken = info.ModTime()
	}
	return nil
}
