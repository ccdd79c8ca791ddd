package cache_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A client's hooks are told of its caches' requests and events.
func TestHooks(t *testing.T) {
	for v, reads := range map[server.Version]string{server.V39: "multiRead", server.V35: "getData"} {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				do := writer{t, w.Connect(t, "writer")}
				do.create("/app", "")
				for i := range 5 {
					do.create("/app/"+strconv.Itoa(i), "")
				}
				var mu sync.Mutex
				ops := map[string]int{}
				heard := 0
				c := w.Connect(t, "reader", client.WithHooks(client.Hooks{
					Operation: func(_ context.Context, op client.Operation) {
						mu.Lock()
						defer mu.Unlock()
						ops[op.Name]++
					},
					Watch: func(ev zk.Event) {
						mu.Lock()
						defer mu.Unlock()
						if ev.Type == zk.EventNodeDataChanged && ev.Path == "/app/1" {
							heard++
						}
					},
				}))
				newTree(t, c, "/app")
				do.set("/app/1", "x")
				time.Sleep(time.Second)
				mu.Lock()
				defer mu.Unlock()
				if ops[reads] == 0 || heard != 1 {
					t.Errorf("operations %v, %d events", ops, heard)
				}
			}, zktest.Version(v))
		})
	}
}

// A value that does not decode is one event's error, with the path, what is there and the values that can be had; the next one is right.
func TestValuesThatDoNotDecode(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/n", "1")
		tree := newTree(t, w.Connect(t, "reader"), "/n")
		numbers := cache.NewTyped(tree.Cache, func(_ string, data []byte) (int, error) { return strconv.Atoi(string(data)) })
		type told struct {
			ev  cache.TypedEvent[int]
			err error
		}
		events := make(chan told, 16)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for ev, err := range numbers.Events(t.Context()) {
				events <- told{ev, err}
			}
		}()
		if e := <-events; e.err != nil || e.ev.Kind != cache.Created || e.ev.NewValue != 1 {
			t.Errorf("%+v", e)
		}
		if e := <-events; e.err != nil || e.ev.Kind != cache.Initialized {
			t.Errorf("%+v", e)
		}
		do.set("/n", "bad")
		if e := <-events; !errors.Is(e.err, strconv.ErrSyntax) || !strings.Contains(e.err.Error(), "/n") || e.ev.OldValue != 1 || e.ev.NewValue != 0 ||
			string(e.ev.New.Data()) != "bad" {
			t.Errorf("%+v", e)
		}
		if v, ok, err := numbers.Get("/n"); !ok || !errors.Is(err, strconv.ErrSyntax) || string(v.Data()) != "bad" || v.Value != 0 {
			t.Errorf("%+v, %v, %v", v, ok, err)
		}
		do.set("/n", "2")
		if e := <-events; !errors.Is(e.err, strconv.ErrSyntax) || e.ev.OldValue != 0 || e.ev.NewValue != 2 { // the old one cannot be decoded
			t.Errorf("%+v", e)
		}
		if v, ok, err := numbers.Get("/n"); !ok || err != nil || v.Value != 2 {
			t.Errorf("%+v, %v, %v", v, ok, err)
		}
		must(t, tree.Close(t.Context()))
		<-ended
	})
}
