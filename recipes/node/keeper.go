package node

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	firstPause = 20 * time.Millisecond
	// lossPause is the longest pause after a lost connection, when there is one again.
	lossPause = time.Second
	// refusalPause is the longest pause after a refusal.
	refusalPause = 30 * time.Second
	// leaveTimeout bounds how long leaving waits for the answer; the client finishes in the background.
	leaveTimeout = time.Second
)

// keeper makes the znode, watches over it and makes it anew. One goroutine has it, and all in it but the board.
type keeper struct {
	p     *Persistent
	path  string          // the znode's; empty until a name was drawn
	made  bool            // the znode may be there
	czxid int64           // of the znode
	taken bool            // the znode was adopted
	owner *client.Session // whose end is the znode's; nil if that is none of this client's

	watch    *client.Watch   // over the znode; nil if it has to be looked for
	watching context.Context // the watch's life, longer than the keeper's: the delete shall end it, and not one more request
	unwatch  context.CancelFunc
	unbind   func() bool // ends the look-out for owner's end

	stands  bool
	written uint64 // the writes that the znode shows
	tries   int    // failures in a row
}

func newKeeper(p *Persistent) *keeper {
	k := &keeper{p: p, unbind: func() bool { return true }}
	if !p.cfg.mode.sequential() && !p.cfg.protected() {
		k.path = p.path
	}
	k.watching, k.unwatch = context.WithCancel(context.Background())
	return k
}

// run keeps the znode until life ends, and then deletes it.
func (k *keeper) run(life context.Context, done chan<- struct{}) {
	defer close(done)
	defer k.unwatch()
	for life.Err() == nil {
		err := k.advance(life)
		switch {
		case life.Err() != nil:
		case errors.Is(err, client.ErrClosed):
			k.unbind()
			k.p.board.Close(client.ErrClosed) // and with the client its session; nothing can be asked any more
			return
		case err != nil:
			k.rest(life, err)
		default:
			k.tries = 0
			k.wait(life, nil)
		}
	}
	k.p.left = k.leave()
	if errors.Is(context.Cause(life), ErrClosed) {
		k.p.board.Close(ErrClosed)
	}
}

// advance does what there is to do, until nothing is.
func (k *keeper) advance(ctx context.Context) error {
	for {
		var err error
		_, asked := k.p.wanted()
		switch {
		case !k.stands:
			err = k.make(ctx)
		case k.written < asked:
			err = k.write(ctx)
		case k.watch == nil:
			err = k.look(ctx)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// wait returns when there is something to do, or when timer fires.
func (k *keeper) wait(life context.Context, timer <-chan time.Time) {
	var events <-chan zk.Event
	if k.watch != nil {
		events = k.watch.Events()
	}
	wake := k.p.wake
	if timer != nil {
		wake = nil // a pause is a pause
	}
	select {
	case ev := <-events:
		k.happened(ev)
	case <-wake:
	case <-timer:
	case <-life.Done():
	}
}

// happened takes note of what the watch told.
func (k *keeper) happened(ev zk.Event) {
	k.watch = nil
	switch {
	case ev.Type == zk.EventNodeDeleted:
		k.fell(ErrDeleted)
	case k.owner != nil && k.owner.Err() != nil:
		k.fell(k.owner.Err())
	}
}

// fell notes that the znode does not stand.
func (k *keeper) fell(err error) {
	k.unbind()
	if k.owner != nil && k.owner.Err() != nil {
		err = k.owner.Err() // it was the session, then
	}
	k.stands, k.owner = false, nil
	k.post(func(s sight) sight {
		s.Stands, s.Err = false, err
		s.change++
		return s
	})
}

// stood notes that the znode stands, and shows so many writes.
func (k *keeper) stood(stat *zk.Stat, written uint64, adopted bool) {
	k.unbind()
	k.unbind = func() bool { return true }
	k.stands, k.made, k.czxid, k.taken, k.written, k.owner = true, true, stat.Czxid, adopted, written, nil
	if session := k.p.c.Session(); session.ID() == stat.EphemeralOwner {
		k.owner = session
		czxid := stat.Czxid
		k.unbind = context.AfterFunc(session.Context(), func() { k.lost(czxid, session.Err()) })
	}
	path := k.path
	k.post(func(s sight) sight {
		if !s.Stands || s.Czxid != stat.Czxid {
			s.change++
		}
		s.State = State{Path: path, Stands: true, Czxid: stat.Czxid, Adopted: adopted}
		s.written, s.refused = written, nil
		return s
	})
}

// lost tells of a session's end at once, whatever the keeper is doing.
func (k *keeper) lost(czxid int64, err error) {
	k.post(func(s sight) sight {
		if s.Stands && s.Czxid == czxid {
			s.Stands, s.Err = false, err
			s.change++
		}
		return s
	})
}

func (k *keeper) post(change func(sight) sight) { k.p.board.Post(change) }

// rest tells of a refusal, and waits until another attempt makes sense. The watch is heard meanwhile.
func (k *keeper) rest(life context.Context, err error) {
	most := lossPause
	if client.Retryable(err) || errors.Is(err, client.ErrReadOnly) {
		writable(life, k.p.c)
	} else {
		most = refusalPause
		_, asked := k.p.wanted()
		k.post(func(s sight) sight {
			s.refused, s.upTo = err, asked
			if !k.stands && (s.Err == nil || s.Err.Error() != err.Error()) {
				s.Err = err
				s.change++
			}
			return s
		})
	}
	k.tries++
	pause := min(firstPause<<min(k.tries, 12), most)
	timer := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // chance, not secrecy
	defer timer.Stop()
	k.wait(life, timer.C)
}

// writable waits for a connection to a server that writes.
func writable(life context.Context, c *client.Client) {
	listening, cancel := context.WithCancel(life)
	defer cancel()
	for now := range c.States(listening) {
		if now.State == client.Connected || now.State == client.Reconnected {
			return
		}
	}
}

// leave deletes what was made. It waits a second at most.
func (k *keeper) leave() error {
	k.unbind()
	gone := k.owner != nil && k.owner.Err() != nil
	if !k.made || k.path == "" || k.p.cfg.stays || gone {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	err := k.p.c.Delete(k.path).Guaranteed().Do(ctx)
	k.fell(ErrClosed)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return err
}
