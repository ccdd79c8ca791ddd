package benchrecipes

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"
)

// closeTimeout is for ending what was connected.
const closeTimeout = 5 * time.Second

// closeWithin ends something before its client, after the end of ctx, too. That it was not confirmed harms nobody: the session ends next.
func closeWithin(ctx context.Context, end func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = end(ctx)
}

// local is a side in this process.
type local struct {
	title   string
	recipes map[string]recipe
	setup   *setup
}

// errUsedUp is what a cycle ends with that needs what prepare makes, when all of that is used up.
var errUsedUp = errors.New("no more was prepared")

// recipe makes a setup.
type recipe func(ctx context.Context, contenders int, addr, path string) (*setup, error)

// setup is a recipe that some contenders share.
type setup struct {
	contenders int
	prepare    func(ctx context.Context, cycles int) error // nil if cycles use up nothing
	cycle      func(ctx context.Context, contender int) error
	// alone is instead of cycle, where one thing happens after the other, whoever does it.
	alone func(ctx context.Context) error
	// spent, if not nil, is what cycles add the time to that is asked for; it is their whole time otherwise.
	spent *time.Duration
	// abort, if not nil, makes cycles fail that do not heed their context.
	abort func()
	close []func() // in reverse
}

func newLocal(name string, recipes map[string]recipe) *local {
	return &local{title: name, recipes: recipes}
}

func (l *local) name() string { return l.title }

func (l *local) has(recipe string) bool { return l.recipes[recipe] != nil }

func (l *local) open(ctx context.Context, recipe string, contenders int, addr, path string) (err error) {
	l.setup, err = l.recipes[recipe](ctx, contenders, addr, path)
	return err
}

func (l *local) prepare(ctx context.Context, cycles int) error {
	if l.setup.prepare == nil {
		return nil
	}
	return l.setup.prepare(ctx, cycles)
}

func (l *local) run(ctx context.Context, cycles int, within time.Duration) (lap, error) {
	s := l.setup
	callers, cycle := s.contenders, s.cycle
	if s.alone != nil {
		callers, cycle = 1, func(ctx context.Context, _ int) error { return s.alone(ctx) }
	}
	ctx, cancel := context.WithCancelCause(ctx) // one that fails keeps no other waiting
	defer cancel(nil)
	var all sync.WaitGroup
	done := make([]int64, callers)
	if s.spent != nil {
		*s.spent = 0
	}
	if s.abort != nil {
		defer context.AfterFunc(ctx, s.abort)()
	}
	start := time.Now()
	for i := range callers {
		all.Go(func() {
			for n := 0; n < cycles && (within == 0 || time.Since(start) < within); n++ {
				if err := cycle(ctx, i); err != nil {
					cancel(err)
					return
				}
				done[i]++
			}
		})
	}
	all.Wait()
	out := lap{took: time.Since(start)}
	if s.spent != nil {
		out.took = *s.spent
	}
	for _, n := range done {
		out.cycles += n
	}
	return out, context.Cause(ctx)
}

func (*local) heap(context.Context) (int64, error) {
	var m runtime.MemStats
	for range 2 { // what has a finalizer needs two
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), nil
}

func (l *local) close(context.Context) {
	if l.setup == nil {
		return
	}
	for len(l.setup.close) > 0 {
		last := len(l.setup.close) - 1
		f := l.setup.close[last]
		l.setup.close = l.setup.close[:last]
		f()
	}
	l.setup = nil
}

func (l *local) end() { l.close(context.Background()) }
