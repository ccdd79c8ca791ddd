package interop

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/recipes/lock"
)

const settingPath = "/interop-setting"

// withSettingPeer runs a test with a SettingPeer on each server, and expects the peer's end to be a good one.
func withSettingPeer(t *testing.T, test func(ctx context.Context, t *testing.T, addr string, c *client.Client, start func(args ...string) *foreign.Process)) {
	t.Helper()
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var java *foreign.Process
		test(ctx, t, addr, connectClient(ctx, t, addr), func(args ...string) *foreign.Process {
			java = foreign.Start(t, foreign.Java(t, classPath, append([]string{"SettingPeer", addr}, args...)...)...)
			return java
		})
		if err := java.Wait(ctx); err != nil || !strings.Contains(java.Output(), "over\n") {
			t.Errorf("%v\n%s", err, java.Output())
		}
	})
}

// tell makes the znode that Java waits for.
func tell(ctx context.Context, t *testing.T, c *client.Client, what string) {
	t.Helper()
	must(t, second(c.Create("/interop-"+what).Do(ctx)))
}

// Java with a namespace, a login and a provider of lists for the creator alone, and Go with the same, share a mutex; nobody else may even look.
func TestTenantCurator(t *testing.T) {
	const turns = 50
	withSettingPeer(t, func(ctx context.Context, t *testing.T, addr string, stranger *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		base, err := client.Connect(ctx, addr, client.WithACLProvider(func(string) []zk.ACL { return []zk.ACL{client.Creator(zk.PermAll)} }))
		must(t, err)
		defer func() { must(t, base.Close(context.WithoutCancel(ctx))) }()
		must(t, base.AddAuth(ctx, "digest", []byte("ann:secret")))
		c := base.Namespace("/team")
		m, err := lock.NewMutex(c, settingPath)
		must(t, err)
		start("tenant", settingPath, strconv.Itoa(turns))
		for range turns {
			held, err := m.Lock(ctx)
			must(t, err)
			must(t, second(c.Create("/proof/holder").Ephemeral().ParentContainers().Do(ctx)))
			must(t, c.Delete("/proof/holder").Do(ctx))
			must(t, held.Unlock())
		}
		if _, _, err := stranger.Children("/team" + settingPath).Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("a stranger sees the lock: %v", err)
		}
	})
}

// Curator's CachedAtomicLong and ours hand out no number twice.
func TestCachedCurator(t *testing.T) {
	const numbers = 205
	withSettingPeer(t, func(ctx context.Context, t *testing.T, _ string, c *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		n, err := counter.NewInt64(c, settingPath)
		must(t, err)
		cached, err := counter.NewCached(n, 7)
		must(t, err)
		java := start("cached", settingPath, strconv.Itoa(numbers))
		awaitText(ctx, t, java, "ready")
		seen := map[int64]string{}
		for range numbers {
			v, err := cached.Next(ctx)
			must(t, err)
			if seen[v] != "" {
				t.Errorf("%d twice", v)
			}
			seen[v] = "go"
		}
		must(t, java.Wait(ctx))
		theirs := 0
		for _, line := range strings.Split(java.Output(), "\n") {
			if text, ok := strings.CutPrefix(line, "number "); ok {
				v, err := strconv.ParseInt(text, 10, 64)
				must(t, err)
				if seen[v] != "" {
					t.Errorf("%d is %s's, too", v, seen[v])
				}
				seen[v] = "java"
				theirs++
			}
		}
		if end, err := n.Get(ctx); theirs != numbers || end != 21*10+30*7 || err != nil {
			t.Errorf("%d numbers of Java's, the next is %d, %v", theirs, end, err)
		}
	})
}

