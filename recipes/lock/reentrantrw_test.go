package lock_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

func reentrantRW(t *testing.T, c *client.Client, opts ...lock.Option) *lock.ReentrantRW {
	t.Helper()
	r, err := lock.NewReentrantRW(c, path, opts...)
	must(t, err)
	return r
}

// enter enters one side.
func enter(ctx context.Context, t *testing.T, take func(context.Context) (*lock.ReentrantHeld, error)) *lock.ReentrantHeld {
	t.Helper()
	held, err := take(ctx)
	must(t, err)
	return held
}

// The writer enters both sides, by a context of either; only its first reading is asked of the server, and the last entry of both sides lets others in.
func TestReentrantRW(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		r := reentrantRW(t, w.Connect(t, "a"))
		write := enter(t.Context(), t, r.Lock)
		before, start := requests(w), time.Now()
		read := enter(write.Context(), t, r.RLock)
		if n, trips := requests(w)-before, time.Since(start)/(2*oneWay); n != 2 || trips != 1 {
			t.Errorf("the writer's first reading took %d requests in %d round trips", n, trips)
		}
		before = requests(w)
		writes := []*lock.ReentrantHeld{write, enter(read.Context(), t, r.Lock), enter(read.With(t.Context()), t, r.TryLock)}
		reads := []*lock.ReentrantHeld{read, enter(read.Context(), t, r.RLock), enter(writes[1].Context(), t, r.TryRLock)}
		by, err := read.Reenter()
		must(t, err)
		reads = append(reads, by)
		if by, err = write.Reenter(); err != nil {
			t.Fatal(err)
		}
		writes = append(writes, by)
		if n := requests(w) - before; n != 0 {
			t.Errorf("entering again took %d requests", n)
		}
		for _, held := range writes {
			if held.Path() != write.Path() || held.Token() != write.Token() || !strings.Contains(held.Path(), "__WRIT__") {
				t.Errorf("%s, token %d", held.Path(), held.Token())
			}
		}
		for _, held := range reads {
			if held.Path() != read.Path() || held.Token() != write.Token() || !strings.HasSuffix(held.Path(), "-__READ__0000000000") {
				t.Errorf("%s, token %d", held.Path(), held.Token())
			}
		}
		other := rw(t, w.Connect(t, "b"))
		reader := waitFor(t.Context(), t, other.RLock)
		for _, held := range append(reads, writes[1:]...) {
			must(t, held.Unlock())
			must(t, held.Unlock()) // counts once
			time.Sleep(time.Second)
			waits(t, "the reader", reader)
			if !errors.Is(context.Cause(held.Context()), lock.ErrUnlocked) || write.Context().Err() != nil {
				t.Errorf("entry %v, hold %v", context.Cause(held.Context()), context.Cause(write.Context()))
			}
		}
		again := enter(write.Context(), t, r.RLock) // anew
		if again.Path() == read.Path() || again.Token() != write.Token() {
			t.Errorf("%s, token %d", again.Path(), again.Token())
		}
		must(t, again.Unlock())
		must(t, write.Unlock())
		must(t, got(t, reader).Unlock())
		for _, take := range []func(context.Context) (*lock.ReentrantHeld, error){r.Lock, r.RLock} {
			if _, err := take(context.WithoutCancel(write.Context())); !errors.Is(err, lock.ErrUnlocked) {
				t.Errorf("a hold that is over: %v", err)
			}
		}
		if left := contenders(t, w.Connect(t, "c")); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// Who takes the read side and unlocks the write side has downgraded: readers come in, the writer that queued before does not, and has a larger token.
func TestReentrantRWDowngrade(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		r := reentrantRW(t, c, named("ada"))
		write := enter(t.Context(), t, r.Lock)
		writer := waitFor(t.Context(), t, rw(t, b).Lock)
		read := enter(write.Context(), t, r.RLock)
		if all := who(t, r.Participants); len(all) != 3 || all[0] != "ada holds" || all[1] != "ada reads holds" || all[2] != "" {
			t.Errorf("participants %q", all)
		}
		must(t, write.Unlock())
		waits(t, "the writer", writer)
		if read.Context().Err() != nil {
			t.Errorf("reading ended: %v", context.Cause(read.Context()))
		}
		if _, err := r.Lock(read.Context()); !errors.Is(err, lock.ErrUpgrade) {
			t.Errorf("writing again: %v", err)
		}
		inner := enter(read.Context(), t, r.RLock)
		must(t, read.Unlock())
		waits(t, "the writer", writer)
		must(t, inner.Unlock())
		held := got(t, writer)
		if held.Token() <= read.Token() {
			t.Errorf("tokens %d, then %d", read.Token(), held.Token())
		}
		must(t, held.Unlock())
	})
}

