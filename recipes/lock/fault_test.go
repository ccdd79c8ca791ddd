package lock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// ours matches the frames of the SDK on a client's host: not the handshake, not zk.Conn's pings.
func ours(host string, reply bool) fault.Match {
	match := fault.Request("")
	if reply {
		match = fault.Reply("")
	}
	return match.Host(host).When("ours", func(f fault.Frame) bool { return f.Xid < -100 })
}

// sweep runs a scenario with each fault at each message of the app's host that takes nothing from it: what is held then stays held.
func sweep(t *testing.T, scenario func(t *testing.T, w *zktest.World)) {
	t.Helper()
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) { scenario(t, s.World) }, zktest.WithFolders("/locks"),
		zktest.WithoutFaults(zktest.SessionExpired, zktest.DeletedByHand)) // TestSweepKinds has them
}

// unlocked allows for an unlocking by another host that meets a server that restarts.
func unlocked(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, client.ErrConnectionLoss) {
		t.Fatal(err)
	}
}

// Whatever frame of an acquire or a release is lost: the lock is taken once, and nothing is left.
func TestSweepUncontended(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		bystander := w.Connect(t, "b")
		m := mutex(t, w.Connect(t, zktest.AppHost))
		held := acquire(t, m)
		if names := contenders(t, bystander); len(names) != 1 || path+"/"+names[0] != held.Path() {
			t.Errorf("folder while held at %s: %v", held.Path(), names)
		}
		stat := exists(t, bystander, held.Path())
		if stat != held.Token() {
			t.Errorf("token %d, czxid %d", held.Token(), stat)
		}
		other := waiting(t.Context(), t, mutex(t, bystander))
		_ = held.Unlock() // may not be confirmed
		r := <-other
		must(t, r.err)
		if r.held.Token() <= held.Token() {
			t.Errorf("tokens %d, then %d", held.Token(), r.held.Token())
		}
		unlocked(t, r.held.Unlock())
		time.Sleep(2 * time.Second) // for what goes on in the background; less than the session timeout
		if names := contenders(t, bystander); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// The same behind another holder: nobody gets in while that one holds.
func TestSweepContended(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		bystander := w.Connect(t, "b")
		first := acquire(t, mutex(t, bystander))
		next := waiting(t.Context(), t, mutex(t, w.Connect(t, zktest.AppHost)))
		time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew
		if len(next) != 0 {
			t.Fatalf("two holders: %v", <-next)
		}
		unlocked(t, first.Unlock())
		r := <-next
		must(t, r.err)
		if names := contenders(t, bystander); len(names) != 1 || path+"/"+names[0] != r.held.Path() || r.held.Token() <= first.Token() {
			t.Errorf("folder while held at %s, tokens %d and %d: %v", r.held.Path(), first.Token(), r.held.Token(), names)
		}
		if r.held.Context().Err() != nil {
			t.Errorf("a hold that has ended: %v", context.Cause(r.held.Context()))
		}
		_ = r.held.Unlock()
		time.Sleep(8 * time.Second)
		if names := contenders(t, bystander); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A wait that is cancelled, with a fault on the way out.
func TestSweepCancelled(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		bystander := w.Connect(t, "b")
		first := acquire(t, mutex(t, bystander))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := mutex(t, w.Connect(t, zktest.AppHost)).Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("cancelling took %v", d-time.Second)
		}
		time.Sleep(9 * time.Second)
		if names := contenders(t, bystander); len(names) != 1 {
			t.Errorf("left: %v", names[1:])
		}
		unlocked(t, first.Unlock())
	})
}

func exists(t *testing.T, c *client.Client, path string) int64 {
	t.Helper()
	ok, stat, err := c.Exists(path).Do(t.Context())
	must(t, err)
	if !ok {
		t.Fatalf("%s is not there", path)
	}
	return stat.Czxid
}

