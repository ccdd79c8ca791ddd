package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// record keeps what hooks are told, in order.
type record struct {
	mu  sync.Mutex
	all []any
}

func (r *record) add(what any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, what)
}

// take returns what was told since the last take.
func (r *record) take() []any {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

type dropped int

func (r *record) hooks() client.Option {
	return client.WithHooks(client.Hooks{
		Attempt:   func(_ context.Context, a client.Attempt) { r.add(a) },
		Operation: func(_ context.Context, op client.Operation) { r.add(op) },
		State:     func(change client.StateChange) { r.add(change.State) },
		Watch:     func(ev zk.Event) { r.add(ev) },
		Dropped:   func(n int) { r.add(dropped(n)) },
	})
}

// told is what was told, in short.
func told(all []any) string {
	var b strings.Builder
	for _, what := range all {
		switch what := what.(type) {
		case client.Attempt:
			fmt.Fprintf(&b, "  %s %s #%d %v", what.Name, what.Path, what.Number, what.Outcome)
			if what.Err != nil {
				fmt.Fprintf(&b, " (%v)", what.Err)
			}
		case client.Operation:
			fmt.Fprintf(&b, "%s %s of %d %v", what.Name, what.Path, len(what.Attempts), what.Outcome)
			if what.Err != nil {
				fmt.Fprintf(&b, " (%v)", errors.Unwrap(what.Err))
			}
		case zk.Event:
			fmt.Fprintf(&b, "%v %s", what.Type, what.Path)
		default:
			fmt.Fprint(&b, what)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// What hooks are told of calls that succeed, are refused, lose their connection or their context.
func TestHooksOfCalls(t *testing.T) {
	lost := client.ErrConnectionLoss.Error()
	for _, tt := range []struct {
		name   string
		match  fault.Match
		action fault.Action
		call   func(ctx context.Context, c *client.Client)
		want   string
	}{
		{"done", fault.Notification(), fault.Pass, func(ctx context.Context, c *client.Client) {
			_, _ = c.Set("/n").Do(ctx)
		}, "  setData /n #1 done\nsetData /n of 1 done\n"},
		{"refused", fault.Notification(), fault.Pass, func(ctx context.Context, c *client.Client) {
			_ = c.Delete("/none").Do(ctx)
		}, "  delete /none #1 not done (zk: node does not exist)\ndelete /none of 1 not done (zk: node does not exist)\n"},
		{"never sent", fault.Notification(), fault.Pass, func(ctx context.Context, c *client.Client) {
			_, _ = c.Create("bad").Do(ctx)
			_, _, _ = c.Get("bad").Do(ctx)
		}, "create bad of 0 not done (zk: invalid path)\ngetData bad of 0 not done (zk: invalid path)\n"},
		{"with parents", fault.Notification(), fault.Pass, func(ctx context.Context, c *client.Client) {
			_, _ = c.Create("/p/q").Parents().Do(ctx)
		}, "  create /p/q #1 not done (zk: node does not exist)\n  create /p #1 done\ncreate /p of 1 done\n" +
			"  create /p/q #2 done\ncreate /p/q of 2 done\n"},
		{"a read repeated", fault.Reply("getData"), fault.Cut, func(ctx context.Context, c *client.Client) {
			_, _, _ = c.Get("/n").Do(ctx)
		}, "Suspended\n  getData /n #1 not done (" + lost + ")\nReconnected\n  getData /n #2 done\ngetData /n of 2 done\n"},
		{"a write repeated", fault.Reply("setData"), fault.Cut, func(ctx context.Context, c *client.Client) {
			_, _ = c.Set("/n").Do(ctx)
		}, "Suspended\n  setData /n #1 unknown (" + lost + ")\nReconnected\n  setData /n #2 done\nsetData /n of 2 done\n"},
		{"unknown", fault.Reply("create"), fault.Cut, func(ctx context.Context, c *client.Client) {
			_, _ = c.Create("/s-").Sequential().Do(ctx)
		}, "Suspended\n  create /s- #1 unknown (" + lost + ")\ncreate /s- of 1 unknown (" + lost + ")\nReconnected\n"},
		{"refused after a loss", fault.Reply("create"), fault.Cut, func(ctx context.Context, c *client.Client) {
			_, _ = c.Create("/x").Do(ctx)
		}, "Suspended\n  create /x #1 unknown (" + lost + ")\nReconnected\n  create /x #2 not done (zk: node already exists)\n" +
			"create /x of 2 unknown (zk: node already exists)\n"},
		{"given up", fault.Reply("setData"), fault.Delay(2 * time.Second), func(ctx context.Context, c *client.Client) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, _ = c.Set("/n").Do(ctx)
			time.Sleep(2 * time.Second) // the answer that comes now is nobody's
		}, "  setData /n #1 unknown (context deadline exceeded)\nsetData /n of 1 unknown (context deadline exceeded)\n"},
		{"async, and nobody waits", fault.Notification(), fault.Pass, func(ctx context.Context, c *client.Client) {
			c.Set("/n").Async(ctx)
			c.Get("/none").Async(ctx)
			c.Txn(c.Delete("/none")).Async(ctx)
			c.Get("bad").Async(ctx)
			time.Sleep(time.Millisecond)
		}, "getData bad of 0 not done (zk: invalid path)\n  setData /n #1 done\nsetData /n of 1 done\n" +
			"  getData /none #1 not done (zk: node does not exist)\ngetData /none of 1 not done (zk: node does not exist)\n" +
			"  multi of 1 #1 done\nmulti of 1 of 1 not done (zk: node does not exist)\n"},
		{"async, lost", fault.Reply("setData"), fault.Cut, func(ctx context.Context, c *client.Client) {
			c.Set("/n").Async(ctx)
			time.Sleep(time.Second)
		}, "Suspended\n  setData /n #1 unknown (" + lost + ")\nsetData /n of 1 unknown (" + lost + ")\nReconnected\n"},
		{"watch", fault.Reply("sync"), fault.Pass, func(ctx context.Context, c *client.Client) {
			_, _, _, _ = c.Get("/n").DoW(ctx)
			_, _ = c.Set("/n").Do(ctx)
		}, "  getData /n #1 done\ngetData /n of 1 done\nEventNodeDataChanged /n\n  setData /n #1 done\nsetData /n of 1 done\n"},
		{"a watch that stays", fault.Request("addWatch"), fault.Cut, func(ctx context.Context, c *client.Client) {
			watch, _ := c.Watch("/n").Do(ctx)
			_, _ = c.Watch("/n").Do(ctx) // costs nothing
			_ = c.RemoveWatches("/n").Do(ctx)
			<-watch.Events()
		}, "Suspended\n  addWatch /n #1 not done (" + lost + ")\nReconnected\n  addWatch /n #2 done\naddWatch /n of 2 done\n" +
			"  addWatch /n #1 done\naddWatch /n of 1 done\nremoveWatches /n of 0 done\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				var r record
				c := w.Connect(t, "a", r.hooks())
				_, err := c.Create("/n").Do(t.Context())
				must(t, err)
				if got := told(r.take()); got != "Connected\n  create /n #1 done\ncreate /n of 1 done\n" {
					t.Errorf("at first:\n%s", got)
				}
				w.Net.Inject(fault.Once(tt.match, tt.action))
				tt.call(t.Context(), c)
				time.Sleep(time.Second) // to reconnect
				if got := told(r.take()); sorted(got) != sorted(tt.want) || !ordered(got) {
					t.Errorf("told\n%swant\n%s", got, tt.want)
				}
			})
		})
	}
}

