package interop

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
)

// A cache on one member of an ensemble of Apache's waits for what was written through another one; when its member dies it goes on at the next,
// and no snapshot stands before an older one.
func TestCacheEnsemble(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	members := apache.StartEnsemble(t, 3)
	c, err := client.Connect(ctx, members[0].Addr()+","+members[1].Addr()+","+members[2].Addr(), client.WithSessionTimeout(8*time.Second))
	must(t, err)
	defer func() { must(t, c.Close(context.WithoutCancel(ctx))) }()
	on := slices.IndexFunc(members, func(m *apache.Server) bool { return m.Addr() == c.Conn().Server() })
	if on < 0 {
		t.Fatalf("the client is on %s", c.Conn().Server())
	}
	other := sdk(t, members[(on+1)%3].Addr())
	_, err = other.Create(cacheRoot + "/a").Parents().Do(ctx)
	must(t, err)
	_, err = other.Create(cacheProof).Do(ctx)
	must(t, err)
	tree, err := cache.NewTree(c, cacheRoot)
	tree = startCache(t, tree, err)
	must(t, tree.WaitInitialized(ctx))
	watching := make(chan error, 1)
	go func() { watching <- neverBack(ctx, tree) }()

	writes := 0
	write := func(path string) {
		t.Helper()
		writes++
		stat, err := other.Set(path).Data([]byte(fmt.Sprint(writes))).Do(ctx)
		must(t, err)
		must(t, tree.WaitFor(ctx, stat.Mzxid))
		s := tree.Snapshot()
		if s.Zxid() < stat.Mzxid {
			t.Fatalf("the snapshot stands at %x, waited for %x", s.Zxid(), stat.Mzxid)
		}
		if z, ok := s.Get(cacheRoot + "/a"); path != cacheProof && (!ok || string(z.Data()) != fmt.Sprint(writes)) {
			t.Fatalf("write %d is not in the snapshot that stands at %x", writes, s.Zxid())
		}
	}
	for range 100 {
		write(cacheRoot + "/a")
		write(cacheProof) // not within the cache
	}
	session, server := c.Session(), c.Conn().Server()
	members[on].Kill()
	for range 50 {
		// If it was the leader there is no quorum for a moment, and the write is tried again; if it was applied, it is done twice.
		write(cacheRoot + "/a")
	}
	write(cacheProof)
	if c.Conn().Server() == server {
		t.Error("the cache is where it was")
	}
	if c.Session() != session {
		t.Logf("a new session: %v", c.Session())
	}
	must(t, tree.Close(ctx))
	must(t, <-watching)
}

// neverBack listens until the cache is closed, and compares each snapshot with the one before.
func neverBack(ctx context.Context, tree *cache.Tree) error {
	before, n := tree.Snapshot(), int64(0)
	for range tree.Events(ctx) {
		now := tree.Snapshot()
		if now.Zxid() < before.Zxid() {
			return fmt.Errorf("the snapshot stands at %x, the one before at %x", now.Zxid(), before.Zxid())
		}
		for path, z := range before.All() {
			if next, ok := now.Get(path); !ok || next.Mzxid() < z.Mzxid() {
				return fmt.Errorf("%s has gone back, or away", path)
			}
		}
		before = now
		n++
	}
	if n < 100 {
		return fmt.Errorf("only %d events", n)
	}
	return ctx.Err()
}