// kazoo makes the count, empty; Go starts on it and gives it its bytes; only then does Java read it. A SharedValue beside it, made by Go.
func TestSharedKazooGoJava(t *testing.T) {
	python := foreign.Python(t)
	withSettingPeer(t, func(ctx context.Context, t *testing.T, addr string, c *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		p := foreign.Start(t, python, "testdata/kazoo/counter.py", addr, settingPath+"/count", "0")
		must(t, p.Wait(ctx))
		if data, _, err := c.Get(settingPath + "/count").Do(ctx); len(data) != 0 || err != nil {
			t.Errorf("kazoo's count holds %x, %v", data, err)
		}
		count, err := counter.NewSharedCount(c, settingPath+"/count", 3)
		must(t, err)
		must(t, count.Start(ctx))
		defer count.Close()
		value, err := counter.NewSharedValue(c, settingPath+"/value", []byte("go's seed"))
		must(t, err)
		must(t, value.Start(ctx))
		defer value.Close()
		first := count.Get().Value
		must(t, second(count.Set(ctx, first)))
		java := start("shared", settingPath)
		awaitText(ctx, t, java, fmt.Sprintf("count %d value go's seed", first))
		for now, err := range count.Changes(ctx) {
			must(t, err)
			if now.Value == first+1 {
				break
			}
		}
		for now, err := range value.Changes(ctx) {
			must(t, err)
			if string(now.Value) == "go's seed of java" {
				break
			}
		}
		must(t, second(count.Set(ctx, -2)))
		must(t, second(value.Set(ctx, []byte("go"))))
	})
}

// A downgraded writer of Curator 5.4, whose read znode has a later number, is a reader to us; ours, which keeps its number, is one to Curator.
func TestDowngradeCurator(t *testing.T) {
	withSettingPeer(t, func(ctx context.Context, t *testing.T, _ string, c *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		m, err := lock.NewRWMutex(c, settingPath)
		must(t, err)
		java := start("downgrade", settingPath)
		awaitText(ctx, t, java, "reading")
		if _, err := m.TryLock(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("writing beside Java's reader: %v", err)
		}
		read, err := m.RLock(ctx)
		must(t, err)
		tell(ctx, t, c, "read")
		must(t, read.Unlock())
		write, err := m.Lock(ctx)
		must(t, err)
		down, err := write.Downgrade(ctx)
		must(t, err)
		tell(ctx, t, c, "downgraded")
		awaitText(ctx, t, java, "write false\nread true\nwaiting")
		must(t, down.Unlock())
		awaitText(ctx, t, java, "write at last true")
	})
}

// Curator's InterProcessSemaphoreV2 and ours with the limit of one SharedCount, which each raises for the other.
func TestSharedSemaphoreCurator(t *testing.T) {
	withSettingPeer(t, func(ctx context.Context, t *testing.T, _ string, c *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		limit, err := counter.NewSharedCount(c, settingPath+"-limit", 1)
		must(t, err)
		must(t, limit.Start(ctx))
		defer limit.Close()
		s, err := lock.NewSharedSemaphore(c, settingPath, limit)
		must(t, err)
		one, err := s.Acquire(ctx)
		must(t, err)
		java := start("semaphore", settingPath)
		awaitText(ctx, t, java, "waiting")
		for names := []string(nil); len(names) < 2; { // Java's lease, which waits for the limit
			names, _, err = c.Children(settingPath + "/leases").Do(ctx)
			must(t, err)
		}
		if strings.Contains(java.Output(), "lease") {
			t.Errorf("two leases of one\n%s", java.Output())
		}
		must(t, second(limit.Set(ctx, 2)))
		awaitText(ctx, t, java, "lease true of 2")
		if _, err := s.TryAcquire(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("three leases of two: %v", err)
		}
		waited := make(chan *lock.Held, 1)
		go func() {
			held, err := s.Acquire(ctx)
			if err != nil {
				t.Error(err)
			}
			waited <- held
		}()
		tell(ctx, t, c, "leased") // and Java raises the limit
		three := <-waited
		tell(ctx, t, c, "third")
		must(t, three.Unlock())
		must(t, one.Unlock())
	})
}

