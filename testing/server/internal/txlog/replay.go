package txlog

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// Replay calls each for all transactions of a folder from the first one behind a snapshot on, and returns the largest zxid among
// them, or the snapshot's. From there on nothing is left out: a transaction that is logged twice comes twice, and one below the
// snapshot may come behind the first. The record is valid during the call. limit is NewReader's. It changes nothing on the disk.
//
// An error says which file it is of. The transactions before it have been handed out then.
func Replay(dir disk.Dir, snapshot int64, limit int, each func(*Record) error) (last int64, err error) {
	zxids, err := logs(dir)
	if err != nil {
		return 0, err
	}
	zxids = from(zxids, snapshot+1)
	last, begun := snapshot, false
	for i, z := range zxids {
		err := replayFile(dir, z, limit, func(rec *Record, _ int64) (bool, error) {
			if begun = begun || rec.Zxid > snapshot; !begun {
				return true, nil
			}
			last = max(last, rec.Zxid)
			return true, each(rec)
		})
		if errors.Is(err, errShort) && i == len(zxids)-1 {
			break // a crash came between the file and its header
		}
		if err != nil {
			return last, err
		}
	}
	return last, nil
}

// replayFile calls each for all records of a file, and tells where they end, until each has had enough.
func replayFile(dir disk.Dir, zxid int64, limit int, each func(rec *Record, end int64) (more bool, err error)) error {
	fail := func(err error) error { return fmt.Errorf("%s: %w", Name(zxid), err) }
	f, err := dir.Open(Name(zxid))
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	r, err := NewReader(f, limit)
	if err != nil {
		return fail(err)
	}
	var rec Record // one for all: each makes it escape
	for {
		rec, err = r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fail(err)
		}
		switch more, err := each(&rec, r.Offset()); {
		case err != nil:
			return fail(err)
		case !more:
			return nil
		}
	}
}

// RemoveShort removes the newest log if it is too short for a header, and the files that a crash kept from getting their names. It is
// called after Replay and before anything is written: Apache before 3.9.3 does not start with an empty log.
func RemoveShort(dir disk.Dir) (removed []string, err error) {
	names, err := dir.List()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if len(name) > len(temporary) && name[:len(temporary)] == temporary {
			if _, ok := First(name[len(temporary):]); ok {
				removed = append(removed, name)
			}
		}
	}
	if zxids := firsts(names); len(zxids) > 0 {
		name := Name(zxids[len(zxids)-1])
		short, err := tooShort(dir, name)
		if err != nil {
			return nil, err
		}
		if short {
			removed = append(removed, name)
		}
	}
	for _, name := range removed {
		if err := dir.Remove(name); err != nil {
			return nil, err
		}
	}
	if len(removed) == 0 {
		return nil, nil
	}
	slices.Sort(removed)
	return removed, dir.Sync()
}

func tooShort(dir disk.Dir, name string) (bool, error) {
	f, err := dir.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	size, err := f.Size()
	return size < fileHeaderLen, err
}
