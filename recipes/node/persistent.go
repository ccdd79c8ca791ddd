package node

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/board"
)

// Persistent is a znode that is kept there from Start to Close. It shares its znode with Curator's PersistentNode.
//
// Shape: one znode of the Mode, at path, or at path/../_c_<uuid>-name and with ten digits as the options say; its data is what Set said
// last. Missing ancestors are made as containers (persistent znodes on a server before 3.5.1) unless WithoutParents is given. A znode that
// is there already is adopted: it keeps its kind and its list, gets this one's data, and is deleted by Close like one's own.
//
// Cost: 1 request until Start returns and 1 to watch. Set is 1 request, and 1 event and 1 request to watch on, as is a write by somebody
// else. A delete by somebody else takes 1 event and 2 requests to mend. A reconnect to the same session costs nothing, a new session 2 requests.
//
// Suspended: the znode stands as long as the session may live, and State goes on saying so; a Set waits. Lost: an ephemeral stands no
// longer, which State says at once, and is made anew in the next session. One of another mode is looked for in the next session, and made anew if
// it is not there. Refused, say by its ACL: State says why, and it is tried again, with pauses that grow to 30 s.
//
// A Persistent is safe for concurrent use, and is for one life: after Close make another.
//
// Source: Curator's PersistentNode. That a refusal is tried again without a reconnect, and that State tells of losses, is ours.
type Persistent struct {
	c      *client.Client
	recipe string // for errors
	path   string // as given
	cfg    config
	board  *board.Board[sight]

	mu      sync.Mutex // guards what follows
	data    []byte
	asked   uint64 // how often data was set
	started bool
	closed  bool
	end     context.CancelCauseFunc // of the keeper
	done    chan struct{}           // closed when the keeper has ended
	wake    chan struct{}           // of capacity 1: there is new data
	left    error                   // what the keeper's leaving gave; to be read after done
}

// State is how the znode stands.
type State struct {
	Path    string // the znode's; it is empty until it was first made, and then never changes
	Stands  bool
	Czxid   int64 // of the transaction that made the znode: larger for every later one
	Adopted bool  // the znode was there already, and is not known to be this node's
	Err     error // why it does not stand; nil before it first did
}

// sight is the State, and what became of writes.
type sight struct {
	State
	change  uint64 // counts what Changes tells
	written uint64 // the writes that the znode shows
	refused error  // why the server does not let it be made or written; nil again when it does
	upTo    uint64 // the writes that were refused
}

// NewPersistent returns a node at path with data. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or an
// option's. data is copied.
func NewPersistent(c *client.Client, path string, data []byte, opts ...Option) (*Persistent, error) {
	var cfg config
	for _, opt := range opts {
		if err := opt.persistent(&cfg); err != nil {
			return nil, fmt.Errorf("node: persistent %q: %w", path, err)
		}
	}
	return newPersistent(c, "persistent", path, data, cfg)
}

func newPersistent(c *client.Client, recipe, path string, data []byte, cfg config) (*Persistent, error) {
	err := client.CheckPath(path)
	if err == nil {
		err = cfg.check()
	}
	if err != nil {
		return nil, fmt.Errorf("node: %s %q: %w", recipe, path, err)
	}
	return &Persistent{
		c: c, recipe: recipe, path: path, cfg: cfg, board: board.New(sight{}),
		data: append([]byte{}, data...), asked: 1, wake: make(chan struct{}, 1),
	}, nil
}

// Start makes the znode, returns when it stands, and keeps it from then on: one goroutine. ctx bounds the call only. While there is no connection
// Start waits. A failed Start leaves nothing behind and can be repeated. Errors: context.Cause(ctx), what the server refused, such as
// zk.ErrNoAuth, zk.ErrNoNode (with WithoutParents) or client.ErrUnimplemented (a time to live that the server does not know), client.ErrClosed, ErrStarted,
// ErrClosed.
func (p *Persistent) Start(ctx context.Context) error {
	if err := p.begin(); err != nil {
		return p.fail(context.Background(), "start", err)
	}
	err := p.await(ctx, "start", standing)
	if err == nil {
		return nil
	}
	p.mu.Lock()
	end, done := p.end, p.done
	p.mu.Unlock()
	end(err)
	<-done
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started = false
	return err
}

