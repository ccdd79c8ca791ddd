package cache_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// everywhere runs a test on every version of the server.
func everywhere(t *testing.T, body func(t *testing.T, w *zktest.World), opts ...zktest.Option) {
	t.Helper()
	for _, v := range server.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Virtual(t, body, append(opts, zktest.Version(v))...)
		})
	}
}

// starter is any view.
type starter interface {
	Start(ctx context.Context) error
	Close(ctx context.Context) error
	WaitInitialized(ctx context.Context) error
}

// started starts a view, which is closed with the test, and waits for its first snapshot.
func started(tb testing.TB, view starter) {
	tb.Helper()
	must(tb, view.Start(tb.Context()))
	tb.Cleanup(func() { must(tb, view.Close(context.Background())) })
	must(tb, view.WaitInitialized(tb.Context()))
}

func newTree(tb testing.TB, c *client.Client, path string, opts ...cache.Option) *cache.Tree {
	tb.Helper()
	tree, err := cache.NewTree(c, path, opts...)
	must(tb, err)
	started(tb, tree)
	return tree
}

// list is a snapshot as "path=data" lines.
func list(s *cache.Snapshot) (lines []string) {
	for path, z := range s.All() {
		lines = append(lines, fmt.Sprintf("%s=%s", path, z.Data()))
	}
	return lines
}

func equal(tb testing.TB, what string, got, want []string) {
	tb.Helper()
	if !slices.Equal(got, want) {
		tb.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// story is what a listener was told.
type story struct {
	mu     sync.Mutex
	events []cache.Event
	ended  chan struct{}
}

func listen(ctx context.Context, c *cache.Cache) *story {
	l := &story{ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		for ev := range c.Events(ctx) {
			l.mu.Lock()
			l.events = append(l.events, ev)
			l.mu.Unlock()
		}
	}()
	return l
}

// take returns what was told since the last take, as lines.
func (l *story) take() (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ev := range l.events {
		lines = append(lines, line(ev))
	}
	l.events = nil
	return lines
}

func line(ev cache.Event) string {
	switch ev.Kind {
	case cache.Created:
		return fmt.Sprintf("+%s=%s", ev.Path, ev.New.Data())
	case cache.Changed:
		return fmt.Sprintf("%s=%s>%s", ev.Path, ev.Old.Data(), ev.New.Data())
	case cache.Deleted:
		return fmt.Sprintf("-%s=%s", ev.Path, ev.Old.Data())
	case cache.Initialized:
	}
	return ev.Kind.String()
}

// writer does writes without talking about errors.
type writer struct {
	tb testing.TB
	c  *client.Client
}

func (w writer) create(path, data string) {
	w.tb.Helper()
	_, err := w.c.Create(path).Data([]byte(data)).Idempotent().Do(context.Background())
	must(w.tb, err)
}

func (w writer) set(path, data string) {
	w.tb.Helper()
	_, err := w.c.Set(path).Data([]byte(data)).Do(context.Background())
	must(w.tb, err)
}

func (w writer) delete(path string) {
	w.tb.Helper()
	must(w.tb, w.c.Delete(path).WithChildren().Quietly().Do(context.Background()))
}
