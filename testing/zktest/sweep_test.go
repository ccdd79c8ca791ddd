package zktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// complaints runs a sweep that tells us what is wrong, and not the test.
func complaints(t *testing.T, scenario func(t *testing.T, s *Swept), opts ...SweepOption) (told []string) {
	t.Helper()
	w := sweep{scenario: scenario, errorf: func(_ testing.TB, format string, args ...any) {
		told = append(told, fmt.Sprintf(format, args...))
	}}
	w.run(t, opts)
	return told
}

// anyhow calls until it is neither a lost connection nor a lost session that it fails with.
func anyhow(call func() error) error {
	for {
		if err := call(); err == nil || !client.Retryable(err) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// Three requests, one after the other: each fault has exactly these three positions, in order, and the fourth run is the last.
func TestSweepReachesEveryPosition(t *testing.T) {
	if runs := reachesEveryPosition(t); runs != 0 {
		t.Errorf("%d runs too many", runs)
	}
}

// In parallel they are the same, and each fault has a run too many for each worker at most.
func TestSweepInParallel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	if runs := reachesEveryPosition(t, InParallel()); runs < 0 || runs > len(Faults())*3 {
		t.Errorf("%d runs too many", runs)
	}
}

// reachesEveryPosition tells how many runs there were beyond those that it takes.
func reachesEveryPosition(t *testing.T, opts ...SweepOption) int {
	t.Helper()
	var mu sync.Mutex // guards what follows
	got := map[string][]string{}
	runs := 0
	Sweep(t, func(t *testing.T, s *Swept) {
		c := s.Client(t)
		for _, call := range []func() error{
			func() error { _, err := c.Create("/a").Do(t.Context()); return err },
			func() error { _, _, err := c.Get("/a").Do(t.Context()); return err },
			func() error { return c.Delete("/a").Do(t.Context()) },
		} {
			if err := anyhow(call); err != nil && !errors.Is(err, zk.ErrNodeExists) && !errors.Is(err, zk.ErrNoNode) {
				t.Error(err)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		runs++
		if !s.Hit() {
			if s.Frame() != (fault.Frame{}) {
				t.Errorf("not hit at %v", s.Frame())
			}
			return
		}
		f := s.Frame()
		if f.Host != AppHost || f.Session == 0 {
			t.Errorf("hit at %v", f)
		}
		got[s.Fault.Name] = append(got[s.Fault.Name], fmt.Sprintf("%d %s %v", s.Position, f.Op, f.Reply))
	}, append(opts, WithFolders("/folder"))...)
	for _, f := range Faults() {
		want := []string{fmt.Sprintf("1 create %v", f.At == AtReply), fmt.Sprintf("2 getData %v", f.At == AtReply), fmt.Sprintf("3 delete %v", f.At == AtReply)}
		if f.At == AtEvent {
			want = nil
		}
		if len(opts) != 0 { // in any order
			slices.Sort(got[f.Name])
		}
		if !slices.Equal(got[f.Name], want) {
			t.Errorf("%s: positions %q, want %q", f.Name, got[f.Name], want)
		}
		runs -= len(want) + 1
	}
	return runs
}

// Notifications are positions of their own.
func TestSweepEvents(t *testing.T) {
	got := map[string]int{}
	Sweep(t, func(t *testing.T, s *Swept) {
		other := s.Connect(t, "other")
		_, err := other.Create("/a").Do(t.Context())
		must(t, err)
		c := s.Client(t)
		_, _, watch, err := c.Get("/a").DoW(t.Context())
		must(t, err)
		must(t, other.Delete("/a").Do(t.Context()))
		<-watch.Events() // also if the notification was lost: the client sets the watch again
		if s.Hit() {
			if got[s.Fault.Name]++; !s.Frame().Notification {
				t.Errorf("hit at %v", s.Frame())
			}
		}
	}, OnlyFaults(EventCut, CutAfterEvent))
	if want := map[string]int{EventCut: 1, CutAfterEvent: 1}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The bug that most hand-written locks have: when the answer to a create is lost, it is asked for again, and the first one stays. Sweep finds it
// at each fault that surely loses an answer, at the create's position, and nowhere else.
func TestSweepFindsAnOrphan(t *testing.T) {
	told := complaints(t, func(t *testing.T, s *Swept) {
		c := s.Client(t)
		must(t, anyhow(func() error {
			_, err := c.Create("/locks").Parents().Do(t.Context())
			return ignore(err, zk.ErrNodeExists)
		}))
		var path string
		must(t, anyhow(func() (err error) {
			path, err = c.Create("/locks/lock-").Ephemeral().Sequential().Do(t.Context()) // not Protected
			return err
		}))
		must(t, anyhow(func() error { return ignore(c.Delete(path).Do(t.Context()), zk.ErrNoNode) }))
	}, LeavesNothing(8*time.Second, "/locks"), WithoutFaults(ConnectionCut, ServerRestarted)) // which may come before the answer, or after it
	want := []string{ReplyDropped, ReplyCut, CutAfterRequest}
	if len(told) != len(want) {
		t.Fatalf("got %q", told)
	}
	for i, name := range want {
		if prefix := fmt.Sprintf("zktest: %s/2: left behind: /locks/lock-", name); !strings.HasPrefix(told[i], prefix) {
			t.Errorf("got %q, want %q", told[i], prefix)
		}
	}
}

func ignore(err, kind error) error {
	if errors.Is(err, kind) {
		return nil
	}
	return err
}

// naive is a lock that takes what it has made for what it has.
type naive struct {
	c    *client.Client
	path string
}

func (l *naive) lock(ctx context.Context) error {
	for {
		_, err := l.c.Create(l.path).Ephemeral().Do(ctx)
		if !errors.Is(err, zk.ErrNodeExists) {
			return err
		}
		ok, _, watch, err := l.c.Exists(l.path).DoW(ctx)
		if err != nil {
			return err
		}
		if !ok {
			watch.Stop()
			continue
		}
		<-watch.Events()
	}
}

// Another bug: who has the lock never asks whether it is still its own. A scenario finds two holders, when the znode is taken away, and at no other fault.
func TestSweepFindsTwoHolders(t *testing.T) {
	found := map[string]int{}
	Sweep(t, func(t *testing.T, s *Swept) {
		one := naive{s.Client(t), "/locks/x"}
		two := naive{s.Connect(t, "other"), "/locks/x"}
		_, err := two.c.Create("/locks").Do(t.Context())
		must(t, err)
		must(t, anyhow(func() error { return one.lock(t.Context()) }))
		must(t, ignore(anyhow(func() error { _, _, err := one.c.Get("/locks/x").Do(t.Context()); return err }), zk.ErrNoNode)) // some work
		s.events.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if _, err := two.c.Create(two.path).Ephemeral().Do(ctx); err == nil {
			found[s.Fault.Name]++
		}
	}, WithFolders("/locks"), WithoutFaults(ReplyDropped, ReplyCut, CutAfterRequest, ConnectionCut, ServerRestarted)) // at which it may wait for itself, for ever
	if want := map[string]int{SessionExpired: 2, DeletedByHand: 2}; !maps.Equal(found, want) {
		t.Errorf("two holders with %v, want %v", found, want)
	}
}

// A fault that never comes about is no test: the scenario's client is on another host.
func TestSweepNeverReached(t *testing.T) {
	told := complaints(t, func(t *testing.T, s *Swept) {
		_, err := s.Connect(t, "elsewhere").Create("/a").Do(t.Context())
		must(t, err)
	}, WithFolders("/a"))
	var want []string
	for _, f := range Faults() {
		if f.At != AtEvent {
			want = append(want, fmt.Sprintf("zktest: no message of host %q met %q", AppHost, f.Name))
		}
	}
	if !slices.Equal(told, want) {
		t.Errorf("got %q, want %q", told, want)
	}
}

// A scenario that goes on for longer whenever a fault has come later ends by the bound.
func TestSweepEnds(t *testing.T) {
	runs := 0
	told := complaints(t, func(t *testing.T, s *Swept) {
		runs++
		c := s.Client(t)
		for range s.Position + 1 {
			_, _, err := c.Exists("/a").Do(t.Context())
			must(t, err)
		}
	}, OnlyFaults(CutAfterReply), WithPositions(7))
	if len(told) != 1 || !strings.Contains(told[0], "more than 7 positions") || runs != 7 {
		t.Errorf("after %d runs: %q", runs, told)
	}
}

// A client that the scenario forgets.
func TestSweepSessionLives(t *testing.T) {
	var told []string
	var forgotten *client.Client
	w := sweep{scenario: func(t *testing.T, s *Swept) {
		var err error
		forgotten, err = client.Connect(t.Context(), s.Addr, client.WithDial(s.App().DialContext))
		must(t, err)
		_, _, err = forgotten.Exists("/").Do(t.Context())
		must(t, err)
	}, errorf: func(tb testing.TB, format string, args ...any) {
		told = append(told, fmt.Sprintf(format, args...))
		must(tb, forgotten.Close(context.WithoutCancel(tb.Context()))) // or the bubble would not end
	}}
	w.run(t, []SweepOption{OnlyFaults(CutAfterReply)})
	if len(told) != 2 || !strings.Contains(told[0], "is alive") || !strings.HasPrefix(told[1], "zktest: cut after reply/2: session 0x") {
		t.Errorf("got %q", told)
	}
}

func TestSweepOptions(t *testing.T) {
	never := func(t *testing.T, _ *Swept) { t.Helper(); t.Error("a run") }
	for want, opts := range map[string][]SweepOption{
		`there is no fault "reply lost"`:                                 {OnlyFaults("reply lost")},
		`there is no fault "foreign"`:                                    {WithoutFaults("foreign")},
		`a fault cannot be called "a/b"`:                                 {WithFaults(Fault{Name: "a/b"})},
		`a fault cannot be called ""`:                                    {WithFaults(Fault{})},
		`0 positions`:                                                    {WithPositions(0)},
		`no faults`:                                                      {OnlyFaults()},
		`LeavesNothing has no path, and there are no folders`:            {LeavesNothing(time.Second)},
		"there is no fault \"x\"\nthere is no fault \"y\"":               {WithoutFaults("x"), WithoutFaults("y")},
		"no faults\nLeavesNothing has no path, and there are no folders": {OnlyFaults(ForeignChild), LeavesNothing(1)},
	} {
		if got := complaints(t, never, opts...); !slices.Equal(got, []string{"zktest: sweep: " + want}) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Own faults stand beside the others, or in the place of one, and do what they are told.
func TestSweepOwnFaults(t *testing.T) {
	var log []string
	slow := Fault{Name: "slow", At: AtRequest, Action: fault.Delay(time.Second)}
	note := Fault{Name: ReplyCut, Do: func(tb testing.TB, s *Swept) {
		tb.Helper()
		time.Sleep(time.Minute)
		s.Plant(tb, "/x/y/z", []byte("z"))
		log = append(log, fmt.Sprint(s, " ", s.Frame().Op))
	}}
	Sweep(t, func(t *testing.T, s *Swept) {
		start := time.Now()
		_, _, err := s.Client(t).Exists("/").Do(t.Context())
		must(t, err)
		log = append(log, fmt.Sprint(s, " ", time.Since(start)))
	}, WithFaults(slow, note), OnlyFaults("slow", ReplyCut), LeavesNothing(0, "/x"))
	want := []string{"reply cut/1 0s", "reply cut/1 exists", "reply cut/2 0s", "slow/1 1s", "slow/2 0s"}
	if !slices.Equal(log, want) {
		t.Errorf("got %q, want %q", log, want)
	}
}

// Messages are what WithFrames says.
func TestSweepFrames(t *testing.T) {
	var ops []string
	Sweep(t, func(t *testing.T, s *Swept) {
		c := s.Client(t)
		for range 3 {
			_, _, err := c.Exists("/").Do(t.Context())
			must(t, err)
			_, _, err = c.Children("/").Do(t.Context())
			must(t, err)
		}
		if s.Hit() {
			ops = append(ops, s.Frame().Op)
		}
	}, OnlyFaults(CutAfterReply), WithFrames(func(f fault.Frame) bool { return f.Op == "exists" }), WithWorld(Version(0)))
	if want := []string{"exists", "exists", "exists"}; !slices.Equal(ops, want) {
		t.Errorf("got %q", ops)
	}
}

// What hands do: to whom it belongs, where it is, and what Left makes of it.
func TestSweepByHand(t *testing.T) {
	type seen struct{ mine, deep, theirs, elsewhere, kept, foreign string }
	got := map[string]seen{}
	Sweep(t, func(t *testing.T, s *Swept) {
		ctx := t.Context()
		c, other := s.Client(t), s.Connect(t, "other")
		for _, make := range []client.CreateBuilder{
			other.Create("/f/sub").Parents(), other.Create("/f/theirs").Ephemeral(), other.Create("/f/kept"),
			c.Create("/f/mine").Ephemeral(), c.Create("/f/sub/deep").Ephemeral(), c.Create("/elsewhere").Ephemeral(),
		} {
			_, err := make.Data([]byte("data")).Do(ctx)
			must(t, err)
		}
		_, _, err := c.Exists("/").Do(ctx)
		must(t, err)
		s.events.Wait()
		look := func(path string) string {
			data, _, err := other.Get(path).Do(ctx)
			if err != nil {
				return ""
			}
			return string(data)
		}
		if s.Hit() && s.Frame().Op == "exists" {
			_, _, err := other.Get("/g/" + foreignName).Do(ctx)
			got[s.Fault.Name] = seen{look("/f/mine"), look("/f/sub/deep"), look("/f/theirs"), look("/elsewhere"), look("/f/kept"), fmt.Sprint(err == nil)}
		}
		left := []string{"/f/kept", "/f/mine", "/f/sub", "/f/sub/deep", "/f/theirs"}
		if s.Hit() && s.Fault.Robs && s.Frame().Op == "exists" {
			left = []string{"/f/kept", "/f/sub", "/f/theirs"}
		}
		if all := s.Left(t, "/f", "/g", "/f/sub", "/missing"); !slices.Equal(all, left) && (!s.Fault.Robs || !s.Hit() || s.Frame().Op == "exists") {
			t.Errorf("left %q, want %q", all, left)
		}
	}, WithFolders("/f", "/g"), OnlyFaults(DeletedByHand, WrittenByHand, ForeignChild))
	want := map[string]seen{
		DeletedByHand: {"", "", "data", "data", "data", "false"},
		WrittenByHand: {"written by hand", "written by hand", "data", "data", "data", "false"},
		ForeignChild:  {"data", "data", "data", "data", "data", "true"},
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
