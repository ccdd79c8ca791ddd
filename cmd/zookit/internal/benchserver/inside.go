package benchserver

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/zktest"
)

// fifth of what Curator's TestingServer takes once its classes are loaded: 10.6 ms, measured on two cores with JDK 17.
const fifth = 10.6 / 5

// insides prints how long a test waits for a server of its own.
func (b *bench) insides(ctx context.Context) error {
	if !b.only.MatchString("inside") {
		return nil
	}
	var took []float64
	for range 4*b.Rounds + 1 {
		d, err := insideOnce(ctx)
		if err != nil {
			return err
		}
		took = append(took, millis(d))
	}
	s := spreadOf(took[1:]) // the first fills caches
	b.printf("\nInside a process, from zktest.Start to the reply to the first create: %s ms; aim < %.1f %s\n", s, fifth, atMost(s.median, fifth))
	return nil
}

func insideOnce(ctx context.Context) (took time.Duration, err error) {
	t := &standIn{ctx: ctx}
	defer func() {
		t.end()
		if p := recover(); p != nil {
			if _, fatal := p.(fatal); !fatal {
				panic(p)
			}
		}
		err = t.err
	}()
	began := time.Now()
	c := zktest.Connect(t, zktest.Start(t))
	if _, err := c.Create("/first").Do(ctx); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

// standIn is a test without a go test around it, as far as zktest asks for one.
type standIn struct {
	testing.TB // nil: what is not below is not asked for
	ctx        context.Context
	after      []func()
	err        error
}

type fatal struct{}

func (*standIn) Helper()                    {}
func (t *standIn) Context() context.Context { return t.ctx }
func (t *standIn) Cleanup(f func())         { t.after = append(t.after, f) }
func (*standIn) Output() io.Writer          { return io.Discard }
func (*standIn) Logf(string, ...any)        {}

func (t *standIn) Errorf(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

func (t *standIn) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	panic(fatal{})
}

func (t *standIn) end() {
	for len(t.after) > 0 {
		last := len(t.after) - 1
		f := t.after[last]
		t.after = t.after[:last]
		f()
	}
}
