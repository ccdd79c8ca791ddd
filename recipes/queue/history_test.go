package queue_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

// queueCall is a put of a value; the Done of an item, after which nobody may have it again; or a look that finds the queue empty.
type queueCall struct {
	verb  string
	value string
}

// queueModel is a set of values: one that was put comes out once, and all have come out when the queue is empty. Its state is the values in it.
func queueModel() history.Model[string, queueCall, bool] {
	return history.Model[string, queueCall, bool]{Step: func(s string, in queueCall, _, _ bool) []string {
		value := in.value + ";"
		there := strings.Contains(";"+s, ";"+value)
		switch {
		case in.verb == "put" && !there:
			values := append(strings.SplitAfter(s, ";"), value)
			slices.Sort(values)
			return []string{strings.Join(values, "")}
		case in.verb == "done" && there:
			return []string{strings.TrimPrefix(strings.Replace(";"+s, ";"+value, ";", 1), ";")}
		case in.verb == "empty" && s == "":
			return []string{s}
		}
		return nil // put twice, done twice, done and never put, or lost
	}}
}

// The model finds out what it is for.
func TestQueueModel(t *testing.T) {
	for history, want := range map[string]bool{
		"put a, put b, done b, done a, empty": true, "put a, put a": false, "put a, done a, done a": false, "done a": false, "put a, empty": false,
		"put ab, done b": false, "put a, done a, empty, put b, done b, empty": true,
	} {
		states := []string{""}
		for call := range strings.SplitSeq(history, ", ") {
			verb, value, _ := strings.Cut(call, " ")
			if len(states) > 0 {
				states = queueModel().Step(states[0], queueCall{verb, value}, true, true)
			}
		}
		if ok := len(states) > 0; ok != want {
			t.Errorf("%s: %v", history, ok)
		}
	}
}

// Random faults, two producers and two consumers with a lock path: every value that was put is done, once, and nothing else.
func TestHistory(t *testing.T) {
	history.Seeds(t, 20, func(t *testing.T, r *rand.Rand) {
		var log history.Log[queueCall, bool]
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			hosts := []string{"a", "b", "c", "d"}
			watcher := fifo(t, w.Connect(t, "watcher", client.WithRetry(client.RetryForever(time.Second))), safely)
			chaos := history.Begin(t, w, r, history.Faults{Hosts: hosts, Every: 2 * time.Second, Robs: true})
			var producers, consumers sync.WaitGroup
			for i, host := range hosts[:2] {
				q := fifo(t, w.Connect(t, host), safely)
				producers.Go(func() {
					for n := range 12 {
						produce(t, q, &log, i, fmt.Sprint(host, n))
						time.Sleep(time.Duration(n) * 200 * time.Millisecond)
					}
				})
			}
			ctx, cancel := context.WithCancel(t.Context())
			for i, host := range hosts[2:] {
				q := fifo(t, w.Connect(t, host), safely)
				consumers.Go(func() { finish(ctx, t, q, &log, 2+i) })
			}
			producers.Wait()
			chaos.End()
			for n := 1; n > 0; time.Sleep(time.Second) {
				var err error
				n, err = watcher.Len(t.Context())
				must(t, err)
			}
			time.Sleep(settled)
			cancel()
			consumers.Wait()
			empty(t, w.Connect(t, "later"), path, locks)
			log.Begin(0, queueCall{verb: "empty"}).End(true)
		})
		history.Check(t, &log, queueModel())
		known, unknown := log.Len()
		t.Logf("%d calls, %d of them unknown", known+unknown, unknown)
	})
}

func produce(t *testing.T, q *queue.FIFO[string], log *history.Log[queueCall, bool], who int, value string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	call := log.Begin(who, queueCall{"put", value})
	_, err := q.Put(ctx, value)
	switch {
	case err == nil:
		call.End(true)
	case client.MayHaveApplied(err):
		call.Unknown()
	default:
		call.Failed()
	}
}

func finish(ctx context.Context, t *testing.T, q *queue.FIFO[string], log *history.Log[queueCall, bool], who int) {
	t.Helper()
	for ctx.Err() == nil {
		it, err := q.Take(ctx)
		if err != nil {
			continue // the client's retry policy paces
		}
		time.Sleep(300 * time.Millisecond)
		call := log.Begin(who, queueCall{"done", it.Value()})
		err = it.Done(context.WithoutCancel(ctx))
		switch {
		case err == nil:
			call.End(true)
		case client.MayHaveApplied(err):
			call.Unknown()
		case errors.Is(err, queue.ErrNotHeld):
			call.Failed()
		default:
			t.Error(err)
		}
	}
}
