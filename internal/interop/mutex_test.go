package interop

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

const (
	lockPath    = "/interop/lock"
	counterPath = "/interop/counter"
)

// lockFunc takes a lock and returns what releases it.
type lockFunc func(ctx context.Context) (unlock func() error, err error)

// A contender is one holder-to-be of the shared lock. This is the Go half of testdata/java/MutexPeer.java.
type contender struct {
	id     string
	conn   *zk.Conn // for the proof that it is alone; the lock may have a session of its own
	lock   lockFunc
	wanted int // hand-overs
	turns  int
}

var errViolation = errors.New("VIOLATION")

// run takes turns until the wanted number of hand-overs is reached.
func (c *contender) run(ctx context.Context) error {
	for more := true; more; c.turns++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		unlock, err := c.lock(ctx)
		if err != nil {
			return fmt.Errorf("%s: lock: %w", c.id, err)
		}
		more, err = c.turn()
		if err := errors.Join(err, unlock()); err != nil {
			return fmt.Errorf("%s: %w", c.id, err)
		}
	}
	return nil
}

func (c *contender) turn() (more bool, err error) {
	_, err = c.conn.Create(counterPath+"/holder", []byte(c.id), zk.FlagEphemeral, zk.WorldACL(zk.PermAll))
	if errors.Is(err, zk.ErrNodeExists) {
		return false, fmt.Errorf("%w: there is another holder", errViolation)
	} else if err != nil {
		return false, err
	}
	data, stat, err := c.conn.Get(counterPath)
	if err != nil {
		return false, err
	}
	now, err := parseCount(data)
	if err != nil {
		return false, err
	}
	now.turns++
	if now.holder != c.id {
		now.holder = c.id
		now.handovers++
	}
	_, err = c.conn.Set(counterPath, []byte(now.String()), stat.Version)
	if errors.Is(err, zk.ErrBadVersion) {
		return false, fmt.Errorf("%w: another holder has counted", errViolation)
	} else if err != nil {
		return false, err
	}
	return now.handovers < c.wanted, c.conn.Delete(counterPath+"/holder", -1)
}

// count is the counter's data.
type count struct {
	turns     int
	holder    string
	handovers int
}

func (c count) String() string { return fmt.Sprintf("%d %s %d", c.turns, c.holder, c.handovers) }

func parseCount(b []byte) (c count, err error) {
	_, err = fmt.Sscan(string(b), &c.turns, &c.holder, &c.handovers)
	return c, err
}

// setUp removes what an earlier test left on the server, makes the counter and returns the connection that looks at it.
func setUp(t *testing.T, addr string) *zk.Conn {
	t.Helper()
	must(t, connectClient(t.Context(), t, addr).Delete("/interop").WithChildren().Quietly().Do(t.Context()))
	conn := connect(t, addr)
	open := zk.WorldACL(zk.PermAll)
	for _, path := range []string{"/interop", counterPath} {
		if _, err := conn.Create(path, []byte(count{holder: "nobody"}.String()), 0, open); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

// javaPeer compiles MutexPeer and returns what starts one.
func javaPeer(t *testing.T) func(t *testing.T, addr, id string, wanted int) *foreign.Process {
	t.Helper()
	classPath := javaPeers(t)
	return func(t *testing.T, addr, id string, wanted int) *foreign.Process {
		t.Helper()
		return foreign.Start(t, foreign.Java(t, classPath, "MutexPeer", addr, lockPath, counterPath, strconv.Itoa(wanted), id)...)
	}
}

// finish waits for a MutexPeer's end and returns its turns.
func finish(ctx context.Context, t *testing.T, p *foreign.Process) int {
	t.Helper()
	if err := p.Wait(ctx); err != nil {
		t.Fatalf("MutexPeer: %v\n%s", err, p.Output())
	}
	_, done, _ := strings.Cut(p.Output(), "done ")
	var id string
	var turns int
	if _, err := fmt.Sscan(done, &id, &turns); err != nil {
		t.Fatalf("MutexPeer ended without its count: %v\n%s", err, p.Output())
	}
	return turns
}

// shareWithCurator lets a Go lock and Curator's InterProcessMutex hand the same lock to each other, again and again.
func shareWithCurator(t *testing.T, addr string, start func(*testing.T, string, string, int) *foreign.Process, lock lockFunc) {
	t.Helper()
	const wanted = 200
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn := setUp(t, addr)
	java := start(t, addr, "java", wanted)
	if err := java.WaitFor(ctx, "ready"); err != nil {
		t.Fatalf("MutexPeer: %v\n%s", err, java.Output())
	}
	c := &contender{id: "go", conn: conn, lock: lock, wanted: wanted}
	began := time.Now()
	if err := c.run(ctx); err != nil {
		t.Fatalf("%v\n%s", err, java.Output())
	}
	javaTurns := finish(ctx, t, java)
	data, _, err := conn.Get(counterPath)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseCount(data)
	if err != nil {
		t.Fatal(err)
	}
	if got.turns != c.turns+javaTurns || got.handovers < wanted {
		t.Errorf("counted %v, but Go had %d turns and Java %d", got, c.turns, javaTurns)
	}
	t.Logf("%d hand-overs in %v: %d turns of Go, %d of Java", got.handovers, time.Since(began).Round(time.Millisecond), c.turns, javaTurns)
	if left, _, err := conn.Children(lockPath); err != nil || len(left) != 0 {
		t.Errorf("left behind under the lock: %v, %v", left, err)
	}
}

// go-zookeeper's own lock has Curator's layout, so it shows that the judge is fair.
func TestMutexZkLock(t *testing.T) {
	start := javaPeer(t)
	onServers(t, func(t *testing.T, addr string) {
		conn := connect(t, addr)
		shareWithCurator(t, addr, start, func(context.Context) (func() error, error) {
			l := zk.NewLock(conn, lockPath, zk.WorldACL(zk.PermAll))
			return l.Unlock, l.Lock()
		})
	})
}

// Curator with itself.
func TestMutexCurator(t *testing.T) {
	start := javaPeer(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		conn := setUp(t, addr)
		one, two := start(t, addr, "one", 50), start(t, addr, "two", 50)
		sum := finish(ctx, t, one) + finish(ctx, t, two)
		data, _, err := conn.Get(counterPath)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseCount(data); err != nil || got.turns != sum || got.handovers < 50 {
			t.Errorf("counted %q, %v; want %d turns", data, err, sum)
		}
	})
}

// A lock that locks nothing must be found out, or the tests above prove nothing.
func TestMutexJudge(t *testing.T) {
	start := javaPeer(t)
	addr := servers[0].start(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := &contender{id: "go", conn: setUp(t, addr), wanted: 1 << 30, lock: func(context.Context) (func() error, error) {
		return func() error { return nil }, nil
	}}
	java := start(t, addr, "java", 1<<30)
	if err := java.WaitFor(ctx, "ready"); err != nil {
		t.Fatalf("MutexPeer: %v\n%s", err, java.Output())
	}
	goCtx, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- c.run(goCtx) }()
	var err error
	select { // who meets the other says so and stops
	case err = <-ended:
		java.Kill()
	case <-java.Done():
		stop()
		err = <-ended
	}
	stop()
	if !errors.Is(err, errViolation) && !strings.Contains(java.Output(), errViolation.Error()) {
		t.Errorf("nobody noticed two holders: %v\n%s", err, java.Output())
	}
}
