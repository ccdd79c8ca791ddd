package cache_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Each fault at each message of the cache's, from its first request to its last: it becomes initialized, its stream leads to what the
// server has, and it follows on.
func TestSweep(t *testing.T) {
	for _, v := range []server.Version{server.V35, server.V39} {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) { swept(t, s, v) },
				zktest.WithFolders("/app"), zktest.WithWorld(zktest.Version(v)))
		})
	}
}

func swept(t *testing.T, s *zktest.Swept, v server.Version) {
	t.Helper()
	ctx := t.Context()
	other := s.Connect(t, "other")
	do := writer{t, other}
	if ok, _, err := other.Exists("/app").Do(ctx); err != nil || !ok {
		do.create("/app", "")
	}
	for i := range 3 {
		do.create(fmt.Sprintf("/app/%d", i), "1")
		do.create(fmt.Sprintf("/app/%d/x", i), "1")
	}
	tree, err := cache.NewTree(s.Client(t, client.WithSessionTimeout(6*time.Second)), "/app")
	must(t, err)
	told := newReplay("/app", v != server.V35)
	var listening sync.WaitGroup
	listening.Go(func() {
		for ev := range tree.Events(ctx) {
			if err := told.apply(ev); err != nil {
				t.Error(err)
			}
		}
	})
	must(t, tree.Start(ctx))
	must(t, tree.WaitInitialized(ctx))
	do.set("/app/0", "2")
	time.Sleep(10 * time.Millisecond)
	do.delete("/app/1")
	do.create("/app/1", "1")
	do.create("/app/3", "1")
	do.create("/app/3/x", "1")
	do.delete("/app/2")
	time.Sleep(time.Minute) // whatever the fault was, it is over
	truth(t, other, tree.Snapshot())
	stat, err := other.Set("/app").Data([]byte("end")).Do(ctx)
	must(t, err)
	must(t, tree.WaitFor(ctx, stat.Mzxid))
	if z, ok := tree.Get("/app"); !ok || string(z.Data()) != "end" {
		t.Error("the cache follows no more")
	}
	must(t, tree.Close(ctx))
	listening.Wait()
	if err := told.matches(tree.Snapshot()); err != nil || told.inits != 1 {
		t.Errorf("initialized %d times: %v", told.inits, err)
	}
}