// sorted makes no difference between reports that race: those of a call and those of the connection's return.
func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// ordered tells whether each operation stands behind its attempts.
func ordered(text string) bool {
	open := map[string]int{}
	for line := range strings.Lines(text) {
		name, _, attempt := strings.Cut(line, " #")
		if attempt {
			open[strings.TrimSpace(name)]++
			continue
		}
		if name, rest, ok := strings.Cut(line, " of "); ok && !strings.HasPrefix(line, "multi") {
			if fmt.Sprint(open[name]) != rest[:1] {
				return false
			}
			open[name] = 0
		}
	}
	return true
}

// The fields that a line of told leaves out, against the server's own counts.
func TestHooksCount(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		var r record
		c := w.Connect(t, "a", r.hooks())
		r.take()
		start := time.Now()
		for _, tt := range []struct {
			name         string
			write, watch bool
			call         func() error
		}{
			{"create", true, false, func() error { _, err := c.Create("/n").Data([]byte("12345")).Do(ctx); return err }},
			{"create", true, false, func() error { _, err := c.Create("/n").Do(ctx); return err }},
			{"setData", true, false, func() error { _, err := c.Set("/n").Do(ctx); return err }},
			{"getData", false, false, func() error { _, _, err := c.Get("/n").Do(ctx); return err }},
			{"exists", false, true, func() error { _, _, _, err := c.Exists("/m").DoW(ctx); return err }},
			{"getChildren2", false, false, func() error { _, _, err := c.Children("/").Do(ctx); return err }},
			{"multi", true, false, func() error { _, err := c.Txn(c.Check("/n")).Do(ctx); return err }},
		} {
			time.Sleep(time.Millisecond)
			before := w.Server.Stats()
			w.Net.Inject(fault.Once(fault.Reply(tt.name), fault.Delay(10*time.Millisecond)))
			err := tt.call()
			after := w.Server.Stats()
			all := r.take()
			a, op := all[0].(client.Attempt), all[1].(client.Operation)
			if len(all) != 2 || len(op.Attempts) != 1 || op.Attempts[0] != a {
				t.Fatalf("%s: %+v", tt.name, all)
			}
			if int64(op.Sent()) != int64(after.BytesReceived-before.BytesReceived) || int64(op.Received()) != int64(after.BytesSent-before.BytesSent) {
				t.Errorf("%s: sent %d, received %d, the server counts %d and %d", tt.name, op.Sent(), op.Received(),
					after.BytesReceived-before.BytesReceived, after.BytesSent-before.BytesSent)
			}
			if op.Name != tt.name || op.Write != tt.write || op.Watch != tt.watch || op.Async || !errors.Is(op.Err, err) {
				t.Errorf("%s: %+v", tt.name, op)
			}
			if a.Session != c.Session().ID() || a.Latency != 10*time.Millisecond || op.Latency != a.Latency || op.Start != a.Start || !op.Start.After(start) {
				t.Errorf("%s: %+v", tt.name, a)
			}
		}
	})
}

