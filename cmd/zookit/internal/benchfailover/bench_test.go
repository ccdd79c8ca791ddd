package benchfailover

import (
	"context"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// A server that is killed, and one that hangs: both clients are waited for, the ensemble is whole again, and nothing is left behind.
func TestRun(t *testing.T) {
	foreign.ZooKeeper(t)
	t.Setenv("TMPDIR", t.TempDir()) // where the servers have their folders, so that one left behind would be seen
	var out strings.Builder
	c := Cmd{Rounds: 1, Tick: 500 * time.Millisecond, SyncLimit: 4, Session: 4 * time.Second, Most: 20 * time.Second, Only: "own-follower"}
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, want := range []string{
		`(?m)^ +1 kill/own-follower +\d+\.\d\d +\d+\.\d\d +\d+ kept +\d+\.\d\d +\d+ kept`,
		`(?m)^ +1 hang/own-follower +\d+\.\d\d +[1-9]\d*\.\d\d +[1-9]\d* kept +(\d+\.\d\d|never) `,
		`(?m)^kill/own-follower ours +-?\d.* s \(.*\) +kept 1/1  dials +\d+  aim <= 0\.30 s and kept: (met|MISSED)$`,
		`(?m)^hang/own-follower ours +\d.* s \(.*\) +kept 1/1  dials +\d+  aim <= 1\.33 s and kept: (met|MISSED)$`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %s in\n%s", want, &out)
		}
	}
}

func TestBadCommands(t *testing.T) {
	good := Cmd{Rounds: 1, Tick: time.Second, SyncLimit: 1, Session: time.Second, Most: time.Second}
	for name, spoil := range map[string]func(*Cmd){
		"rounds": func(c *Cmd) { c.Rounds = 0 }, "tick": func(c *Cmd) { c.Tick = 0 }, "sync limit": func(c *Cmd) { c.SyncLimit = 0 },
		"session": func(c *Cmd) { c.Session = 0 }, "patience": func(c *Cmd) { c.Most = 0 },
	} {
		c := good
		spoil(&c)
		if err := c.Run(t.Context(), io.Discard); !errors.Is(err, ErrNothing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.Only = "("
	if err := good.Run(t.Context(), io.Discard); err == nil {
		t.Error("a bad regular expression is taken")
	}
}

// The first success after the moment counts, once.
func TestPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pulse
		p.beat() // nobody waits
		start := time.Now()
		first := p.await(start.Add(20 * time.Millisecond))
		for range 5 {
			time.Sleep(7 * time.Millisecond)
			p.beat()
		}
		if at := <-first; at.Sub(start) != 21*time.Millisecond {
			t.Errorf("the first success: %v", at.Sub(start))
		}
		if len(first) != 0 {
			t.Error("a second one is told of")
		}
	})
}

// The door leads to one server until it is opened, and counts.
func TestDoor(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	for _, tt := range []struct {
		only string
		open bool
		want error
	}{{addr, false, nil}, {"elsewhere:1", false, errElsewhere}, {"elsewhere:1", true, nil}} {
		d := &door{only: tt.only}
		d.open.Store(tt.open)
		nc, err := d.dial(t.Context(), "tcp", addr)
		if !errors.Is(err, tt.want) || d.dials.Load() != 1 {
			t.Errorf("%+v: %v, %d dials", tt, err, d.dials.Load())
		}
		if err == nil {
			_ = nc.Close()
		}
	}
}

// What the summary makes of rounds: some without a return, some with another session.
func TestSummary(t *testing.T) {
	round := func(wait time.Duration, back, kept bool) result {
		return result{ensemble: time.Second, back: true, clients: []outcome{{wait: wait, back: back, kept: kept, attempts: int64(wait / time.Second)}}}
	}
	good, slow := round(1200*time.Millisecond, true, true), round(5*time.Second, true, true)
	lost, never := round(2*time.Second, true, false), round(0, false, false)
	for _, tt := range []struct {
		rounds []result
		want   string
		kept   int
		met    bool
	}{
		{[]result{good}, "0.20 s (0.20 to 0.20)", 1, true},
		{[]result{slow, good, good}, "0.20 s (0.20 to 4.00)", 3, true},
		{[]result{slow, good, slow}, "4.00 s (0.20 to 4.00)", 3, false},
		{[]result{good, lost, good}, "0.20 s (0.20 to 1.00)", 2, false},
		{[]result{good, slow, never}, "4.00 s (0.20 to never)", 2, false},
		{[]result{good, never}, "never, 1 of 2 times", 1, false},
		{[]result{good, never, never}, "never, 2 of 3 times", 1, false},
	} {
		s := summarize(tt.rounds, 0)
		if s.String() != tt.want || s.kept != tt.kept {
			t.Errorf("%v, kept %d, want %s and %d", s, s.kept, tt.want, tt.kept)
		}
		if met := strings.HasSuffix(s.judge(300*time.Millisecond), "met"); met != tt.met {
			t.Errorf("%s: %s", tt.want, s.judge(300*time.Millisecond))
		}
	}
}

// A server that ends on its own is told of, with its last line; the ensemble does not wait for it.
func TestServerThatEnds(t *testing.T) {
	p := &peer{addr: "127.0.0.1:1", dir: t.TempDir(), command: []string{"sh", "-c", "echo first; echo that is all"}}
	if err := p.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-p.done
	e := &ensemble{dir: t.TempDir(), peers: []*peer{p}}
	if err := e.whole(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "that is all") {
		t.Errorf("got %v", err)
	}
	e.close()
	p.command = []string{"/nowhere"}
	if err := p.start(t.Context()); err == nil {
		t.Error("there is no such program")
	}
}

// A stopped process can be killed, and one that runs on ends with its context.
func TestHangingServerEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := &peer{dir: t.TempDir(), command: []string{"sleep", "1000"}}
	for _, end := range []func(){p.kill, cancel} {
		if err := p.start(ctx); err != nil {
			t.Fatal(err)
		}
		if err := p.hang(); err != nil {
			t.Fatal(err)
		}
		if err := p.ended(); err != nil {
			t.Errorf("it hangs: %v", err)
		}
		end()
		<-p.done
	}
	if p.resume() == nil {
		t.Error("a process that has ended runs on")
	}
}