// A partition that outlasts the session: the hold ends before the server gives the lock to another.
func TestHoldEndsBeforeTheNextBegins(t *testing.T) {
	for _, cut := range []func(*fault.Host){(*fault.Host).Partition, (*fault.Host).PartitionSend, (*fault.Host).PartitionReceive} {
		for _, tick := range []time.Duration{100 * time.Millisecond, 2 * time.Second} {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				held := acquire(t, mutex(t, a))
				time.Sleep(1234 * time.Millisecond)
				next := waiting(t.Context(), t, mutex(t, b))
				cut(w.Host("a"))
				start := time.Now()
				var ended time.Duration
				select {
				case <-held.Context().Done():
					ended = time.Since(start)
				case r := <-next:
					t.Fatalf("the next holds first: %v", r.err)
				}
				if cause := context.Cause(held.Context()); !errors.Is(cause, client.ErrSessionLost) {
					t.Errorf("cause %v", cause)
				}
				if ended > a.Session().Timeout() || ended < a.Session().Timeout()/2 {
					t.Errorf("the hold ended after %v", ended)
				}
				r := <-next
				must(t, r.err)
				if r.held.Token() <= held.Token() {
					t.Errorf("tokens %d, then %d", held.Token(), r.held.Token())
				}
				if err := held.Unlock(); err != nil {
					t.Errorf("unlocking what was lost: %v", err)
				}
				w.Host("a").Heal()
				time.Sleep(5 * time.Second)
				if r.held.Context().Err() != nil {
					t.Errorf("the second hold: %v", context.Cause(r.held.Context()))
				}
				must(t, r.held.Unlock())
			}, zktest.WithServer(server.WithTick(tick), server.WithSessionTimeouts(4*time.Second, 40*time.Second)))
		}
	}
}

// A short cut changes nothing for a holder, nor for a waiter's place.
func TestCutKeepsHoldAndPlace(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		held := acquire(t, mutex(t, a))
		next := waiting(t.Context(), t, mutex(t, b))
		for range 3 {
			w.Net.CutAll()
			time.Sleep(time.Second)
		}
		if held.Context().Err() != nil || len(next) != 0 {
			t.Errorf("hold %v, waiter %d", held.Context().Err(), len(next))
		}
		w.Server.Kill() // and back, with the same data
		time.Sleep(time.Second)
		must(t, w.Server.Start(t.Context()))
		time.Sleep(2 * time.Second)
		if held.Context().Err() != nil || len(next) != 0 {
			t.Errorf("after a restart: hold %v, waiter %d", held.Context().Err(), len(next))
		}
		must(t, held.Unlock())
		r := <-next
		must(t, r.err)
		must(t, r.held.Unlock())
	})
}

// A waiter whose session ends is told, and leaves nothing.
func TestWaiterLosesSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		held := acquire(t, mutex(t, a))
		wait := waiting(t.Context(), t, mutex(t, b))
		w.Server.ExpireSession(b.Session().ID())
		r := <-wait
		if !errors.Is(r.err, client.ErrSessionLost) || r.held != nil {
			t.Errorf("got %v", r.err)
		}
		if names := contenders(t, a); len(names) != 1 {
			t.Errorf("left: %v", names)
		}
		must(t, held.Unlock())
		next := acquire(t, mutex(t, b)) // in the new session
		must(t, next.Unlock())
	})
}

// A Lock that is called while there is no session waits for the next one.
func TestLockWithoutSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.Exponential(50*time.Millisecond, time.Second, 0)))
		session := c.Session()
		w.Net.Refuse("zk", true)
		w.Net.CutAll()
		<-session.Context().Done()
		next := waiting(t.Context(), t, mutex(t, c))
		w.Net.Refuse("zk", false)
		r := <-next
		must(t, r.err)
		if r.held.Context().Err() != nil || c.Session() == session {
			t.Errorf("held in a dead session: %v", context.Cause(r.held.Context()))
		}
		must(t, r.held.Unlock())
	})
}