// A hook that blocks keeps nobody but other hooks from anything, and what it is too slow for is counted.
func TestHookThatBlocks(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		release := make(chan struct{})
		var r record
		blocking := client.WithHooks(client.Hooks{Operation: func(context.Context, client.Operation) { <-release }})
		c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext), blocking, r.hooks())
		must(t, err)
		_, err = c.Create("/n").Do(ctx)
		must(t, err)
		r.take()
		const most = 8192
		for range most {
			_, err := c.Set("/n").Do(ctx)
			must(t, err)
		}
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		w.Host("a").Cut()
		time.Sleep(100 * time.Millisecond)
		if _, _, err := c.Get("/n").Do(ctx); err != nil {
			t.Errorf("a read: %v", err)
		}
		if err := c.Close(short); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "hook") {
			t.Errorf("close: %v", err)
		}
		close(release)
		all := r.take()
		n, ok := all[len(all)-1].(dropped)
		if !ok || len(all)-2 != most || int(n) < most {
			t.Errorf("%d reports, %d dropped", len(all), n)
		}
	})
}

// Close tells everything before it returns.
func TestCloseTellsHooks(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		var said []client.State // no lock: Close is behind all of it
		slow := client.WithHooks(client.Hooks{State: func(change client.StateChange) {
			time.Sleep(time.Second)
			said = append(said, change.State)
		}})
		c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext), slow)
		must(t, err)
		must(t, c.Close(ctx))
		if len(said) < 2 || said[0] != client.Connected || said[1] != client.Lost {
			t.Errorf("told of %v", said)
		}
	})
}
