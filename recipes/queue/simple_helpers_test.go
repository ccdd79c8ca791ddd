package queue_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	simplePath     = "/queues/simple"
	simpleReceipts = "/receipts"
)

func simpleMust(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func simple(tb testing.TB, c *client.Client, opts ...queue.SimpleOption) *queue.Simple {
	tb.Helper()
	q, err := queue.NewSimple(c, simplePath, opts...)
	simpleMust(tb, err)
	return q
}

func simpleOffer(tb testing.TB, q *queue.Simple, items ...string) {
	tb.Helper()
	for _, item := range items {
		_, err := q.Offer(tb.Context(), []byte(item))
		simpleMust(tb, err)
	}
}

// simplePoll polls one item that must be this one; "" stands for none.
func simplePoll(tb testing.TB, q *queue.Simple, want string) {
	tb.Helper()
	item, ok, err := q.Poll(tb.Context())
	if err != nil || string(item) != want || ok != (want != "") {
		tb.Fatalf("polled %q %v, %v; want %q", item, ok, err, want)
	}
}

// simpleTaking takes in the background.
func simpleTaking(ctx context.Context, q *queue.Simple) <-chan string {
	got := make(chan string, 1)
	go func() {
		item, err := q.Take(ctx)
		if err != nil {
			got <- "failed: " + err.Error()
			return
		}
		got <- string(item)
	}()
	return got
}

// simpleLeft is what is left under a folder.
func simpleLeft(tb testing.TB, c *client.Client, folder string) []string {
	tb.Helper()
	names, _, err := c.Children(folder).Do(tb.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	simpleMust(tb, err)
	return names
}

// simpleRequests counts what clients asked for, pings apart.
func simpleRequests(w *zktest.World) int64 {
	var n int64
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}

func simpleNames(from, to int) []string {
	names := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprint("item ", i))
	}
	return names
}