// begin starts a keeper.
func (p *Persistent) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return ErrClosed
	case p.started:
		return ErrStarted
	}
	p.started, p.done = true, make(chan struct{})
	p.board.Post(func(s sight) sight { return sight{change: s.change} })
	life, end := context.WithCancelCause(context.Background())
	p.end = end
	go newKeeper(p).run(life, p.done)
	return nil
}

// standing tells whether the znode stands, or why it will not.
func standing(s sight) (bool, error) { return s.Stands, s.refused }

// Wait waits until the znode stands. Errors: context.Cause(ctx), what the server refuses, ErrNotStarted, ErrClosed, client.ErrClosed.
func (p *Persistent) Wait(ctx context.Context) error {
	if err := p.running(); err != nil {
		return p.fail(context.Background(), "wait for", err)
	}
	return p.await(ctx, "wait for", standing)
}

func (p *Persistent) await(ctx context.Context, verb string, ok func(sight) (bool, error)) error {
	_, err := p.board.Await(ctx, ok)
	if err != nil {
		return p.fail(ctx, verb, err)
	}
	return nil
}

func (p *Persistent) running() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return ErrClosed
	case !p.started:
		return ErrNotStarted
	}
	return nil
}

// Set makes data the znode's, now and whenever it is made anew, and returns when it is. Sets that follow each other quickly may be written as one. data is
// copied. If Set fails with context.Cause(ctx), or with what the server refuses, such as zk.ErrNoAuth, the data is still what the znode is to
// hold, and is written as soon as that works. Other errors: ErrNotStarted, ErrClosed, client.ErrClosed.
func (p *Persistent) Set(ctx context.Context, data []byte) error {
	if err := p.running(); err != nil {
		return p.fail(context.Background(), "set", err)
	}
	p.mu.Lock()
	p.data = append([]byte{}, data...)
	p.asked++
	mine := p.asked
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default: // it will look anyway
	}
	return p.await(ctx, "set", func(s sight) (bool, error) {
		if s.refused != nil && s.upTo >= mine {
			return false, s.refused
		}
		return s.written >= mine, nil
	})
}

// wanted is the data, and how often it was set.
func (p *Persistent) wanted() ([]byte, uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.data, p.asked
}

// Data is what the znode is to hold: what Set said last. It does not ask the server.
func (p *Persistent) Data() []byte {
	data, _ := p.wanted()
	return slices.Clone(data)
}

// Path is the znode's path. It is empty until the znode was first made, and then never changes.
func (p *Persistent) Path() string { return p.State().Path }

// State is how the znode stands, without a request.
func (p *Persistent) State() State {
	s, _, _ := p.board.Look()
	return s.State
}

// Changes yields how the znode stands, and then each change that is noticed, with a nil error: that it was made has a larger Czxid, that it does not stand
// has an Err. A loop that is slow gets the newest, not every one between. Any number of loops may listen; they cost no requests. It ends with one error: the
// cause of ctx, ErrClosed, or client.ErrClosed.
func (p *Persistent) Changes(ctx context.Context) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		differ := func(told, now sight) bool { return told.change != now.change }
		for s, err := range p.board.Follow(ctx, differ) {
			if err != nil {
				err = p.fail(ctx, "follow", err)
			}
			if !yield(s.State, err) {
				return
			}
		}
	}
}

// Close deletes the znode: one request. It returns when nothing of the node runs any more, within a second; if ctx ends first, with
// context.Cause(ctx). A create that is under way is undone, in the background if need be. Another error means that the delete was not
// confirmed: the client goes on in the background, and an ephemeral goes with the session at the latest; zk.ErrNotEmpty means that the znode has children and
// stays. Later calls return what the first did.
func (p *Persistent) Close(ctx context.Context) error {
	p.mu.Lock()
	p.closed = true
	done, end := p.done, p.end
	p.mu.Unlock()
	if end == nil {
		p.board.Close(ErrClosed)
		return nil
	}
	end(ErrClosed)
	select {
	case <-done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	p.board.Close(ErrClosed) // the last Start had failed
	if p.left != nil {
		return p.fail(context.Background(), "close", p.left)
	}
	return nil
}

// fail names the node, unless it was the caller's own context that ended.
func (p *Persistent) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
		return err
	}
	return fmt.Errorf("node: %s %s %s: %w", verb, p.recipe, p.path, err)
}
