package zktest_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

const latency = 3 * time.Millisecond

// expire cuts a client off until its session has expired, and returns how long that took in virtual time.
func expire(t *testing.T, w *zktest.World) time.Duration {
	t.Helper()
	app, states := connect(t, w, "app")
	create(t, app, "/app", zk.FlagEphemeral)
	watcher, _ := connect(t, w, "watcher")
	exists, _, gone, err := watcher.ExistsW("/app")
	must(t, err)
	if !exists {
		t.Fatal("the ephemeral is not there")
	}

	start := time.Now()
	w.Host("app").Partition()
	if ev := <-gone; ev.Type != zk.EventNodeDeleted || ev.Path != "/app" {
		t.Errorf("the watcher heard %+v", ev)
	}
	took := time.Since(start)
	exists, _, err = watcher.Exists("/app")
	must(t, err)
	if exists {
		t.Error("the ephemeral outlives its session")
	}

	// The client learns of it when it can, and gets a new session.
	w.Host("app").Heal()
	states.wait(zk.StateExpired)
	states.wait(zk.StateHasSession)
	create(t, app, "/app", zk.FlagEphemeral)
	return took
}

// TestSessionExpires is the proof that virtual time works, with a client that was not written for it: many runs in a row,
// none of which may fail or leave a goroutine.
func TestSessionExpires(t *testing.T) {
	const runs = 1000
	var virtual time.Duration
	real := make([]time.Duration, runs)
	for i := range runs {
		start := time.Now()
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			took := expire(t, w)
			if took < sessionTimeout*2/3 || took > sessionTimeout*5/4 {
				t.Errorf("a session of %v expired %v after its client was cut off", sessionTimeout, took)
			}
			virtual += took
		}, zktest.WithServer(server.WithLogger(slog.New(slog.DiscardHandler)))) // it would tell of every expiry
		real[i] = time.Since(start)
		if t.Failed() {
			t.Fatalf("in run %d", i+1)
		}
	}
	slices.Sort(real)
	t.Logf("%d runs; virtual time to expiry %v; real time per run: median %v, 99%% %v, longest %v",
		runs, virtual/runs, real[runs/2], real[runs*99/100], real[runs-1])
}

func TestRoundTripsAreCounted(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		conn, _ := connect(t, w, "app")
		create(t, conn, "/a", 0)
		start := time.Now()
		const trips = 10
		for range trips {
			if _, _, err := conn.Get("/a"); err != nil {
				t.Error(err)
			}
		}
		if got := time.Since(start); got != trips*2*latency {
			t.Errorf("%d reads took %v, want %v", trips, got, trips*2*latency)
		}
	}, zktest.WithNetwork(fault.WithLatency(latency)))
}

func TestCommittedButTheReplyWasLost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		conn, _ := connect(t, w, "app")
		create(t, conn, "/lost", 0)
		lost := fault.Once(fault.Reply("create").Path("/lost/a"), fault.Cut)
		w.Net.Inject(lost)
		_, err := conn.Create("/lost/a", nil, 0, zk.WorldACL(zk.PermAll))
		wantError(t, "create", err, zk.ErrConnectionClosed)
		exists, _, err := conn.Exists("/lost/a")
		must(t, err)
		if !exists || lost.Fired() != 1 {
			t.Errorf("exists: %v; %s fired %d times", exists, lost, lost.Fired())
		}

		never := fault.Once(fault.Request("create").Path("/lost/b"), fault.Cut)
		w.Net.Inject(never)
		_, err = conn.Create("/lost/b", nil, 0, zk.WorldACL(zk.PermAll))
		wantError(t, "create", err, zk.ErrConnectionClosed)
		exists, _, err = conn.Exists("/lost/b")
		must(t, err)
		if exists || never.Fired() != 1 {
			t.Errorf("exists: %v; %s fired %d times", exists, never, never.Fired())
		}
	})
}

func TestServerRestarts(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		conn, states := connect(t, w, "app")
		create(t, conn, "/kept", zk.FlagEphemeral)
		session := conn.SessionID()
		w.Server.Kill()
		states.wait(zk.StateDisconnected)
		time.Sleep(10 * time.Second)
		must(t, w.Server.Start(t.Context()))
		states.wait(zk.StateHasSession)
		exists, _, err := conn.Exists("/kept")
		must(t, err)
		if !exists || conn.SessionID() != session {
			t.Errorf("exists: %v, session 0x%x, was 0x%x", exists, conn.SessionID(), session)
		}
	})
}
