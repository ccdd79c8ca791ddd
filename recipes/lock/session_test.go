package lock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A Lock that begins while there is no connection, and in whose course the session is found to be over, makes its znode in the next session, and holds by
// that one: the end of the one before neither ends the hold nor leaves the znode behind.
func TestLockThatSpansSessions(t *testing.T) {
	for name, kind := range sweptKinds {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			a, b := w.Connect(t, "a"), w.Connect(t, "b")
			first, err := kind.app(t, b)(t.Context())
			must(t, err)
			must(t, first.Unlock()) // the folders are there
			session := a.Session()
			w.Host("a").Partition()
			time.Sleep(time.Second)
			done := make(chan sweptResult, 1)
			go func() {
				held, err := kind.app(t, a)(t.Context())
				for robbed(err) { // the session's end may be told, but not instead of undoing
					held, err = kind.app(t, a)(t.Context())
				}
				done <- sweptResult{held, err}
			}()
			w.Server.ExpireSession(session.ID())
			time.Sleep(time.Second)
			w.Host("a").Cut()
			w.Host("a").Heal()
			held := sure(t, done)
			if a.Session() == session {
				t.Errorf("%s: the session goes on", name)
			}
			time.Sleep(time.Minute)
			if held.Context().Err() != nil {
				t.Errorf("%s: held, but %v", name, context.Cause(held.Context()))
			}
			must(t, held.Unlock())
			for n, err := range b.Walk(path).Do(t.Context()) {
				must(t, err)
				if n.Stat.EphemeralOwner != 0 {
					t.Errorf("%s: left %s", name, n.Path)
				}
			}
		})
	}
}

// A znode that was found after a lost answer, and belongs to another session by the time that it is looked at, is nobody's place: it ends with that session,
// not with ours.
func TestLockDoesNotHoldByAnotherSessionsZnode(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, acquire(t, mutex(t, a)).Unlock())
		w.Net.Inject(fault.Once(fault.Reply("create").Host("a"), fault.Cut))
		looked := 0
		w.Net.Intercept(func(f fault.Frame) fault.Action {
			if !fault.Request("exists").Host("a").Matches(f) {
				return fault.Pass
			}
			if looked++; looked == 2 { // the first is the client's own
				must(t, b.Delete(f.Path).Do(t.Context()))
				if _, err := b.Create(f.Path).Ephemeral().Do(t.Context()); err != nil {
					t.Error(err)
				}
			}
			return fault.Pass
		})
		held, err := mutex(t, a).Lock(t.Context())
		if looked < 2 || !errors.Is(err, client.ErrSessionLost) || held != nil {
			t.Errorf("looked %d times, got %v", looked, err)
		}
	})
}
