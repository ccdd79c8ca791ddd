package queue

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// engine is a queue of bytes: what all kinds have in common.
type engine struct {
	config
	c    *client.Client
	path string
	kind kind
	mark []byte // what this queue's locks hold, so that it knows them

	life   context.Context // ends with Close
	end    context.CancelCauseFunc
	clean  context.Context // of what Close waits for
	finish context.CancelFunc
	tidy   sync.WaitGroup // what goes on in the background after a call's end

	puts    *carrier // items to put
	settles *carrier // items that are done, put back or released
	feed    *feed
	room    *room

	mu        sync.Mutex // guards what follows
	singly    bool       // the server knows no reads of several znodes
	closed    bool
	notes     []error // about items, for the next take
	held      map[*hold]struct{}
	listeners map[int]func(Put)
	nextID    int
}

func newEngine(c *client.Client, path string, k kind, opts []Option) (*engine, error) {
	cfg, err := newConfig(path, k, opts)
	if err != nil {
		return nil, err
	}
	e := &engine{config: cfg, c: c, path: path, kind: k, mark: []byte(rand.Text()), held: make(map[*hold]struct{})}
	e.life, e.end = context.WithCancelCause(context.Background())
	e.clean, e.finish = context.WithCancel(context.Background())
	e.puts = &carrier{c: c, life: e.clean, resolve: true, missing: func(ctx context.Context) { e.folder(path).Async(ctx) }}
	e.settles = &carrier{c: c, life: e.clean}
	e.feed = newFeed(e)
	e.room = newRoom(e)
	return e, nil
}

func (e *engine) item(name string) string { return client.Join(e.path, name) }
func (e *engine) lock(name string) string { return client.Join(e.lockPath, name) }

// folder is the request for the queue's own znode or its lock path.
func (e *engine) folder(path string) client.CreateBuilder { return e.c.Create(path).ParentContainers() }

// makeFolder makes the queue's own znode or its lock path: persistent, under containers, as Curator does.
func (e *engine) makeFolder(ctx context.Context, path string) error {
	_, err := e.folder(path).Do(ctx)
	if errors.Is(err, zk.ErrNodeExists) {
		return nil
	}
	return err
}

// background runs f in the background, unless Close is past waiting for it.
func (e *engine) background(f func(ctx context.Context)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.clean.Err() == nil {
		e.tidy.Go(func() { f(e.clean) })
	}
}

// close ends takes, waits until puts and what is being settled have their answers, and ends the rest.
func (e *engine) close(ctx context.Context) error {
	e.mu.Lock()
	e.closed = true
	held := slices.Collect(maps.Keys(e.held))
	e.mu.Unlock()
	e.end(ErrClosed)
	for _, h := range held {
		h.end(ErrClosed)
		h.release()
	}
	failures, err := e.puts.flush(ctx)
	_, unsettled := e.settles.flush(ctx) // what failed there was told to who settled it
	err = cmp.Or(err, unsettled)
	idle := make(chan struct{})
	go func() {
		e.tidy.Wait()
		close(idle)
	}()
	select {
	case <-idle:
	case <-ctx.Done():
		err = cmp.Or(err, context.Cause(ctx))
	}
	e.mu.Lock()
	e.finish()
	e.mu.Unlock()
	<-idle
	e.puts.join()
	e.settles.join()
	e.feed.stop()
	return errors.Join(failures, err)
}

// live is why the queue takes no more calls.
func (e *engine) live() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	return nil
}

// note keeps an error about an item for the next take.
func (e *engine) note(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.notes = append(e.notes, err)
	e.feed.again() // for who waits
}

// errNoted ends a wait because there is such an error.
var errNoted = errors.New("noted")

// noted is the first of them.
func (e *engine) noted() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.notes) == 0 {
		return nil
	}
	err := e.notes[0]
	e.notes = e.notes[1:]
	return err
}

func (e *engine) hasNotes() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.notes) > 0
}

// take waits for items and takes at least one, at most so many.
func (e *engine) take(ctx context.Context, most int) ([]*hold, error) {
	for {
		if err := e.noted(); err != nil {
			return nil, err
		}
		p, err := e.feed.pick(ctx, most)
		if errors.Is(err, errNoted) {
			continue
		}
		if err != nil {
			return nil, err
		}
		holds, err := e.claim(ctx, p)
		if len(holds) > 0 {
			return holds, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
