package history

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"
)

// Log is what clients called and what they were answered. The zero Log is empty. It is safe for concurrent use.
//
// Calls are ordered by a counter and not by time, since much happens in one moment of virtual time.
type Log[In, Out any] struct {
	mu    sync.Mutex // guards what follows, and every Call
	now   int64
	calls []*Call[In, Out]
}

// Call is one call. One of End, Failed and Unknown says how it ended; without any it is unknown.
type Call[In, Out any] struct {
	log    *Log[In, Out]
	client int
	in     In
	answer answer[Out]
	begin  int64
	end    int64
	failed bool
}

type answer[Out any] struct {
	out   Out
	known bool
}

// Begin notes a call right before it is made. Clients are numbered from 0, for the reader.
func (l *Log[In, Out]) Begin(client int, in In) *Call[In, Out] {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now++
	c := &Call[In, Out]{log: l, client: client, in: in, begin: l.now, end: math.MaxInt64}
	l.calls = append(l.calls, c)
	return c
}

// End says that the call has taken effect, and what came out.
func (c *Call[In, Out]) End(out Out) {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	c.log.now++
	c.answer, c.end = answer[Out]{out, true}, c.log.now
}

// Failed says that the call has had no effect, and will have none.
func (c *Call[In, Out]) Failed() {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	c.failed = true
}

// Unknown says that the call may have taken effect, or may yet, or never.
func (c *Call[In, Out]) Unknown() {}

// Ended says that the call has taken effect, if that was known only afterwards: perhaps not before it returned.
func (c *Call[In, Out]) Ended(out Out) {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	c.answer = answer[Out]{out, true}
}

// Model is how the thing behaves when calls come one after another.
type Model[State comparable, In, Out any] struct {
	Init State
	// Step is the states that the thing can be in after a call, none if it cannot have been answered so. If the answer is not known, they are
	// those after any answer that the call can have.
	Step func(s State, in In, out Out, known bool) []State
}

// Check fails the test if the model does not explain the log.
func Check[State comparable, In, Out any](tb testing.TB, l *Log[In, Out], m Model[State, In, Out]) {
	tb.Helper()
	if ops := l.operations(); !explains(m, ops) {
		tb.Errorf("no order of these calls explains their answers:\n%s", render[In, Out](ops))
	}
}

// Len is how many calls have ended with an answer, and how many are unknown.
func (l *Log[In, Out]) Len() (known, unknown int) {
	for _, op := range l.operations() {
		if op.Output.(answer[Out]).known {
			known++
		} else {
			unknown++
		}
	}
	return known, unknown
}

func (l *Log[In, Out]) operations() []porcupine.Operation {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ops []porcupine.Operation
	for _, c := range l.calls {
		if !c.failed {
			ops = append(ops, porcupine.Operation{ClientId: c.client, Input: c.in, Call: c.begin, Output: c.answer, Return: c.end})
		}
	}
	return ops
}

func explains[State comparable, In, Out any](m Model[State, In, Out], ops []porcupine.Operation) bool {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{m.Init} },
		Step: func(state, input, output any) (next []any) {
			a := output.(answer[Out])
			for _, s := range m.Step(state.(State), input.(In), a.out, a.known) {
				next = append(next, s)
			}
			if !a.known { // it need not have taken effect
				next = append(next, state)
			}
			return next
		},
	}
	return porcupine.CheckOperations(model.ToModel(), ops)
}

// render is one line a call, in the order in which they began.
func render[In, Out any](ops []porcupine.Operation) string {
	slices.SortFunc(ops, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	var b strings.Builder
	for _, op := range ops {
		end, out := "?", "?"
		if op.Return != math.MaxInt64 {
			end = fmt.Sprint(op.Return)
		}
		if a := op.Output.(answer[Out]); a.known {
			out = fmt.Sprintf("%+v", a.out)
		}
		fmt.Fprintf(&b, "\tclient %d, %d to %s: %+v: %s\n", op.ClientId, op.Call, end, op.Input, out)
	}
	return b.String()
}
