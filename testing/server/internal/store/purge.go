package store

import (
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// Purge removes what nobody needs who has the newest keep snapshots: the others, and the logs before the oldest of those. It returns
// the names of what it removed. Snapshots go first: one without its log would be
// loaded as if nothing had come behind it.
func Purge(s *Settings, keep int) (removed []string, err error) {
	snapshots, oldest, ok, err := snapshot.Obsolete(s.Snapshots, keep)
	if err != nil || !ok {
		return nil, wrap(err)
	}
	names, err := s.Logs.List()
	if err != nil {
		return nil, wrap(err)
	}
	remove := func(dir disk.Dir, names []string) {
		for _, name := range names {
			if e := dir.Remove(name); e != nil {
				err = errors.Join(err, e)
				continue
			}
			removed = append(removed, name)
		}
	}
	remove(s.Snapshots, snapshots)
	remove(s.Logs, txlog.Obsolete(names, oldest))
	return removed, wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %w", err)
}
