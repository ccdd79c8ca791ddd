package txlog

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// ErrNoZxid is a transaction that no log has.
var ErrNoZxid = errors.New("txlog: no log has the transaction")

// TruncateAfter removes all that is logged behind the first record with a zxid, and makes that safe. It changes nothing if there is no
// such record. limit is NewReader's. No Writer may be open.
//
// A crash in the middle leaves the log as it was up to some transaction at or behind zxid, never with a hole.
func TruncateAfter(dir disk.Dir, zxid int64, limit int) error {
	zxids, err := logs(dir)
	if err != nil {
		return err
	}
	zxids = from(zxids, zxid)
	for i, z := range zxids {
		var end int64
		err := replayFile(dir, z, limit, func(rec *Record, offset int64) (bool, error) {
			if rec.Zxid == zxid {
				end = offset
			}
			return end == 0, nil
		})
		if errors.Is(err, errShort) && i == len(zxids)-1 {
			break
		}
		if err != nil {
			return err
		}
		if end > 0 {
			return cut(dir, z, end, zxids[i+1:])
		}
	}
	return fmt.Errorf("%w: %#x", ErrNoZxid, zxid)
}

// cut removes the later files, the last one first, and each for good before the next, and what is behind the end in the first file at
// last.
func cut(dir disk.Dir, first, end int64, later []int64) error {
	for _, z := range slices.Backward(later) {
		if err := dir.Remove(Name(z)); err != nil {
			return err
		}
		if err := dir.Sync(); err != nil {
			return err
		}
	}
	f, err := dir.Edit(Name(first))
	if err != nil {
		return err
	}
	err = f.Truncate(end)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
