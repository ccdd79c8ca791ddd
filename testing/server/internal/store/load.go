package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// Errors of Load, besides those of the packages that it reads with.
var (
	// ErrNoSnapshot is a folder with logs but no snapshot: what they begin from is lost.
	ErrNoSnapshot = errors.New("store: there are logs, but no snapshot")
	// ErrMixed is two folders, one of which has what belongs into the other. Files of an earlier set-up would be overlooked.
	ErrMixed = errors.New("store: a file is in the wrong one of the two folders")
)

// Database is what a disk holds.
type Database struct {
	Tree     *tree.Tree
	Sessions map[int64]int32 // timeouts in ms
	Snapshot int64           // the zxid of the snapshot it began from; -1 is none
	Replayed int             // transactions behind it
	Broken   []error         // what is wrong with newer snapshots, which were passed over

	SnapshotTook, ReplayTook time.Duration
}

// Load reads the database. Ephemerals of sessions that are not there are gone. A folder with nothing in it is a new database.
func Load(s *Settings) (*Database, error) {
	if err := checkMixed(s); err != nil {
		return nil, err
	}
	began := time.Now()
	db, err := loadSnapshot(s)
	if err != nil {
		return nil, err
	}
	db.SnapshotTook = time.Since(began)
	last, err := txlog.Replay(s.Logs, max(db.Snapshot, 0), s.maxPayload(), func(rec *txlog.Record) error {
		db.Replayed++
		return db.replay(rec)
	})
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.ReplayTook = time.Since(began) - db.SnapshotTook
	if db.Replayed > 0 && db.Snapshot < 0 && !s.TrustEmpty {
		return nil, ErrNoSnapshot
	}
	if _, err := txlog.RemoveShort(s.Logs); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	for _, owner := range db.Tree.Owners() {
		if _, ok := db.Sessions[owner]; !ok {
			db.closeSession(owner, last)
		}
	}
	db.Tree.SetLastZxid(last)
	return db, nil
}

func checkMixed(s *Settings) error {
	if s.Logs == s.Snapshots {
		return nil
	}
	find := func(dir disk.Dir, wrong func(string) (int64, bool)) error {
		names, err := dir.List()
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		if i := slices.IndexFunc(names, func(name string) bool { _, ok := wrong(name); return ok }); i >= 0 {
			return fmt.Errorf("%w: %s", ErrMixed, names[i])
		}
		return nil
	}
	return errors.Join(find(s.Logs, snapshot.Zxid), find(s.Snapshots, txlog.First))
}

// loadSnapshot reads the newest snapshot that is whole, or begins with nothing.
func loadSnapshot(s *Settings) (*Database, error) {
	var load *loading
	found, err := snapshot.Load(s.Snapshots, s.maxPayload(), func() snapshot.Visitor {
		load = &loading{tree: tree.NewLoader(), sessions: make(map[int64]int32), lists: map[int64][]wire.ACL{snapshot.Open: wire.OpenACL}}
		return snapshot.Visitor{Session: load.session, List: load.list, Node: load.node}
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Database{Tree: tree.New(), Sessions: make(map[int64]int32), Snapshot: -1}, nil
	case err != nil:
		return nil, fmt.Errorf("store: %w", err)
	}
	return &Database{Tree: load.tree.Tree(found.Zxid), Sessions: load.sessions, Snapshot: found.Zxid, Broken: found.Broken}, nil
}

// loading is what has been read of a snapshot so far.
type loading struct {
	tree     *tree.Loader
	sessions map[int64]int32
	lists    map[int64][]wire.ACL
}

func (l *loading) session(s snapshot.Session) error {
	l.sessions[s.ID] = s.Timeout
	return nil
}

func (l *loading) list(list snapshot.List) error {
	l.lists[list.ID] = list.ACL
	return nil
}

func (l *loading) node(n *snapshot.Node) error {
	acl, ok := l.lists[n.ACL]
	if !ok {
		return fmt.Errorf("%w: %q has the list %d, which is not there", snapshot.ErrBroken, n.Path, n.ACL)
	}
	st := &n.Stat
	err := l.tree.Add(n.Path, tree.Image{Data: bytes.Clone(n.Data), ACL: acl, Stat: wire.Stat{
		Czxid: st.Czxid, Mzxid: st.Mzxid, Ctime: st.Ctime, Mtime: st.Mtime, Version: st.Version, Cversion: st.Cversion,
		Aversion: st.Aversion, EphemeralOwner: st.EphemeralOwner, Pzxid: st.Pzxid,
	}})
	if err != nil {
		return fmt.Errorf("%w: %w", snapshot.ErrBroken, err)
	}
	return nil
}

// closeSession removes a session and all that it owns.
func (db *Database) closeSession(id, zxid int64) {
	delete(db.Sessions, id)
	mine := db.Tree.Ephemerals(id)
	slices.Sort(mine) // a list that repeats makes tests repeat
	for _, path := range mine {
		db.Tree.Delete(path, zxid)
	}
}

// List lists the sessions by id.
func (db *Database) List() []snapshot.Session {
	all := make([]snapshot.Session, 0, len(db.Sessions))
	for _, id := range slices.Sorted(maps.Keys(db.Sessions)) {
		all = append(all, snapshot.Session{ID: id, Timeout: db.Sessions[id]})
	}
	return all
}

// cloneACL returns a list of its own.
func cloneACL(acl []wire.ACL) []wire.ACL {
	if slices.Equal(acl, wire.OpenACL) {
		return wire.OpenACL
	}
	own := slices.Clone(acl)
	for i := range own {
		own[i].Scheme, own[i].ID = strings.Clone(own[i].Scheme), strings.Clone(own[i].ID)
	}
	return own
}
