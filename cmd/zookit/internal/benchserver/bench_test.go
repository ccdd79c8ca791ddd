package benchserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/zookit-go/zookit/cmd/zookit/internal/load"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/testing/server"
)

// The test's program stands in for zookit's: what is measured is this program once more, called as zookit would be.
func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "server" && args[1] == "--listen":
		err = serve(ctx, server.WithAddr(args[2]), server.WithMaxClientConns(0))
	case len(args) == 2 && args[0] == "server":
		err = serveFile(ctx, args[1])
	case len(args) == 4 && args[0] == "bench" && args[1] == "echo" && args[2] == "--listen":
		err = (&EchoCmd{Listen: args[3]}).Run(ctx)
	default:
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func serve(ctx context.Context, opts ...server.Option) error {
	s, err := server.New(opts...)
	if err != nil {
		return err
	}
	if err := s.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return s.Stop(context.WithoutCancel(ctx))
}

func serveFile(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	settings := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), "=")
		settings[key] = value
	}
	addr := settings["clientPortAddress"] + ":" + settings["clientPort"]
	return serve(ctx, server.WithAddr(addr), server.WithMaxClientConns(0), server.WithDataDir(settings["dataDir"]))
}

// small is a run that says nothing about speed.
func small(only string) *Cmd {
	return &Cmd{Rounds: 1, Ops: 20, Apache: "off", Only: only, Quick: false, znodes: 100}
}

func run(t *testing.T, c *Cmd) string {
	t.Helper()
	var out strings.Builder
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

// count checks how often a line of the table is there.
func count(t *testing.T, out, line string, want int) {
	t.Helper()
	if got := len(regexp.MustCompile("(?m)^"+line).FindAllString(out, -1)); got != want {
		t.Errorf("%q is there %d times, want %d:\n%s", line, got, want, out)
	}
}

func TestAlone(t *testing.T) {
	c := small("")
	c.Million = true
	out := run(t, c)
	count(t, out, `(get|set|create) +[18] +(1|16|256)  ours +[1-9]`, 36)
	count(t, out, `get +[18] +(1|16|256)  echo +[1-9]`, 6)
	count(t, out, `get +1 +1  echo .* aim >= 0.85 (met|MISSED)$`, 1)
	count(t, out, `ours +[1-9]\d*\.\d +[1-9]`, 1)
	count(t, out, `ours, tenfold +[1-9]`, 1)
	count(t, out, `ours +\d+\.\d\d \(.*\) +\d+\.\d\d \(`, 1)
	count(t, out, `Inside a process, .* aim < 2.1 (met|MISSED)$`, 1)
	count(t, out, `Apache's is left out, as asked for`, 1)
}

func TestBesideApache(t *testing.T) {
	foreign.ZooKeeper(t)
	c := small("create/8/16|get/1/1$|resident|start")
	c.Apache = "require"
	out := run(t, c)
	count(t, out, `(get|create) +[18] +(1|16)  Apache +[1-9].* \(.* to .*\)`, 4)
	count(t, out, `Apache +[1-9].* aim <= 0.2 (met|MISSED)$`, 1)
	count(t, out, `Apache -Xmx96m +[1-9].* aim < 1 (met|MISSED)$`, 1)
	count(t, out, `Apache +\d+\.\d\d \(.* aim >= 15 (met|MISSED)$`, 1)
	count(t, out, `.*left out`, 0)
}

// A table that nobody can read is not worth the measuring.
func TestNobodyReads(t *testing.T) {
	r, w := io.Pipe()
	_ = r.Close() // it never fails
	if err := small("").Run(t.Context(), w); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

// The switches that leave parts out, do.
func TestOnly(t *testing.T) {
	out := run(t, small("memory/set/1/16"))
	count(t, out, `(get|set|create) `, 1)
	count(t, out, `Durable|Resident|From exec|Inside`, 0)
}

func TestBadCommandLines(t *testing.T) {
	for name, c := range map[string]*Cmd{
		"no rounds": {Ops: 1}, "turns without an end": {Rounds: 1}, "not a regular expression": {Rounds: 1, Ops: 1, Only: "("},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.Run(t.Context(), io.Discard); err == nil {
				t.Error("no error")
			}
		})
	}
}

// A server that ends instead of serving is told of in its own words, and at once.
func TestAServerThatDoesNotStart(t *testing.T) {
	broken := side{name: "broken", command: func(*process, bool) ([]string, error) {
		return []string{"/bin/sh", "-c", "echo one; echo the reason >&2; exit 1"}, nil
	}}
	_, err := start(t.Context(), broken, false)
	if err == nil || !strings.Contains(err.Error(), "broken does not start") || !strings.HasSuffix(err.Error(), "the reason") {
		t.Errorf("%v", err)
	}
	_, err = start(t.Context(), side{name: "none", command: func(*process, bool) ([]string, error) { return []string{"/nowhere"}, nil }}, false)
	if err == nil {
		t.Error("there is no such program")
	}
}

// The end of the context ends the run, and what it started.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	p, err := start(ctx, ours(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	why := errors.New("enough")
	cancel(why)
	<-p.done
	if err := small("memory").Run(ctx, io.Discard); err == nil {
		t.Error("no error")
	}
	c := contest{servers: []*process{p}, rounds: 1, until: load.Count(1)}
	if _, err := c.run(t.Context(), task{"get", 1, 1}); err == nil {
		t.Error("a task on a server that has ended")
	}
}

// What the table says of the aims.
func TestJudge(t *testing.T) {
	a := aim{4, "Apache"}
	for _, test := range []struct {
		of     string
		median float64
		want   string
	}{{"Apache", 4, "aim >= 4 met"}, {"Apache", 3.99, "aim >= 4 MISSED"}, {"echo", 5, ""}, {"Apache", 0, ""}} {
		if got := a.judge(test.of, spreadOf([]float64{test.median})); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

func TestSpread(t *testing.T) {
	if s := ratios([]float64{10, 2, 9}, []float64{2, 2, 3}); s != (spread{1, 3, 5}) || s.String() != "3.00 (1.00 to 5.00)" {
		t.Errorf("%v", s)
	}
	if s := ratios(nil, nil); s.String() != "-" {
		t.Errorf("%v", s)
	}
}

// What the kernel counted for a server grows with what it was asked.
func TestUsage(t *testing.T) {
	p, err := start(t.Context(), ours(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	var s series
	player, err := newPlayer(t.Context(), p, task{"get", 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	defer player.close()
	for len(s.reads) == 0 || p.usage().cpu == 0 { // the clock ticks every 10 ms
		if err := player.play(load.Count(200), true, &s); err != nil {
			t.Fatal(err)
		}
	}
	m := p.memory()
	if s.reads[0] < 1 || s.writes[0] < 1 || s.reads[0] > 10 || s.writes[0] > 10 || m.resident < 1<<20 || m.proportional < 1<<20 {
		t.Errorf("%+v, %+v", s, m)
	}
}
