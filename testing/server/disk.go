package server

import (
	"context"
	"fmt"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/session"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
	"github.com/zookit-go/zookit/testing/server/internal/store"
)

// served is the database of the run, or of the last one.
func (s *Server) served() database {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.database
}

// load gets the database ready for a run. What is on a disk is read each time, for a run that was killed may have logged more than it
// applied. The caller holds mu.
func (s *Server) load(ctx context.Context) error {
	if s.cfg.disk.snapshots == "" {
		s.sessions.Restart(s.now())
		return nil
	}
	settings, err := s.cfg.disk.openAll(s.cfg.maxFrame)
	if err != nil {
		return err
	}
	settings.Synced = s.synced
	s.storage.restart()
	began := time.Now()
	db, err := store.Load(settings)
	if err != nil {
		return err
	}
	for _, broken := range db.Broken {
		s.cfg.log.Warn("a snapshot is broken, and an older one is used", "error", broken)
	}
	s.past = s.ends()
	sessions := session.NewTable(s.cfg.tick, s.cfg.id, time.Now())
	for id, timeout := range db.Sessions {
		sessions.Restore(id, time.Duration(timeout)*time.Millisecond, s.now())
	}
	sessions.Freeze(s.sessions.Frozen(), s.now())
	s.database = database{tree: s.cfg.version.suit(db.Tree), sessions: sessions, disk: settings}
	s.storage.loaded(db, time.Since(began))
	s.cfg.log.Info("loaded", "snapshot", db.Snapshot, "replayed", db.Replayed, "zxid", db.Tree.LastZxid(), "sessions", len(db.Sessions))
	if db.Replayed == 0 && db.Snapshot >= 0 && len(db.Broken) == 0 {
		return nil
	}
	_, err = s.snapshot(ctx, &s.database) // the next start has nothing to replay, and Apache's needs one to start at all
	return err
}

// snapshot takes one, and measures it.
func (s *Server) snapshot(ctx context.Context, db *database) (zxid int64, err error) {
	began := time.Now()
	zxid, err = db.save(ctx)
	if err == nil {
		s.storage.snapshots.Add(time.Since(began))
	}
	return zxid, err
}

// save writes a snapshot.
func (db *database) save(ctx context.Context) (zxid int64, err error) {
	return store.Save(ctx, db.disk, db.tree, func() []snapshot.Session {
		known := db.sessions.Committed()
		all := make([]snapshot.Session, len(known))
		for i, in := range known {
			all[i] = snapshot.Session{ID: in.ID, Timeout: int32(in.Timeout.Milliseconds())}
		}
		return all
	})
}

// group is how many transactions are made safe at once, or a few more.
const group = 1000

// keep is the stage that makes transactions safe: it logs whatever is there, makes all of it safe at once, and hands it on. It is the
// only one that declares a transaction committed. If the disk fails, nothing is handed on any more and the server ends.
func (r *run) keep(in <-chan []request.Txn, out chan<- []request.Committed) {
	defer close(out)
	log := store.NewLog(r.disk)
	for {
		batch, ok := receive(r.killed, in)
		if !ok {
			break
		}
		safe := make([]request.Committed, 0, len(batch))
		for ; len(batch) > 0; batch = more(in, len(safe), group) {
			if err := log.Append(batch); err != nil {
				log.Abandon()
				r.fail(err)
				return
			}
			for i := range batch {
				safe = append(safe, request.Commit(batch[i]))
			}
		}
		if err := r.sync(log); err != nil {
			log.Abandon()
			r.fail(err)
			return
		}
		if !send(r.killed, out, safe) {
			break
		}
	}
	if r.life.Err() != nil {
		log.Abandon()
		return
	}
	if err := log.Close(); err != nil {
		r.fail(err)
	}
}

// sync makes what was logged safe and begins a snapshot if one is due.
func (r *run) sync(log *store.Log) error {
	if err := log.Sync(); err != nil {
		return err
	}
	due, err := log.Due()
	if err != nil || !due {
		return err
	}
	if !r.saving.CompareAndSwap(false, true) {
		r.s.cfg.log.Warn("a snapshot is due while the one before is still being written")
		return nil
	}
	r.goes(func() {
		defer r.saving.Store(false)
		zxid, err := r.s.snapshot(r.life, &r.database)
		switch {
		case r.life.Err() != nil:
		case err != nil:
			r.fail(err)
		default:
			r.s.cfg.log.Info("snapshot taken", "zxid", zxid)
		}
	})
	return nil
}

// purge removes old files, at the start and then again and again.
func (r *run) purge() {
	every := r.s.cfg.disk.purge
	if r.disk == nil || every == 0 {
		return
	}
	again := time.NewTicker(every)
	defer again.Stop()
	for {
		removed, err := store.Purge(r.disk, r.s.cfg.disk.retain)
		if err != nil {
			r.s.cfg.log.Warn("old files could not be removed", "error", err)
		}
		if len(removed) > 0 {
			r.s.cfg.log.Info("old files removed", "names", removed)
		}
		select {
		case <-again.C:
		case <-r.asked:
			return
		case <-r.killed:
			return
		}
	}
}

// fail ends the server because the disk has failed.
func (r *run) fail(err error) {
	err = fmt.Errorf("server: the disk has failed, nothing more can be made safe: %w", err)
	r.s.mu.Lock()
	if r.s.err == nil {
		r.s.err = err
	}
	r.s.mu.Unlock()
	r.s.cfg.log.Error("ending", "error", err)
	r.kill()
}
