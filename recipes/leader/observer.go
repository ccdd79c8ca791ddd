package leader

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Participant is one who takes part in an election.
type Participant struct {
	ID     string // as the participant said; empty if it did not. Curator's selectors say their address if they have no id.
	Path   string // its znode
	Epoch  int64  // the czxid of its znode, as in Term
	Leader bool   // whether it stands first
}

// Observer tells who takes part in an election and who leads. It makes no znode. Who stands first leads as soon as it has noticed
// that itself, unless it has no connection; a resource that must know uses the Epoch.
type Observer struct{ queue contend.Queue }

// NewLatchObserver looks at the election of Latches at path. The error is zk.ErrInvalidPath.
func NewLatchObserver(c *client.Client, path string) (*Observer, error) {
	return newObserver(c, path, latchName)
}

// NewSelectorObserver looks at the election of Selectors at path. The error is zk.ErrInvalidPath.
func NewSelectorObserver(c *client.Client, path string) (*Observer, error) {
	return newObserver(c, path, selectorName)
}

func newObserver(c *client.Client, path, name string) (*Observer, error) {
	e, err := newElection(c, path, name)
	if err != nil {
		return nil, fmt.Errorf("leader: observer at %q: %w", path, err)
	}
	return &Observer{e.queue}, nil
}

// Participants lists who takes part, the leader first. It costs a request and one for each participant, in two round trips. Nobody, or no
// such path, is no error. Errors: context.Cause(ctx), client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrClosed.
func (o *Observer) Participants(ctx context.Context) ([]Participant, error) {
	names, err := o.names(ctx)
	if err != nil {
		return nil, o.fail(ctx, err)
	}
	reads := make([]*client.Future[client.GetResult], len(names))
	for i, name := range names {
		reads[i] = o.queue.Client.Get(o.path(name)).Async(ctx)
	}
	var all []Participant
	for i, name := range names {
		res, err := reads[i].Wait(ctx)
		if err != nil && client.Retryable(err) {
			res.Data, res.Stat, err = o.queue.Client.Get(o.path(name)).Do(ctx)
		}
		switch {
		case errors.Is(err, zk.ErrNoNode): // it left between the listing and the read
		case err != nil:
			return nil, o.fail(ctx, err)
		default:
			all = append(all, Participant{string(res.Data), o.path(name), res.Stat.Czxid, len(all) == 0})
		}
	}
	return all, nil
}

// Leader is who leads; the zero Participant if nobody takes part. It costs 2 requests in 2 round trips, unless the leader changes meanwhile. The errors
// are those of Participants.
func (o *Observer) Leader(ctx context.Context) (Participant, error) {
	for {
		names, err := o.names(ctx)
		if err != nil {
			return Participant{}, o.fail(ctx, err)
		}
		if len(names) == 0 {
			return Participant{}, nil
		}
		data, stat, err := o.queue.Client.Get(o.path(names[0])).Do(ctx)
		if err == nil {
			return Participant{string(data), o.path(names[0]), stat.Czxid, true}, nil
		}
		if !errors.Is(err, zk.ErrNoNode) {
			return Participant{}, o.fail(ctx, err)
		}
	}
}

// names lists the election, the leader first.
func (o *Observer) names(ctx context.Context) ([]string, error) {
	names, _, err := o.queue.Client.Children(o.queue.Parent).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil, nil
	}
	o.queue.Sort(names)
	return names, err
}

func (o *Observer) path(name string) string {
	return client.Join(o.queue.Parent, name)
}

func (o *Observer) fail(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("leader: observe %s: %w", o.queue.Parent, err)
}

// Leaders yields who leads: who does now, and then every other one who stands first for long enough to be seen. The zero Participant says that nobody
// takes part. It runs in the caller's goroutine and leaves no watch behind.
//
// It watches the leader's znode alone, so others come and go unnoticed: a change of leader takes one event and 2 requests, and
// nobody's coming back one more of each. Lost connections and sessions are waited out; meanwhile the last leader told may lead no longer. An error is the
// last thing yielded: context.Cause(ctx), zk.ErrNoAuth, client.ErrClosed.
func (o *Observer) Leaders(ctx context.Context) iter.Seq2[Participant, error] {
	return func(yield func(Participant, error) bool) {
		watching, stop := context.WithCancel(ctx)
		defer stop() // and with it the watch
		e := election{queue: o.queue}
		var told *Participant
		for {
			now, watch, err := o.look(watching)
			if err != nil && ctx.Err() == nil && client.Retryable(err) {
				if err = e.connected(watching); err == nil {
					continue
				}
			}
			if err != nil {
				yield(Participant{}, o.fail(ctx, err))
				return
			}
			if told == nil || told.Epoch != now.Epoch {
				told = &now
				if !yield(now, nil) {
					return
				}
			}
			select {
			case <-watch.Events(): // also the end of the session: look again in the next
			case <-ctx.Done():
				yield(Participant{}, context.Cause(ctx))
				return
			}
		}
	}
}

// look tells who leads, with a watch for the next change: over the leader's znode, or for the first one to come.
func (o *Observer) look(ctx context.Context) (Participant, *client.Watch, error) {
	c := o.queue.Client
	for {
		names, err := o.names(ctx)
		if err != nil {
			return Participant{}, nil, err
		}
		if len(names) > 0 {
			path := o.path(names[0])
			data, stat, watch, err := c.Get(path).DoW(ctx)
			if errors.Is(err, zk.ErrNoNode) {
				continue // it left between the listing and the read
			}
			if err != nil {
				return Participant{}, nil, err
			}
			return Participant{string(data), path, stat.Czxid, true}, watch, nil
		}
		names, _, watch, err := c.Children(o.queue.Parent).DoW(ctx)
		switch {
		case errors.Is(err, zk.ErrNoNode):
			ok, _, watch, err := c.Exists(o.queue.Parent).DoW(ctx)
			if err == nil && ok {
				watch.Stop()
				continue // it was made meanwhile
			}
			return Participant{}, watch, err
		case err == nil && len(names) > 0:
			watch.Stop()
		default:
			return Participant{}, watch, err
		}
	}
}