// Deleted by hand: a holder is told, a waiter goes to the end of the queue.
func TestDeletedByHand(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		held := acquire(t, mutex(t, a))
		first := waiting(ctx, t, mutex(t, b))
		second := waiting(ctx, t, mutex(t, b))
		time.Sleep(time.Second) // each watches its own znode by now

		must(t, b.Delete(path+"/"+contenders(t, b)[1]).Do(ctx))
		synctest.Wait()
		if names := contenders(t, b); len(names) != 3 || len(first) != 0 || len(second) != 0 {
			t.Fatalf("folder: %v, holding %d, %d", names, len(first), len(second))
		}
		must(t, b.Delete(held.Path()).Do(ctx))
		<-held.Context().Done()
		if cause := context.Cause(held.Context()); !errors.Is(cause, lock.ErrDeleted) {
			t.Errorf("cause %v", cause)
		}
		r := <-second // which is first now
		must(t, r.err)
		if len(first) != 0 {
			t.Error("two holders")
		}
		must(t, held.Unlock())
		must(t, r.held.Unlock())
		r = <-first
		must(t, r.err)
		must(t, r.held.Unlock())
	})
}

// Deleted before it is watched: noticed within the quarter of a second that the documentation promises.
func TestDeletedByHandEarly(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		held := acquire(t, mutex(t, c))
		must(t, c.Delete(held.Path()).Do(t.Context()))
		start := time.Now()
		<-held.Context().Done()
		if d := time.Since(start); d > 250*time.Millisecond || !errors.Is(context.Cause(held.Context()), lock.ErrDeleted) {
			t.Errorf("after %v: %v", d, context.Cause(held.Context()))
		}
		must(t, held.Unlock())
	})
}

// Foreign children: one that sorts behind the numbers does not matter, one that sorts before them is waited for, as Curator does.
func TestForeignChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create(path + "/readme").ParentContainers().Do(ctx)
		must(t, err)
		held := acquire(t, mutex(t, c))
		must(t, held.Unlock())

		_, err = c.Create(path + "/0-first").Do(ctx)
		must(t, err)
		next := waiting(ctx, t, mutex(t, c))
		must(t, c.Delete(path+"/0-first").Do(ctx))
		r := <-next
		must(t, r.err)
		must(t, r.held.Unlock())
		// kazoo's and go-zookeeper's names beside ours.
		_, err = c.Create(path + "/0123456789abcdef0123456789abcdef__lock__0000000000").Do(ctx)
		must(t, err)
		theirs, err := c.Create(path + "/_c_0123456789abcdef0123456789abcdef-lock-").Sequential().Do(ctx)
		must(t, err)
		next = waiting(ctx, t, mutex(t, c))
		must(t, c.Delete(theirs).Do(ctx))
		r = <-next
		must(t, r.err)
		must(t, r.held.Unlock())
	})
}

// The folder vanishes, as a container does between two uses.
func TestFolderVanishes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		m := mutex(t, c)
		for range 3 {
			held := acquire(t, m)
			must(t, held.Unlock())
			must(t, c.Delete(path).Do(ctx))
			must(t, c.Delete("/locks").Do(ctx))
		}
	})
}

// A holder that closes its client ends the hold and lets the next one in.
func TestClientCloses(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		held := acquire(t, mutex(t, a))
		next := waiting(t.Context(), t, mutex(t, b))
		must(t, a.Close(t.Context()))
		if cause := context.Cause(held.Context()); !errors.Is(cause, client.ErrClosed) {
			t.Errorf("cause %v", cause)
		}
		r := <-next
		must(t, r.err)
		if err := held.Unlock(); err != nil {
			t.Errorf("unlock after close: %v", err)
		}
		if _, err := mutex(t, a).Lock(t.Context()); !errors.Is(err, client.ErrClosed) {
			t.Errorf("lock after close: %v", err)
		}
		must(t, r.held.Unlock())
	})
}
