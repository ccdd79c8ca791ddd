package client_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
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

// logged is a logger and what it has written, without times and latencies.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "latency" || a.Key == "session" || a.Key == "stack" {
			return slog.Attr{}
		}
		return a
	}}))
}

func (l *logged) take() string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.buf.String()
	l.buf.Reset()
	return text
}

// What is logged at which level, and that data, passwords and ACLs never are.
func TestLogger(t *testing.T) {
	secrets := []string{"the-data", "the-scheme", "the-password"}
	run := func(t *testing.T, level slog.Level) (said string) {
		t.Helper()
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			ctx := t.Context()
			var l logged
			c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext), client.WithLogger(l.logger(level)))
			must(t, err)
			must(t, c.Conn().AddAuth("digest", []byte(secrets[1]+":"+secrets[2])))
			acl := zk.DigestACL(zk.PermAll, secrets[1], secrets[2])
			_, err = c.Create("/n").Data([]byte(secrets[0])).ACL(acl...).Do(ctx)
			must(t, err)
			_, _, _, err = c.Get("/n").DoW(ctx)
			must(t, err)
			_, err = c.Set("/n").Data([]byte(secrets[0])).Do(ctx)
			must(t, err)
			w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
			if _, err := c.Create("/s-").Data([]byte(secrets[0])).Sequential().Do(ctx); err == nil {
				t.Error("no loss")
			}
			time.Sleep(time.Second)
			w.Server.ExpireSession(c.Session().ID())
			time.Sleep(time.Second)
			must(t, c.Close(ctx))
			said = l.take()
			for _, secret := range append(secrets, acl[0].ID) {
				if strings.Contains(said, secret) {
					t.Errorf("%q in\n%s", secret, said)
				}
			}
		})
		return said
	}
	count := func(text, part string) int { return strings.Count(text, part) }
	warned, informed, all := run(t, slog.LevelWarn), run(t, slog.LevelInfo), run(t, slog.LevelDebug)
	const unknown = `level=WARN msg="zookeeper: operation" op=create path=/s- attempts=1 sent=`
	if count(warned, "\n") != 4 || count(warned, unknown) != 1 || count(warned, "zookeeper: Suspended") != 2 || count(warned, "zookeeper: Lost") != 1 {
		t.Errorf("warnings:\n%s", warned)
	}
	if count(informed, "\n") != 8 || count(informed, "level=INFO") != 4 || count(informed, "zookeeper: Connected") != 1 ||
		count(informed, "zookeeper: Reconnected") != 2 || count(informed, "zookeeper: Closed") != 1 {
		t.Errorf("information:\n%s", informed)
	}
	for _, line := range []string{
		`level=DEBUG msg="zookeeper: operation" op=setData path=/n attempts=1 sent=`,
		`level=DEBUG msg="zookeeper: attempt failed" op=create path=/s- attempt=1 outcome=unknown error="connection to the server lost"`,
		`level=DEBUG msg="zookeeper: watch" type=EventNodeDataChanged path=/n`,
	} {
		if count(all, line) != 1 {
			t.Errorf("no %s in\n%s", line, all)
		}
	}
}

// Without a logger nothing is written anywhere: not by the client, not by zk.Conn.
func TestQuietByDefault(t *testing.T) {
	var out logged
	old := slog.Default()
	slog.SetDefault(out.logger(slog.LevelDebug)) // and with it package log's
	defer slog.SetDefault(old)
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		w.Host("a").Cut()
		if _, _, err := c.Get("/").Do(t.Context()); err != nil {
			t.Error(err)
		}
		w.Server.ExpireSession(c.Session().ID())
		time.Sleep(time.Second)
	})
	if out.buf.Len() > 0 {
		t.Errorf("wrote %s", out.buf.String())
	}
}

// A hook that panics is caught and reported, once, and others go on.
func TestHookThatPanics(t *testing.T) {
	for _, own := range []bool{true, false} { // the client's logger, or the default one
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			ctx := t.Context()
			var l logged
			old := slog.Default()
			slog.SetDefault(l.logger(slog.LevelInfo))
			defer slog.SetDefault(old)
			var r record
			calls := 0 // of one goroutine
			opts := []client.Option{client.WithHooks(client.Hooks{Operation: func(context.Context, client.Operation) {
				calls++
				panic("at the disco")
			}}), r.hooks()}
			if own {
				opts = append(opts, client.WithLogger(l.logger(slog.LevelError)))
				slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
			}
			c := w.Connect(t, "a", opts...)
			for range 3 {
				_, err := c.Set("/").Do(ctx)
				must(t, err)
			}
			if n := strings.Count(told(r.take()), "of 1 done"); n != 3 || calls != 1 {
				t.Errorf("told of %d operations, and %d times who panics", n, calls)
			}
			want := "level=ERROR msg=\"zookeeper: a hook panicked and is not called again\" panic=\"at the disco\"\n"
			if got := l.take(); got != want {
				t.Errorf("logged %s", got)
			}
		})
	}
}
