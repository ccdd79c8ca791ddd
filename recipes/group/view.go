package group

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/board"
)

// View sees who is in the group at a path, from Start to Close. It makes no znode, and waits for path if that is not there.
//
// Cost: those of a cache.Children, whose members are all who are in: on servers from 3.6 on 1 request to watch, and 3 for up to 512 members; then 1 event
// for a member that joins, says something new or leaves, and but for the last 1 request. If there is no group, 1 request more asks why.
//
// Suspended: Members goes on telling what was known last. Lost: the same, until there is another session. On every new connection it looks at all members
// again; what changed and changed back meanwhile is not told, but for a znode that was made anew, whose member has left and joined.
//
// A View is safe for concurrent use, and is for one life: after Close make another.
//
// Source: the cache of Curator's GroupMember.
type View struct {
	c     *client.Client
	path  string
	board *board.Board[sight]

	nobody *cache.Snapshot // what was seen before anything was

	mu      sync.Mutex // guards what follows
	started bool
	closed  bool
	end     context.CancelCauseFunc
	done    chan struct{} // closed when the goroutine has ended
}

// sight is what a View shows.
type sight struct {
	all     *cache.Snapshot
	loaded  bool
	refused error // why the server does not let it see, until it does
}

// NewView returns a view of the group at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewView(c *client.Client, path string) (*View, error) {
	if err := client.CheckPath(path); err != nil {
		return nil, fmt.Errorf("group: view %q: %w", path, err)
	}
	v := &View{c: c, path: path}
	kids, err := v.cache()
	if err != nil {
		return nil, err
	}
	v.nobody = kids.Snapshot()
	v.board = board.New(sight{all: v.nobody})
	return v, nil
}

// cache is what sees the group. It is for one life.
func (v *View) cache() (*cache.Children, error) { return cache.NewChildren(v.c, v.path) }

// Start looks at the group, returns when it has seen all members, and follows it from then on: two goroutines. ctx bounds the call only. While there is no
// connection Start waits. A failed Start leaves nothing behind and can be repeated. Errors: context.Cause(ctx), zk.ErrNoAuth,
// client.ErrClosed, ErrStarted, ErrClosed.
func (v *View) Start(ctx context.Context) error {
	if err := v.begin(); err != nil {
		return v.fail(context.Background(), "start", err)
	}
	_, err := v.board.Await(ctx, func(s sight) (bool, error) { return s.loaded, s.refused })
	if err == nil {
		return nil
	}
	v.stop(err)
	return v.fail(ctx, "start", err)
}

// stop ends the view so that it can be started again.
func (v *View) stop(err error) {
	v.halt(err)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.started = false
}

func (v *View) begin() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.closed:
		return ErrClosed
	case v.started:
		return ErrStarted
	}
	v.started, v.done = true, make(chan struct{})
	v.board.Post(func(s sight) sight { return sight{all: s.all} })
	life, end := context.WithCancelCause(context.Background())
	v.end = end
	go v.run(life, v.done)
	return nil
}

// halt ends the goroutine, if there is one.
func (v *View) halt(err error) {
	v.mu.Lock()
	end, done := v.end, v.done
	v.mu.Unlock()
	if end != nil {
		end(err)
		<-done
	}
}

// Members are those who are in, as far as is known, with what each says. It asks nobody. The map is the caller's.
func (v *View) Members() map[string][]byte {
	s, _, _ := v.board.Look()
	all := make(map[string][]byte, s.all.Len())
	for id, z := range s.all.Children(v.path) {
		all[id] = slices.Clone(z.Data())
	}
	return all
}

// Changes yields a Joined for each member who is in, and then each change that is noticed, with a nil error. A loop that is slow gets what it takes to know the
// newest, not everything between. Any number of loops may listen; they cost no requests. It ends with one error: the cause of
// ctx, ErrClosed, or client.ErrClosed.
func (v *View) Changes(ctx context.Context) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		told := v.nobody
		for s, err := range v.board.Follow(ctx, func(told, now sight) bool { return told.all != now.all }) {
			if err != nil {
				yield(Change{}, v.fail(ctx, "follow", err))
				return
			}
			for change := range since(told, s.all) {
				if !yield(change, nil) {
					return
				}
			}
			told = s.all
		}
	}
}

// Err is why the view is not kept up to date: what the server refuses, such as zk.ErrNoAuth; ErrNotStarted, ErrClosed, client.ErrClosed. It is nil as long as all is
// well, or there is only no connection.
func (v *View) Err() error {
	v.mu.Lock()
	started, closed := v.started, v.closed
	v.mu.Unlock()
	s, _, over := v.board.Look()
	switch {
	case closed:
		over = ErrClosed
	case over == nil && !started:
		over = ErrNotStarted
	case over == nil:
		over = s.refused
	}
	if over == nil {
		return nil
	}
	return v.fail(context.Background(), "view", over)
}

// Close ends it: when it returns nothing of the view runs any more. It may be called twice.
func (v *View) Close() {
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.halt(ErrClosed)
	v.board.Close(ErrClosed)
}

// show makes all what is seen.
func (v *View) show(all *cache.Snapshot) {
	v.board.Post(func(sight) sight { return sight{all: all, loaded: true} })
}

// fail names the group, unless it was the caller's own context that ended.
func (v *View) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return fmt.Errorf("group: %s %s: %w", verb, v.path, err)
}
