package recipes_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Constructors send nothing and start nothing.
func TestConstructorsDoNothing(t *testing.T) {
	for name, of := range every {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a")
				time.Sleep(time.Minute)
				synctest.Wait()
				goroutines, requests := bubbled(), asked(w)
				_, err := of(c, "/home/of/it")
				must(t, err)
				time.Sleep(time.Second)
				synctest.Wait()
				if n := bubbled(); n != goroutines {
					t.Errorf("%d goroutines, then %d", goroutines, n)
				}
				if n := asked(w); n != requests {
					t.Errorf("%d requests", n-requests)
				}
			})
		})
	}
}

// After its end nothing of a recipe runs any more, no watch wakes anybody, and nothing ephemeral is left, while its client lives on.
func TestNothingIsLeft(t *testing.T) {
	for name, of := range every {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				const path = "/home/of/it"
				c, other := w.Connect(t, "a"), w.Connect(t, "b")
				must(t, second(other.Create(path).Parents().Do(t.Context())))
				var goroutines int
				for i := range 4 {
					life, err := of(c, path)
					must(t, err)
					must(t, life(t.Context()))
					time.Sleep(10 * time.Second) // what was to be done in the background is
					synctest.Wait()
					if n := bubbled(); i == 0 {
						goroutines = n // those that the client started when it was first asked for what the recipe asks
					} else if n != goroutines {
						t.Fatalf("%d goroutines, then %d", goroutines, n)
					}
				}
				for n, err := range other.Walk("/").Do(t.Context()) {
					must(t, err)
					if n.Stat.EphemeralOwner != 0 {
						t.Errorf("left: %s", n.Path)
					}
				}
				events := w.Server.Stats().WatchEvents
				must(t, other.Delete("/home").WithChildren().Do(t.Context()))
				must(t, second(other.Create(path+"/child").Parents().Do(t.Context())))
				if n := w.Server.Stats().WatchEvents - events; n != 0 {
					t.Errorf("%d events of watches that are left", n)
				}
			})
		})
	}
}

// bubbled is how many goroutines there are in the caller's bubble of testing/synctest; runtime.NumGoroutine also counts what goes on outside.
func bubbled() int {
	stacks := make([]byte, 4<<20)
	all := string(stacks[:runtime.Stack(stacks, true)])
	own, _, _ := strings.Cut(all, "]:")
	bubble := own[strings.LastIndex(own, "synctest bubble "):]
	return strings.Count(all, bubble+"]:\n")
}

// asked is how many requests the server was sent, pings apart.
func asked(w *zktest.World) (n int64) {
	for op, some := range w.Server.Stats().Requests {
		if !strings.EqualFold(op, "ping") {
			n += some
		}
	}
	return n
}

// A life ends with its client, too: calls on a closed client fail, and nothing is left of them.
func TestClosedClient(t *testing.T) {
	for name, of := range every {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c, err := client.Connect(t.Context(), w.Addr, client.WithDial(w.Host("a").DialContext))
				must(t, err)
				life, err := of(c, "/home/of/it")
				must(t, err)
				must(t, c.Close(t.Context()))
				want := failure{recipe: name, path: "/home/of/it", is: client.ErrClosed}
				if strings.HasPrefix(name, "cache.") {
					want.is = cache.ErrClosed
				}
				want.check(t, life(t.Context()))
			})
		})
	}
}