// A reader that asks to write is told at once that it would wait for itself; nothing is asked of the server.
func TestReentrantRWUpgrade(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		r := reentrantRW(t, w.Connect(t, "a"))
		read := enter(t.Context(), t, r.RLock)
		again := enter(read.Context(), t, r.RLock)
		before := requests(w)
		for _, take := range []func(context.Context) (*lock.ReentrantHeld, error){r.Lock, r.TryLock} {
			if _, err := take(again.Context()); !errors.Is(err, lock.ErrUpgrade) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v", err)
			}
		}
		if n := requests(w) - before; n != 0 {
			t.Errorf("%d requests", n)
		}
		ended := context.WithoutCancel(again.Context())
		must(t, read.Unlock())
		must(t, again.Unlock())
		if _, err := r.Lock(ended); !errors.Is(err, lock.ErrUnlocked) {
			t.Errorf("a hold that is over: %v", err)
		}
		must(t, enter(t.Context(), t, r.Lock).Unlock())
	})
}

// Contexts without the hold, and other locks at the path, wait, for the writer; beside a reader they read.
func TestReentrantRWExcludesOthers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		r, other := reentrantRW(t, c), reentrantRW(t, c)
		write := enter(t.Context(), t, r.Lock)
		for _, try := range []func() (*lock.ReentrantHeld, error){
			func() (*lock.ReentrantHeld, error) { return r.TryLock(t.Context()) },
			func() (*lock.ReentrantHeld, error) { return r.TryRLock(t.Context()) },
			func() (*lock.ReentrantHeld, error) { return other.TryLock(write.Context()) },
			func() (*lock.ReentrantHeld, error) { return other.TryRLock(write.Context()) },
		} {
			if _, err := try(); !errors.Is(err, lock.ErrNotAcquired) {
				t.Errorf("got %v", err)
			}
		}
		must(t, write.Unlock())
		read := enter(t.Context(), t, r.RLock)
		beside := enter(read.Context(), t, other.TryRLock)
		if _, err := other.TryLock(t.Context()); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("a writer beside readers: %v", err)
		}
		must(t, read.Unlock())
		must(t, beside.Unlock())
	})
}

// Each side ends when its znode is lost, and does not silently become another: the write side is over for that holder, the read side begins
// anew only under a write hold.
func TestReentrantRWLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		r := reentrantRW(t, a)
		write := enter(ctx, t, r.Lock)
		read := enter(write.Context(), t, r.RLock)
		time.Sleep(time.Second)

		must(t, b.Delete(read.Path()).Do(ctx))
		<-read.Context().Done()
		if cause := context.Cause(read.Context()); !errors.Is(cause, lock.ErrDeleted) || write.Context().Err() != nil {
			t.Errorf("read hold %v, write hold %v", cause, context.Cause(write.Context()))
		}
		must(t, read.Unlock())
		read = enter(write.Context(), t, r.RLock)
		time.Sleep(time.Second)

		must(t, b.Delete(write.Path()).Do(ctx))
		<-write.Context().Done()
		if cause := context.Cause(write.Context()); !errors.Is(cause, lock.ErrDeleted) || read.Context().Err() != nil {
			t.Errorf("write hold %v, read hold %v", cause, context.Cause(read.Context()))
		}
		if _, err := r.Lock(read.Context()); !errors.Is(err, lock.ErrDeleted) {
			t.Errorf("writing on: %v", err)
		}
		if _, err := rw(t, b).TryLock(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("a writer beside the reader: %v", err)
		}
		must(t, enter(read.Context(), t, r.RLock).Unlock())
		must(t, write.Unlock())

		w.Server.ExpireSession(a.Session().ID())
		<-read.Context().Done()
		carried := context.WithoutCancel(read.Context())
		if cause := context.Cause(read.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		if _, err := r.RLock(carried); !errors.Is(err, client.ErrSessionLost) {
			t.Errorf("reading on: %v", err)
		}
		must(t, read.Unlock())
		must(t, enter(ctx, t, r.Lock).Unlock())
	})
}

// A write hold that was lost unnoticed does not get the read side: its number would stand before nobody.
func TestReentrantRWJoinsNoLostWriter(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		r := reentrantRW(t, a)
		write := enter(ctx, t, r.Lock)
		must(t, b.Delete(write.Path()).Do(ctx))
		other := enter(ctx, t, reentrantRW(t, b).Lock)
		if read, err := r.RLock(write.Context()); !errors.Is(err, lock.ErrDeleted) || read != nil {
			t.Errorf("got %v", err)
		}
		if write.Context().Err() == nil {
			t.Error("and the write hold goes on")
		}
		if names := contenders(t, b); len(names) != 1 {
			t.Errorf("folder: %v", names)
		}
		must(t, other.Unlock())
	})
}

