package counter

import (
	"context"
	"errors"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

const (
	// turnChanges is what one turn is good for: enough that queueing (6 requests) is little beside the changes, few enough that the
	// others wait for little more than as many round trips each.
	turnChanges = 8
	// turnIdle is how long a turn is kept for a next change that may follow at once.
	turnIdle = 2 * time.Millisecond
)

// turns is the queue that changes go through while there is contention. All of it is used under the atom's gate.
type turns struct {
	queue contend.Queue
	gate  chan struct{}

	place *contend.Place // nil when it is not our turn
	left  int
	timer *time.Timer
}

func newTurns(c *client.Client, path string, gate chan struct{}) *turns {
	return &turns{queue: contend.Queue{Client: c, Parent: path, Name: "lock-", Data: []byte{}}, gate: gate}
}

// hold tells whether it is our turn, and keeps it from ending while a change is made.
func (t *turns) hold() bool {
	if t.place == nil {
		return false
	}
	if !t.timer.Stop() {
		// It ends, and waits for the gate that we have: the turn is ours to give up.
		_ = t.leave()
		return false
	}
	if t.place.Context().Err() != nil { // lost, or deleted by hand
		_ = t.leave()
		return false
	}
	return true
}

// take waits for our turn.
func (t *turns) take(ctx context.Context) error {
	for {
		place, err := t.queue.Enter(ctx)
		if err != nil {
			return err
		}
		err = place.Await(ctx)
		if err == nil {
			t.place, t.left = place, turnChanges
			return nil
		}
		_ = place.Leave() // what could not be deleted now is deleted in the background
		if !errors.Is(err, contend.ErrGone) {
			return err
		}
	}
}

// rest is called after each change: the turn goes on for a moment, or is over.
func (t *turns) rest() error {
	if t.place == nil {
		return nil
	}
	if t.left--; t.left <= 0 {
		return t.leave()
	}
	place := t.place
	t.timer = time.AfterFunc(turnIdle, func() {
		t.gate <- struct{}{}
		defer func() { <-t.gate }()
		if t.place == place {
			_ = t.leave()
		}
	})
	return nil
}

// leave lets the next one in. An error means that this was not confirmed; the client goes on in the background.
func (t *turns) leave() error {
	place := t.place
	if place == nil {
		return nil
	}
	t.place = nil
	return place.Leave()
}
