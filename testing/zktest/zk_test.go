package zktest_test

import (
	"errors"
	"flag"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/zktest"
)

// oneHost is a zk.HostProvider that resolves no names, as a bubble wants it.
type oneHost struct {
	addr  string
	tried bool // since it was last connected
}

func (h *oneHost) Init([]string) error { return nil }
func (h *oneHost) Len() int            { return 1 }
func (h *oneHost) Connected()          { h.tried = false }

func (h *oneHost) Next() (addr string, retryStart bool) {
	retryStart, h.tried = h.tried, true
	return h.addr, retryStart
}

// quiet is a zk.Logger.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// sessionTimeout is the longest that a server grants by default.
const sessionTimeout = 40 * time.Second

// states is what a client tells of its connection. Its own channel forgets what nobody reads in time.
type states chan zk.State

// wait returns when the state has come.
func (s states) wait(want zk.State) {
	for state := range s {
		if state == want {
			return
		}
	}
}

// connect connects a host of the World with a client that knows nothing of this module. It returns once there is a
// session, and the client is closed with the test.
func connect(t *testing.T, w *zktest.World, host string) (*zk.Conn, states) {
	t.Helper()
	seen := make(states, 1000)
	conn, _, err := zk.Connect([]string{w.Addr}, sessionTimeout, zk.WithDialer(w.Host(host).Dial),
		zk.WithHostProvider(&oneHost{addr: w.Addr}), zk.WithLogger(quiet{}), zk.WithLogInfo(false),
		zk.WithEventCallback(func(ev zk.Event) {
			if ev.Type == zk.EventSession {
				seen <- ev.State
			}
		}))
	must(t, err)
	t.Cleanup(func() {
		w.Net.HealAll()
		conn.Close()
	})
	seen.wait(zk.StateHasSession)
	return conn, seen
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func create(tb testing.TB, conn *zk.Conn, path string, flags int32) {
	tb.Helper()
	if _, err := conn.Create(path, nil, flags, zk.WorldACL(zk.PermAll)); err != nil {
		tb.Fatalf("create %s: %v", path, err)
	}
}

func wantError(tb testing.TB, what string, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// run runs tests from an Example, which has no testing.T: each of them once, and nothing is printed unless one fails.
func run(tests ...func(t *testing.T)) {
	verbose := flag.Lookup("test.v").Value
	before := verbose.String()
	defer func() { _ = verbose.Set(before) }() // its own value
	if err := verbose.Set("false"); err != nil {
		fmt.Println(err)
	}
	var all []testing.InternalTest
	for _, f := range tests {
		var once sync.Once // whatever the flags -count and -cpu say
		all = append(all, testing.InternalTest{Name: "Example", F: func(t *testing.T) { once.Do(func() { f(t) }) }})
	}
	if !testing.RunTests(regexp.MatchString, all) {
		fmt.Println("failed")
	}
}