// Several goroutines that begin to read at once under one write hold do so under one znode; one whose context ends meanwhile does not wait for
// the others' request.
func TestReentrantRWTogether(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		r := reentrantRW(t, w.Connect(t, "a"))
		write := enter(t.Context(), t, r.Lock)
		heal := w.Net.Inject(fault.Always(fault.Request("create").Host("a"), fault.Delay(2*time.Second)))
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				read, err := r.RLock(write.Context())
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Second)
				if err := read.Unlock(); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(write.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := r.RLock(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		before := w.Server.Stats().Requests["create"]
		all.Wait()
		heal()
		if n := w.Server.Stats().Requests["create"] - before; n != 1 {
			t.Errorf("%d znodes", n)
		}
		must(t, write.Unlock())
	})
}

// A write hold that is unlocked while its holder begins to read elsewhere gives no read hold, and leaves no znode.
func TestReentrantRWUnlockedMeanwhile(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		r := reentrantRW(t, a)
		write := enter(t.Context(), t, r.Lock)
		carried := context.WithoutCancel(write.Context())
		heal := w.Net.Inject(fault.Always(fault.Request("create").Host("a"), fault.Delay(time.Second)))
		unlocked := make(chan error, 1)
		time.AfterFunc(500*time.Millisecond, func() { unlocked <- write.Unlock() })
		if read, err := r.RLock(carried); !errors.Is(err, lock.ErrUnlocked) || read != nil {
			t.Errorf("got %v", err)
		}
		heal()
		<-unlocked // its delete may have waited behind the create for too long
		time.Sleep(time.Second)
		if names := contenders(t, a); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// Do in RDo in Do, at any depth; and both sides in a Multi.
func TestReentrantRWDo(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		r := reentrantRW(t, c)
		must(t, r.Do(t.Context(), func(ctx context.Context) error {
			return r.RDo(ctx, func(ctx context.Context) error {
				return r.Do(ctx, func(ctx context.Context) error {
					holds := lock.Holds(ctx)
					if len(holds) != 3 || holds[0] != holds[2] || holds[1].Token() != holds[0].Token() || holds[1].Path() == holds[0].Path() {
						t.Errorf("holds %v", holds)
					}
					if _, err := c.Txn(holds[0].Guard(), holds[1].Guard()).Do(ctx); err != nil {
						t.Error(err)
					}
					return multi(t, r, r.RLocker()).Do(ctx, func(ctx context.Context) error {
						if n := len(lock.Holds(ctx)); n != 5 {
							t.Errorf("%d holds", n)
						}
						return nil
					})
				})
			})
		}))
		must(t, r.RDo(t.Context(), func(ctx context.Context) error {
			if _, err := multi(t, r).TryLock(ctx); !errors.Is(err, lock.ErrUpgrade) {
				t.Errorf("got %v", err)
			}
			held, err := multi(t, r.RLocker()).TryLock(ctx)
			if err != nil {
				return err
			}
			return held.Unlock()
		}))
		if names := contenders(t, c); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
		if _, err := lock.NewReentrantRW(c, "not/absolute"); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("got %v", err)
		}
	})
}

// Who writes, reads within, and goes on reading, under random faults: its token is the writer's all along, and all who hold after it have
// larger ones.
func TestHistoryReentrantRW(t *testing.T) {
	history.Seeds(t, 10, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, false, func(t *testing.T, c *client.Client) worker {
			t.Helper()
			m := reentrantRW(t, c)
			return func(ctx context.Context, client int, r *rand.Rand) bool {
				call := log.Begin(client, history.LockCall{Verb: history.Acquire})
				write, err := m.Lock(ctx)
				if err != nil {
					call.Failed()
					return false
				}
				call.End(write.Token())
				read, err := m.RLock(write.With(ctx))
				if err != nil || r.IntN(2) == 0 {
					if err == nil {
						_ = read.Unlock() // may not be confirmed; the write hold goes on
					}
					hold(&log, client, write.Held, history.Release, r)
					return true
				}
				down := log.Begin(client, history.LockCall{Verb: history.Downgrade, Token: write.Token()})
				_ = write.Unlock() // others wait for both
				down.End(read.Token())
				hold(&log, client, read.Held, history.ReadRelease, r)
				return true
			}
		})
		history.Check(t, &log, history.Lock())
	})
}
