package interop

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/lock"
)

// locksPeer compiles LocksPeer and returns what starts one.
func locksPeer(t *testing.T) func(t *testing.T, addr string, args ...string) *foreign.Process {
	t.Helper()
	classPath := javaPeers(t)
	return func(t *testing.T, addr string, args ...string) *foreign.Process {
		t.Helper()
		return foreign.Start(t, foreign.Java(t, classPath, append([]string{"LocksPeer", addr}, args...)...)...)
	}
}

// Curator's semaphore mutex, multi lock, re-entrant mutex and re-entrant RW lock, and ours: each pair is one lock.
func TestLocksCurator(t *testing.T) {
	start := locksPeer(t)
	kinds := map[string]func(t *testing.T, c *client.Client) lockFunc{
		"semaphore": func(t *testing.T, c *client.Client) lockFunc {
			t.Helper()
			m, err := lock.NewSemaphoreMutex(c, lockPath)
			must(t, err)
			return taking(m.Lock)
		},
		"multi": func(t *testing.T, c *client.Client) lockFunc {
			t.Helper()
			one, err := lock.NewMutex(c, lockPath+"/1")
			must(t, err)
			two, err := lock.NewSemaphoreMutex(c, lockPath+"/2")
			must(t, err)
			three, err := lock.NewRWMutex(c, lockPath+"/3")
			must(t, err)
			m, err := lock.NewMulti(one, two, three)
			must(t, err)
			return taking(m.Lock)
		},
		"reentrant": func(t *testing.T, c *client.Client) lockFunc {
			t.Helper()
			r, err := lock.NewReentrant(c, lockPath)
			must(t, err)
			return taking(func(ctx context.Context) (*lock.ReentrantHeld, error) {
				held, err := r.Lock(ctx)
				if err != nil {
					return nil, err
				}
				inner, err := r.Lock(held.Context())
				if err != nil {
					return nil, err
				}
				return held, inner.Unlock()
			})
		},
		"rw": func(t *testing.T, c *client.Client) lockFunc {
			t.Helper()
			r, err := lock.NewReentrantRW(c, lockPath)
			must(t, err)
			return taking(func(ctx context.Context) (*lock.ReentrantHeld, error) {
				write, err := r.Lock(ctx)
				if err != nil {
					return nil, err
				}
				read, err := r.RLock(write.Context())
				if err != nil {
					return nil, err
				}
				return read, write.Unlock() // the turn is taken under the read hold: Java waits for that as well
			})
		},
	}
	onServers(t, func(t *testing.T, addr string) {
		for kind, lockOf := range kinds {
			t.Run(kind, func(t *testing.T) {
				shareLock(t, addr, lockOf, func(args ...string) *foreign.Process { return start(t, addr, append([]string{kind}, args...)...) })
			})
		}
	})
}

func shareLock(t *testing.T, addr string, lockOf func(*testing.T, *client.Client) lockFunc, start func(args ...string) *foreign.Process) {
	t.Helper()
	const wanted = 100
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn := setUp(t, addr)
	java := start(lockPath, counterPath, strconv.Itoa(wanted), "java")
	if err := java.WaitFor(ctx, "ready"); err != nil {
		t.Fatalf("%v\n%s", err, java.Output())
	}
	c := &contender{id: "go", conn: conn, lock: lockOf(t, connectClient(ctx, t, addr)), wanted: wanted}
	if err := c.run(ctx); err != nil {
		t.Fatalf("%v\n%s", err, java.Output())
	}
	javaTurns := finish(ctx, t, java)
	data, _, err := conn.Get(counterPath)
	must(t, err)
	if got, err := parseCount(data); err != nil || got.turns != c.turns+javaTurns || got.handovers < wanted {
		t.Errorf("counted %q, %v, but Go had %d turns and Java %d", data, err, c.turns, javaTurns)
	}
	for n, err := range connectClient(ctx, t, addr).Walk(lockPath).Do(ctx) {
		must(t, err)
		if n.Stat.EphemeralOwner != 0 {
			t.Errorf("left behind: %s", n.Path)
		}
	}
}

func taking[H interface{ Unlock() error }](take func(context.Context) (H, error)) lockFunc {
	return func(ctx context.Context) (func() error, error) {
		held, err := take(ctx)
		if err != nil {
			return nil, err
		}
		return held.Unlock, nil
	}
}

// Curator's holder hears our Revoke, and our holder and waiter hear Curator's Revoker; both see the same participants.
func TestRevocationCurator(t *testing.T) {
	start := locksPeer(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := connectClient(ctx, t, addr)
		m, err := lock.NewMutex(c, lockPath, lock.WithRevocation())
		must(t, err)

		java := start(t, addr, "hold", lockPath)
		if err := java.WaitFor(ctx, "holding"); err != nil {
			t.Fatalf("%v\n%s", err, java.Output())
		}
		all, err := m.Participants(ctx)
		must(t, err)
		if len(all) != 1 || !all[0].Holds || len(all[0].Data) != 0 || all[0].Revoked {
			t.Errorf("Java holds: %+v", all)
		}
		must(t, lock.Revoke(ctx, c, all[0].Path))
		held, err := m.Lock(ctx)
		must(t, err)
		if err := java.Wait(ctx); err != nil || !strings.Contains(java.Output(), "asked") {
			t.Errorf("%v\n%s", err, java.Output())
		}

		waited := make(chan error, 1)
		var second *lock.Held
		go func() {
			var err error
			second, err = m.Lock(ctx)
			waited <- err
		}()
		for len(all) != 2 {
			all, err = m.Participants(ctx)
			must(t, err)
		}
		java = start(t, addr, "revoke", lockPath)
		if err := java.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, java.Output())
		}
		if want := "asked " + all[0].Path + "\nasked " + all[1].Path + "\nover\n"; !strings.Contains(java.Output(), want) {
			t.Errorf("we see %v, Java\n%s", all, java.Output())
		}
		letGo := func(held *lock.Held) {
			t.Helper()
			select {
			case <-held.Revoked():
			case <-ctx.Done():
				t.Fatal("deaf")
			}
			must(t, held.Unlock())
		}
		letGo(held)
		must(t, <-waited)
		letGo(second)
	})
}
