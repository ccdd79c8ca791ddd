package benchrecipes

import (
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// line finds a side's line in a row's block, and returns its requests, watch events and round trips.
func line(t *testing.T, out, row, side string) (requests, events, trips float64) {
	t.Helper()
	_, block, ok := strings.Cut(out, "\n"+row+" ")
	if !ok {
		t.Fatalf("no row %q in\n%s", row, out)
	}
	m := regexp.MustCompile(`(?m)^ *` + regexp.QuoteMeta(side) + ` +\d+ +(\d+\.\d\d) +(\d+\.\d\d) +(\d+\.\d\d)`).FindStringSubmatch(block)
	if m == nil {
		t.Fatalf("nothing of %s in\n%s", side, block)
	}
	for i, to := range []*float64{&requests, &events, &trips} {
		n, err := strconv.ParseFloat(m[i+1], 64)
		if err != nil {
			t.Fatal(err)
		}
		*to = n
	}
	return requests, events, trips
}

// counted is what a cycle costs where nobody else is in the way, whatever the machine does. Round trips can only be told apart too often, so they
// are between what is said and half of one more.
func counted(t *testing.T, out, row, side string, requests, events, trips float64) {
	t.Helper()
	r, e, n := line(t, out, row, side)
	const slack = 0.1 // a ping, or the end of what an earlier row closed
	if r < requests-slack || r > requests+slack || e < events-slack || e > events+slack || n < trips-slack || n > trips+0.5 {
		t.Errorf("%s, %s: %.2f requests, %.2f events, %.2f round trips; want %v, %v, %v", row, side, r, e, n, requests, events, trips)
	}
}

// All sides do what they are known to do, and what was started is gone.
func TestRun(t *testing.T) {
	foreign.Curator(t)
	foreign.Python(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var text strings.Builder
	c := Cmd{
		Rounds: 1, Duration: 20 * time.Millisecond, Peers: "require", Most: 4 * time.Minute,
		Only: "^(mutex|read|semaphore|atomic).*, 1 contender|next leader|^double.*out|^simple.*poll|^queue, put|^kazoo",
	}
	if err := c.Run(t.Context(), &text); err != nil {
		t.Fatalf("%v\n%s", err, &text)
	}
	out := text.String()
	for _, want := range []struct {
		row, side               string
		requests, events, trips float64
	}{
		{"mutex, 1 contender", "ours", 3, 0, 2},
		{"mutex, 1 contender", "Curator", 3, 0, 3},
		{"mutex, 1 contender", "kazoo", 4, 0, 4},
		{"mutex, 1 contender", "zk.Lock", 3, 0, 3},
		{"read lock, 1 contender", "ours", 3, 0, 2},
		{"read lock, 1 contender", "Curator", 3, 0, 3},
		{"semaphore of 1, 1 contender", "Curator", 7, 1, 6},
		{"atomic long, 1 contender", "ours", 1, 0, 1},
		{"atomic long, 1 contender", "Curator", 2, 0, 2},
		{"atomic long, 1 contender", "kazoo", 2, 0, 2},
		{"latch, close to next leader", "Curator", 2, 1, 2},
		{"simple queue, offer and poll", "ours", 2, 0, 2},
		{"simple queue, offer and poll", "Curator", 4, 0, 4},
		{"kazoo's queue, put and get", "kazoo", 4, 0, 4},
		{"kazoo's locking queue, the same", "kazoo", 8, 2, 8},
		{"kazoo's party, join and leave", "kazoo", 2, 0, 2},
		{"kazoo's lease, renewed", "ours", 5, 0, 4},
		{"kazoo's lease, renewed", "kazoo", 9, 0, 9},
	} {
		counted(t, out, want.row, want.side, want.requests, want.events, want.trips)
	}
	for _, want := range []struct {
		row             string
		requests, trips float64 // at most
	}{
		{"semaphore of 1, 1 contender", 6, 3},
		{"latch, close to next leader", 2, 2},
		{"double barrier of 8, in and out", 49, 99},
		{"queue, put to consumed", 5, 4},
		{"kazoo's queue, put and get", 3, 3},
		{"kazoo's locking queue, the same", 5, 4},
	} {
		if r, _, trips := line(t, out, want.row, "ours"); r > want.requests+0.1 || trips > want.trips+0.5 {
			t.Errorf("%s: %v requests in %v round trips", want.row, r, trips)
		}
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Without peers there are ours and zk.Lock, and aims that need Curator say nothing.
func TestAlone(t *testing.T) {
	foreign.ZooKeeper(t)
	var text strings.Builder
	c := Cmd{Quick: true, Peers: "off", Most: time.Minute, Only: "^mutex, 1 |^tree|^change"}
	if err := c.Run(t.Context(), &text); err != nil {
		t.Fatalf("%v\n%s", err, &text)
	}
	out := text.String()
	counted(t, out, "mutex, 1 contender", "ours", 3, 0, 2)
	counted(t, out, "mutex, 1 contender", "zk.Lock", 3, 0, 3)
	if strings.Contains(out, "Curator") || strings.Contains(out, "kazoo") {
		t.Errorf("there is nobody else, but\n%s", out)
	}
	if !strings.Contains(out, "aim: at most 0.2 requests: met") {
		t.Errorf("a tree takes too many requests:\n%s", out)
	}
	if !strings.Contains(out, "1.00 from the event (counted); 1.00 requests, 1.00 events") {
		t.Errorf("a listener takes more than one read:\n%s", out)
	}
}

func TestBadCommands(t *testing.T) {
	good := Cmd{Rounds: 1, Duration: time.Second, Peers: "off", Most: time.Minute}
	for name, spoil := range map[string]func(*Cmd){
		"rounds": func(c *Cmd) { c.Rounds = 0 }, "duration": func(c *Cmd) { c.Duration = 0 }, "most": func(c *Cmd) { c.Most = 0 },
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
