package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/go-zookeeper/zk"
)

// protection is what makes a znode recognisable: Curator's GUID prefix. A nil protection protects nothing.
type protection struct {
	prefix string // _c_<uuid>-, or the caller's own
	sent   atomic.Bool
	undone atomic.Bool // what was made has been deleted again
}

// Protected puts "_c_<uuid>-" before the znode's name, as Curator does, so that a create whose answer was lost can be looked up
// instead of guessed. The id is drawn here: the builder then stands for one znode, and running it again finds that znode as long as
// it is there.
//
// Cost: nothing, until an answer is lost; then one listing of the parent and one exists for each new attempt.
func (b CreateBuilder) Protected() CreateBuilder {
	b.protect = &protection{prefix: "_c_" + newUUID() + "-"}
	return b
}

// ProtectedBy is Protected with a prefix of the caller's own instead of Curator's, for names that are shared with other libraries: go-zookeeper's
// is "_c_<32 hex digits>-", kazoo's "<32 hex digits>". It stands for one znode, so draw it anew for each, and make it so long that nobody
// else draws it. An empty one, or one with a slash, is an error of the create. In a transaction of which the answer was lost, Resolve
// does not know the znode by it.
func (b CreateBuilder) ProtectedBy(prefix string) CreateBuilder {
	b.protect = &protection{prefix: prefix}
	return b
}

// newUUID is a random UUID in its canonical form.
func newUUID() string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], u[:4])
	hex.Encode(text[9:13], u[4:6])
	hex.Encode(text[14:18], u[6:8])
	hex.Encode(text[19:23], u[8:10])
	hex.Encode(text[24:], u[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// path puts the prefix on the last element.
func (p *protection) path(path string) string {
	i := strings.LastIndexByte(path, '/') + 1
	return path[:i] + p.prefix + path[i:]
}

// withdrawn tells whether what was made has been deleted again.
func (p *protection) withdrawn() bool { return p != nil && p.undone.Load() }

// maybe tells whether the znode may be there.
func (p *protection) maybe() bool { return p != nil && p.sent.Load() }

func (p *protection) sending() {
	if p != nil {
		p.sent.Store(true)
	}
}

func (p *protection) refused() {
	if p != nil {
		p.sent.Store(false)
	}
}

// find looks for the protected znode. One that is there but belongs to another session than the present is deleted: it would vanish
// with that session.
func (b CreateBuilder) find(ctx context.Context) (string, *zk.Stat, error) {
	path, err := b.lookupPath(ctx)
	if path == "" || err != nil || !b.ephemeral && !b.stat {
		return path, nil, err
	}
	ok, stat, err := b.c.Exists(path).Do(ctx)
	switch {
	case err != nil:
		return "", nil, err
	case !ok:
		return "", nil, nil
	case !b.ephemeral || stat.EphemeralOwner == b.c.Session().ID():
		return path, stat, nil
	}
	if err := b.c.Delete(path).Guaranteed().Do(ctx); err != nil && !errors.Is(err, zk.ErrNoNode) {
		return "", nil, err
	}
	return "", nil, nil
}

// lookupPath lists the parent for the prefix.
func (b CreateBuilder) lookupPath(ctx context.Context) (string, error) {
	parent := Parent(b.path)
	names, _, err := b.c.Children(parent).Do(ctx)
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		return "", err
	}
	for _, name := range names {
		if strings.HasPrefix(name, b.protect.prefix) {
			return Join(parent, name), nil
		}
	}
	return "", nil
}

// Withdraw makes sure, in the background, that a protected znode that an attempt may have created does not stay: it is looked up and
// deleted, until the server has answered or the client is closed. Do withdraws by itself when it fails; after Async it is up to the
// caller. Without Protected it does nothing.
func (b CreateBuilder) Withdraw() {
	if !b.protect.maybe() {
		return
	}
	session := b.c.Session()
	b.c.janitor.add(func(ctx context.Context) error {
		if b.ephemeral && session.over() {
			return nil // it went with its session
		}
		path, err := b.lookupPath(ctx)
		if path == "" || err != nil {
			return err
		}
		if err = b.c.Delete(path).Do(ctx); err == nil {
			b.protect.undone.Store(true)
		}
		return err
	})
}

// protectionOf is the prefix of a protected name.
func protectionOf(name string) (prefix string, ok bool) {
	const n = len("_c_") + 36 + len("-")
	if len(name) < n || !strings.HasPrefix(name, "_c_") || name[n-1] != '-' {
		return "", false
	}
	return name[:n], true
}
