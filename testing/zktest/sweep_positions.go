package zktest

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// count is what became of one fault.
type count struct {
	fault    Fault
	reached  int  // positions
	did      int  // of those, where there was something for it to be done to
	filtered bool // some runs were left out by the flag -run, or by -failfast
}

func (c count) String() string {
	text := fmt.Sprintf("%s: %d", c.fault.Name, c.reached)
	if c.did != c.reached {
		text += fmt.Sprintf(" (%d with effect)", c.did)
	}
	return text
}

// outcome is what became of one run.
type outcome int

const (
	notRun   outcome = iota // the flag -run, or -failfast, has left it out, or there was one before that was missed
	missed                  // it was over before its message came
	idle                    // the fault had nothing to be done to
	effected                // it had
)

// fault runs the scenario with one fault at each position in turn, with several workers at several at a time. The first that is missed is the end; what
// was run behind it does not count.
func (w *sweep) fault(t *testing.T, c *count) {
	t.Helper()
	runs := make([]outcome, w.options.positions)
	var next atomic.Int64
	var over atomic.Bool
	var workers sync.WaitGroup
	for range w.options.workers {
		workers.Go(func() {
			for !over.Load() {
				n := int(next.Add(1))
				if n > len(runs) {
					return
				}
				runs[n-1] = w.position(t, c.fault, n)
				if runs[n-1] == missed {
					over.Store(true)
				}
			}
		})
	}
	workers.Wait()
	for _, run := range runs {
		switch run {
		case notRun:
			c.filtered = true
		case missed:
			if c.reached == 0 && !c.filtered && c.fault.At != AtEvent && !t.Failed() {
				w.errorf(t, "zktest: no message of host %q met %q", AppHost, c.fault.Name)
			}
			return
		case effected:
			c.did++
			c.reached++
		case idle:
			c.reached++
		}
	}
	if !c.filtered {
		w.errorf(t, "zktest: there are more than %d positions for %q: does the scenario end? See WithPositions", len(runs), c.fault.Name)
	}
}

// position is one run, in a World of its own.
func (w *sweep) position(t *testing.T, f Fault, n int) outcome {
	t.Helper()
	var s *Swept
	t.Run(strconv.Itoa(n), func(t *testing.T) {
		Virtual(t, func(t *testing.T, world *World) {
			s = &Swept{World: world, Fault: f, Position: n, sweep: w}
			s.run(t)
		}, w.options.world...)
	})
	switch {
	case s == nil:
		return notRun
	case !s.Hit():
		return missed
	case s.effect():
		return effected
	}
	return idle
}

// sweeps are those that run, and gc is the collector's setting before the first of them.
var sweeps struct {
	sync.Mutex
	n  int
	gc int
}

// lax makes the garbage collector run less often until the function that it returns is called.
func lax() func() {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	sweeps.Lock()
	defer sweeps.Unlock()
	if sweeps.n++; sweeps.n == 1 {
		sweeps.gc = debug.SetGCPercent(400)
	}
	return func() {
		sweeps.Lock()
		defer sweeps.Unlock()
		if sweeps.n--; sweeps.n == 0 {
			debug.SetGCPercent(sweeps.gc)
		}
	}
}
