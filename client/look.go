package client

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// looker finds out from the tree what became of a write.
type looker struct {
	c       *Client     // knows no chroot
	before  int64       // the last transaction that was seen before the write was sent: its own is a later one
	protect *protection // of a protected create; nil if it is none, or part of a transaction
}

// look finds out what became of a write with that request.
func (l looker) look(ctx context.Context, op wire.Op, body wire.Record) (Outcome, error) {
	switch q := body.(type) {
	case *wire.CreateRequest:
		return l.created(ctx, q)
	case *wire.CreateTTLRequest:
		return l.created(ctx, &q.CreateRequest)
	case *wire.SetDataRequest:
		return l.written(ctx, q)
	case *wire.SetACLRequest:
		return l.aclWritten(ctx, q)
	case *wire.PathVersionRequest:
		if op == wire.OpDelete {
			return l.deleted(ctx, q.Path)
		}
	case *wire.ReconfigRequest:
		return l.unchanged(ctx, configPath)
	case *wire.MultiRequest:
		return l.all(ctx, q.Ops)
	}
	return Unknown, nil
}

// all finds out about a transaction: what became of one operation became of all.
func (l looker) all(ctx context.Context, ops []wire.MultiOp) (Outcome, error) {
	verdict := Unknown
	for _, op := range ops {
		outcome, err := l.look(ctx, op.Op, op.Body)
		switch {
		case err != nil:
			return Unknown, err
		case outcome == NotDone: // which is proved; Done may be somebody else's
			return NotDone, nil
		case outcome == Done:
			verdict = Done
		}
	}
	return verdict, nil
}

// unchanged tells whether a znode is as it was before the write; otherwise nothing is known.
func (l looker) unchanged(ctx context.Context, path string) (Outcome, error) {
	ok, stat, err := l.c.Exists(path).Do(ctx)
	if err == nil && ok && stat.Mzxid <= l.before {
		return NotDone, nil
	}
	return Unknown, err
}

func (l looker) created(ctx context.Context, q *wire.CreateRequest) (Outcome, error) {
	if l.protect != nil {
		return l.createdProtected(ctx, Parent(q.Path), l.protect.prefix)
	}
	if prefix, ok := protectionOf(Base(q.Path)); ok {
		return l.createdProtected(ctx, Parent(q.Path), prefix)
	}
	if q.Mode.IsSequential() {
		return l.childless(ctx, Parent(q.Path))
	}
	ok, stat, err := l.c.Exists(q.Path).Do(ctx)
	switch {
	case err != nil:
		return Unknown, err
	case !ok:
		return l.childless(ctx, Parent(q.Path))
	case stat.Czxid <= l.before:
		return NotDone, nil
	case q.Mode.IsEphemeral() && stat.EphemeralOwner == l.c.Session().ID():
		return Done, nil
	case q.Mode.IsEphemeral() || stat.EphemeralOwner != 0 || stat.Version != 0:
		return Unknown, nil
	}
	return l.same(ctx, q.Path, q.Data, 0)
}

// childless tells whether nothing was created or deleted right below parent since before the write; otherwise nothing is known. If parent
// itself is not there, the nearest ancestor that is says whether it was.
func (l looker) childless(ctx context.Context, parent string) (Outcome, error) {
	for {
		ok, stat, err := l.c.Exists(parent).Do(ctx)
		switch {
		case err != nil:
			return Unknown, err
		case ok && stat.Pzxid <= l.before:
			return NotDone, nil
		case ok || parent == "/":
			return Unknown, nil
		}
		parent = Parent(parent)
	}
}

func (l looker) createdProtected(ctx context.Context, parent, prefix string) (Outcome, error) {
	names, stat, err := l.c.Children(parent).Do(ctx)
	switch {
	case errors.Is(err, zk.ErrNoNode):
		return l.childless(ctx, parent)
	case err != nil:
		return Unknown, err
	case slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, prefix) }):
		return Done, nil
	case stat.Pzxid <= l.before, l.protect.withdrawn():
		return NotDone, nil
	}
	return Unknown, nil
}

// same tells whether a znode at that version has the data that was written; otherwise nothing is known.
func (l looker) same(ctx context.Context, path string, data []byte, version int32) (Outcome, error) {
	there, stat, err := l.c.Get(path).Do(ctx)
	switch {
	case errors.Is(err, zk.ErrNoNode), errors.Is(err, zk.ErrNoAuth):
		return Unknown, nil
	case err == nil && stat.Version == version && bytes.Equal(there, data):
		return Done, nil
	}
	return Unknown, err
}

func (l looker) written(ctx context.Context, q *wire.SetDataRequest) (Outcome, error) {
	ok, stat, err := l.c.Exists(q.Path).Do(ctx)
	switch {
	case err != nil:
		return Unknown, err
	case !ok:
		return l.childless(ctx, Parent(q.Path))
	case stat.Mzxid <= l.before:
		return NotDone, nil
	case stat.Mzxid == stat.Czxid:
		return Unknown, nil // another znode, which nobody has written
	case q.Version < 0:
		return l.same(ctx, q.Path, q.Data, stat.Version)
	case stat.Czxid > l.before:
		return Unknown, nil // another znode
	case stat.Version <= q.Version:
		return NotDone, nil
	case stat.Version == q.Version+1:
		outcome, err := l.same(ctx, q.Path, q.Data, stat.Version)
		if err == nil && outcome == Unknown {
			return l.taken(ctx, q.Path, stat)
		}
		return outcome, err
	}
	return Unknown, nil
}

// taken: somebody else has made the very step that the write would have made, if the znode is still as it was seen.
func (l looker) taken(ctx context.Context, path string, seen *zk.Stat) (Outcome, error) {
	_, now, err := l.c.Get(path).Do(ctx)
	switch {
	case errors.Is(err, zk.ErrNoNode), errors.Is(err, zk.ErrNoAuth):
		return Unknown, nil
	case err == nil && now.Mzxid == seen.Mzxid:
		return NotDone, nil
	}
	return Unknown, err
}

func (l looker) aclWritten(ctx context.Context, q *wire.SetACLRequest) (Outcome, error) {
	acl, stat, err := l.c.GetACL(q.Path).Do(ctx)
	switch {
	case errors.Is(err, zk.ErrNoNode):
		return l.childless(ctx, Parent(q.Path))
	case errors.Is(err, zk.ErrNoAuth):
		return Unknown, nil
	case err != nil || stat.Czxid > l.before:
		return Unknown, err
	case q.Version >= 0 && stat.Aversion <= q.Version:
		return NotDone, nil
	case q.Version >= 0 && stat.Aversion != q.Version+1:
		return Unknown, nil
	case slices.Equal(wireACL(acl), q.ACL):
		return Done, nil
	}
	return Unknown, nil
}

func (l looker) deleted(ctx context.Context, path string) (Outcome, error) {
	ok, stat, err := l.c.Exists(path).Do(ctx)
	switch {
	case err != nil:
		return Unknown, err
	case !ok:
		outcome, err := l.childless(ctx, Parent(path))
		if err == nil && outcome == Unknown {
			outcome = Done
		}
		return outcome, err
	case stat.Czxid <= l.before:
		return NotDone, nil
	}
	return Unknown, nil // it was deleted, and made again
}