// What one side compresses the other reads, and nothing at all, too. 5.4 compresses where it is told to.
func TestCompressionCurator(t *testing.T) {
	withSettingPeer(t, func(ctx context.Context, t *testing.T, _ string, c *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		must(t, second(c.Create(settingPath+"/go").Parents().Compressed().Data([]byte("hello")).Do(ctx)))
		must(t, second(c.Create(settingPath+"/nothing").Compressed().Do(ctx)))
		java := start("compressed", settingPath)
		must(t, java.Wait(ctx))
		if out := java.Output(); !strings.Contains(out, "read hello.\nempty 0\n") {
			t.Errorf("Java reads\n%s", out)
		}
		for name, want := range map[string]string{"/java": "hello", "/void": "", "/go": "hello", "/nothing": ""} {
			data, _, err := c.Get(settingPath + name).Decompressed().Do(ctx)
			if string(data) != want || err != nil {
				t.Errorf("%s: %q, %v", name, data, err)
			}
		}
		for name, want := range map[string]string{"/java": "1f8b0800000000000000cb48cdc9c9070086a6103605000000", "/void": "1f8b080000000000000003000000000000000000"} {
			raw, _, err := c.Get(settingPath + name).Do(ctx)
			must(t, err)
			raw[9] = 0 // which system, says Java; 5.4 says 0 or 255, as the JDK does
			if got := hex.EncodeToString(raw); got != want {
				t.Errorf("%s: %s, not the golden vector", name, got)
			}
		}
	})
}

// A latch's session ends, first Java's and then Go's, while the other waits: it takes over, and who lost comes back behind it.
func TestLatchSessionsEndCurator(t *testing.T) {
	withSettingPeer(t, func(ctx context.Context, t *testing.T, addr string, _ *client.Client, start func(...string) *foreign.Process) {
		t.Helper()
		var away atomic.Bool // or Go would take its session back from who ends it
		c, err := client.Connect(ctx, addr, client.WithDial(func(ctx context.Context, network, addr string) (net.Conn, error) {
			if away.Load() {
				return nil, errors.New("away")
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}))
		must(t, err)
		defer func() { must(t, c.Close(context.WithoutCancel(ctx))) }()
		looker := connectClient(ctx, t, addr)
		java := start("latch", settingPath)
		awaitText(ctx, t, java, "leads\n")
		awaitText(ctx, t, java, "session ")
		l, err := leader.NewLatch(c, settingPath, leader.WithID("go"), leader.WithPolicy(leader.UntilLost))
		must(t, err)
		must(t, l.Start(ctx))
		if l.Term() != nil {
			t.Error("two leaders")
		}
		_, text, _ := strings.Cut(java.Output(), "session ")
		var id int64
		var passwd []byte
		_, err = fmt.Sscanf(text, "%d %x", &id, &passwd)
		must(t, err)
		endSession(ctx, t, addr, id, passwd)
		term, err := l.Await(ctx)
		must(t, err)
		awaitText(ctx, t, java, "leads no longer")
		awaitOrder(ctx, t, l.Observer(), "go", "java")

		id, passwd = c.Session().Export()
		away.Store(true)
		endSession(ctx, t, addr, id, passwd)
		away.Store(false)
		select {
		case <-term.Context().Done():
		case <-ctx.Done():
			t.Fatal("Go's term goes on without its session")
		}
		if cause := context.Cause(term.Context()); !errors.Is(cause, client.ErrSessionLost) && !errors.Is(cause, leader.ErrDeleted) {
			t.Errorf("Go's term ended by %v", cause)
		}
		for strings.Count(java.Output(), "leads\n") < 2 {
			select {
			case <-ctx.Done():
				t.Fatalf("Java does not lead again\n%s", java.Output())
			case <-time.After(20 * time.Millisecond): // Java's output is all that tells
			}
		}
		awaitOrder(ctx, t, l.Observer(), "java", "go")
		tell(ctx, t, looker, "seen") // and Java closes
		if next, err := l.Await(ctx); err != nil || next.Epoch() <= term.Epoch() {
			t.Errorf("at last %+v, %v", next, err)
		}
		must(t, l.Close(ctx))
	})
}

// endSession ends somebody's session, as an expiry would but at once: another takes it up and closes it.
func endSession(ctx context.Context, t *testing.T, addr string, id int64, passwd []byte) {
	t.Helper()
	c, err := client.Connect(ctx, addr, client.WithSession(id, passwd))
	must(t, err)
	must(t, c.Close(ctx))
}

// awaitOrder waits until an election has these participants, the leader first.
func awaitOrder(ctx context.Context, t *testing.T, o *leader.Observer, want ...string) {
	t.Helper()
	for {
		all, err := o.Participants(ctx)
		if err != nil && ctx.Err() != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range all {
			got = append(got, p.ID)
		}
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%v, not %v", got, want)
		case <-time.After(20 * time.Millisecond): // nothing tells when a znode is made in the background
		}
	}
}
