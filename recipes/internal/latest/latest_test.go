package latest_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/zookit-go/zookit/recipes/internal/latest"
)

// left is what a closed channel still holds.
func left(ch <-chan int) (got []int) {
	for n := range ch {
		got = append(got, n)
	}
	return got
}

// Who is slow gets the newest, and not what was between.
func TestNewest(t *testing.T) {
	var l latest.Latest[int]
	slow, quick := l.Listen(t.Context()), l.Listen(t.Context())
	if n := <-quick; n != 0 {
		t.Errorf("at first %d", n)
	}
	for want := 1; want < 4; want++ {
		l.Set(want)
		if n := <-quick; n != want || l.Get() != want {
			t.Errorf("told %d, is %d, want %d", n, l.Get(), want)
		}
	}
	late := l.Listen(t.Context())
	l.Stop()
	for who, ch := range map[string]<-chan int{"slow": slow, "late": late} {
		if got := left(ch); !slices.Equal(got, []int{3}) {
			t.Errorf("%s got %v", who, got)
		}
	}
	if got := left(quick); got != nil {
		t.Errorf("again: %v", got)
	}
}

// Behind Stop there is nothing; behind Finish there is the last, for everybody and as often as asked.
func TestEnds(t *testing.T) {
	var stopped, finished latest.Latest[int]
	stopped.Set(1)
	stopped.Stop()
	stopped.Stop()
	stopped.Finish(3)
	if got := left(stopped.Listen(t.Context())); got != nil {
		t.Errorf("behind Stop: %v", got)
	}
	before := finished.Listen(t.Context())
	finished.Set(1)
	finished.Finish(2)
	finished.Set(3)
	finished.Finish(4)
	finished.Stop()
	for _, ch := range []<-chan int{before, finished.Listen(t.Context()), finished.Listen(t.Context())} {
		if got := left(ch); !slices.Equal(got, []int{2}) {
			t.Errorf("behind Finish: %v", got)
		}
	}
}

// A context ends its own channel and no other, and what has ended may be told and stopped further.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l latest.Latest[int]
		ctx, cancel := context.WithCancel(t.Context())
		one, two := l.Listen(ctx), l.Listen(t.Context())
		cancel()
		synctest.Wait()
		l.Set(1)
		if got := left(one); !slices.Equal(got, []int{0}) {
			t.Errorf("got %v", got)
		}
		if n := <-two; n != 1 {
			t.Errorf("the other got %d", n)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		ended := l.Listen(gone)
		synctest.Wait()
		if got := left(ended); !slices.Equal(got, []int{1}) {
			t.Errorf("with an ended context: %v", got)
		}
		l.Stop()
	})
}

// All of it at once, for the race detector: every channel is closed once, and nobody waits for anybody.
func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l latest.Latest[int]
		var all sync.WaitGroup
		for i := range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			ch := l.Listen(ctx)
			all.Go(cancel)
			all.Go(func() { l.Set(i) })
			all.Go(func() { left(ch) })
		}
		all.Go(func() { l.Finish(100) })
		all.Wait()
		if got := l.Get(); got != 100 {
			t.Errorf("behind the end it is %d", got)
		}
	})
}
