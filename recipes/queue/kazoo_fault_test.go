package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

// kazooHands notes who works on what, to see that nobody works on what is another's.
type kazooHands struct {
	held map[string]*queue.KazooEntry
	done []string
}

// work gets, holds and consumes until n items are done by all together.
func (h *kazooHands) work(t *testing.T, s *zktest.Swept, q *queue.KazooLocking, name string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	e, err := q.Get(ctx)
	if err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s gets: %v", name, err)
		}
		return false
	}
	item := string(e.Data())
	if other := h.held[item]; other != nil && other.Context().Err() == nil && !s.Fault.Robs {
		t.Errorf("%s gets %s, which another holds", name, item)
	}
	if other := h.held[item]; other != nil && other.Token() >= e.Token() {
		t.Errorf("tokens %d, then %d", other.Token(), e.Token())
	}
	h.held[item] = e
	time.Sleep(time.Second)
	for {
		err := e.Consume(t.Context())
		switch {
		case err == nil:
			h.done = append(h.done, item)
			return true
		case client.MayHaveApplied(err) && errors.Is(err, client.ErrSessionLost):
			h.done = append(h.done, item+"?")
			return true
		case errors.Is(err, queue.ErrKazooGone) && s.Fault.Robs, errors.Is(err, client.ErrSessionLost):
			return true // for another, or for this one again
		case !client.Retryable(err):
			t.Errorf("%s consumes: %v", name, err)
			return true
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// The app and another work off a queue. Every item is done, none by two at once, and no lock stays.
func TestKazooSweepLocking(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		app, other := kazooLocking(t, s.Client(t)), kazooLocking(t, s.Connect(t, "other"))
		_, err := other.Put(t.Context(), 100, []byte("1"), []byte("2"), []byte("3"))
		simpleMust(t, err)
		h := &kazooHands{held: make(map[string]*queue.KazooEntry)}
		for range 3 { // another process comes to each item that this one does not end
			h.work(t, s, app, "app")
		}
		for h.work(t, s, other, "other") {
		}
		for _, item := range []string{"1", "2", "3"} {
			if !slices.Contains(h.done, item) && !slices.Contains(h.done, item+"?") {
				t.Errorf("%s was not done: %q", item, h.done)
			}
		}
	}, zktest.InParallel(), zktest.WithFolders(kazooPath+"/taken"), zktest.LeavesNothing(8*time.Second, kazooPath+"/taken", kazooPath+"/entries"))
}

// A get that is cancelled, a release, and a get that waits for it.
func TestKazooSweepRelease(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		app, other := kazooLocking(t, s.Client(t)), kazooLocking(t, s.Connect(t, "other"))
		_, err := other.Put(t.Context(), 100, []byte("1"))
		simpleMust(t, err)
		start := time.Now()
		if e, err := app.Get(ctx); err == nil {
			_ = e.Release() // may not be confirmed
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("getting: %v", err)
		}
		if d := time.Since(start); d > 1200*time.Millisecond {
			t.Errorf("cancelling took %v", d)
		}
		patient, enough := context.WithTimeout(t.Context(), 15*time.Second)
		defer enough()
		e, err := other.Get(patient)
		simpleMust(t, err)
		simpleMust(t, e.Consume(t.Context()))
	}, zktest.InParallel(), zktest.WithFolders(kazooPath+"/taken"), zktest.LeavesNothing(8*time.Second, kazooPath+"/taken", kazooPath+"/entries"))
}
