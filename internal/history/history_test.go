package history

import "testing"

// what is a short log: each call's begin and end in one line.
type what struct {
	in  CounterCall
	out CounterAnswer
}

func add(before, after int64) what {
	return what{CounterCall{Verb: Add, Value: after - before}, CounterAnswer{Before: before, After: after}}
}

func get(v int64) what { return what{CounterCall{Verb: Get}, CounterAnswer{After: v}} }

func explained(l *Log[CounterCall, CounterAnswer]) bool { return explains(Counter(), l.operations()) }

func TestCounter(t *testing.T) {
	run := func(calls ...what) bool {
		var l Log[CounterCall, CounterAnswer]
		for _, c := range calls {
			l.Begin(0, c.in).End(c.out)
		}
		return explained(&l)
	}
	cas := func(expected, value int64, out CounterAnswer) what {
		return what{CounterCall{Verb: CompareAndSet, Expected: expected, Value: value}, out}
	}
	for name, tt := range map[string]struct {
		calls []what
		want  bool
	}{
		"one after another": {[]what{add(0, 1), get(1), add(1, 3), get(3)}, true},
		"a lost add":        {[]what{add(0, 1), add(1, 2), get(1)}, false},
		"a double add":      {[]what{add(0, 1), get(2)}, false},
		"read too early":    {[]what{get(1), add(0, 1)}, false},
		"swapped":           {[]what{cas(0, 5, CounterAnswer{Applied: true, After: 5}), cas(0, 6, CounterAnswer{Before: 5}), get(5)}, true},
		"swapped twice":     {[]what{cas(0, 5, CounterAnswer{Applied: true, After: 5}), cas(0, 6, CounterAnswer{Applied: true, After: 6})}, false},
		"not swapped":       {[]what{cas(0, 5, CounterAnswer{})}, false},
	} {
		if run(tt.calls...) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
	}
}

// Unknown calls explain what they may have done, once, and after they began.
func TestUnknown(t *testing.T) {
	for name, tt := range map[string]struct {
		reads []int64
		want  bool
	}{
		"it did not":        {[]int64{0, 0}, true},
		"it did":            {[]int64{1, 1}, true},
		"it did late":       {[]int64{0, 1}, true},
		"it was undone":     {[]int64{1, 0}, false},
		"it was done twice": {[]int64{1, 2}, false},
	} {
		var l Log[CounterCall, CounterAnswer]
		l.Begin(0, add(0, 1).in).Unknown()
		for _, v := range tt.reads {
			l.Begin(1, get(v).in).End(get(v).out)
		}
		if explained(&l) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
		if known, unknown := l.Len(); known != len(tt.reads) || unknown != 1 {
			t.Errorf("%s: %d known, %d unknown", name, known, unknown)
		}
	}
	var l Log[CounterCall, CounterAnswer]
	l.Begin(1, get(1).in).End(get(1).out)
	l.Begin(0, add(0, 1).in).Unknown()
	if explained(&l) {
		t.Error("read before it began")
	}
	var failed Log[CounterCall, CounterAnswer]
	failed.Begin(0, add(0, 1).in).Failed()
	failed.Begin(1, get(1).in).End(get(1).out)
	if explained(&failed) {
		t.Error("what failed had an effect")
	}
}

// What overlaps may have come in any order.
func TestOverlap(t *testing.T) {
	var l Log[CounterCall, CounterAnswer]
	one, two := l.Begin(0, add(0, 1).in), l.Begin(1, add(0, 1).in)
	one.End(add(1, 2).out)
	two.End(add(0, 1).out)
	if !explained(&l) {
		t.Error("the second may have been first")
	}
	one.Ended(add(0, 1).out)
	if explained(&l) {
		t.Error("both were first")
	}
}

func TestLockModels(t *testing.T) {
	type step struct {
		verb  LockVerb
		token int64 // the answer, or what is released
		to    int64 // of a downgrade
	}
	run := func(m func(ops *Log[LockCall, int64]) bool, steps []step) bool {
		var l Log[LockCall, int64]
		for _, s := range steps {
			switch s.verb {
			case Acquire, Read:
				l.Begin(0, LockCall{Verb: s.verb}).End(s.token)
			case Release, ReadRelease, Downgrade:
				l.Begin(0, LockCall{Verb: s.verb, Token: s.token}).End(s.to)
			}
		}
		return m(&l)
	}
	lock := func(l *Log[LockCall, int64]) bool { return explains(Lock(), l.operations()) }
	two := func(l *Log[LockCall, int64]) bool { return explains(Semaphore(2), l.operations()) }
	for name, tt := range map[string]struct {
		model func(*Log[LockCall, int64]) bool
		steps []step
		want  bool
	}{
		"handed on":             {lock, []step{{Acquire, 1, 0}, {Release, 1, 0}, {Acquire, 2, 0}}, true},
		"two holders":           {lock, []step{{Acquire, 1, 0}, {Acquire, 2, 0}}, false},
		"a token that shrinks":  {lock, []step{{Acquire, 2, 0}, {Release, 2, 0}, {Acquire, 1, 0}}, false},
		"another's release":     {lock, []step{{Acquire, 2, 0}, {Release, 1, 0}}, false},
		"readers":               {lock, []step{{Read, 2, 0}, {Read, 1, 0}, {ReadRelease, 1, 0}, {ReadRelease, 2, 0}, {Acquire, 3, 0}}, true},
		"a writer among them":   {lock, []step{{Read, 1, 0}, {Read, 2, 0}, {ReadRelease, 1, 0}, {Acquire, 3, 0}}, false},
		"a reader beside one":   {lock, []step{{Acquire, 1, 0}, {Read, 2, 0}}, false},
		"a writer's old token":  {lock, []step{{Read, 2, 0}, {ReadRelease, 2, 0}, {Acquire, 1, 0}}, false},
		"downgraded":            {lock, []step{{Acquire, 1, 0}, {Downgrade, 1, 1}, {Read, 3, 0}, {ReadRelease, 1, 0}, {ReadRelease, 3, 0}}, true},
		"queued before it":      {lock, []step{{Acquire, 1, 0}, {Downgrade, 1, 1}, {ReadRelease, 1, 0}, {Acquire, 2, 0}}, true},
		"a new token":           {lock, []step{{Acquire, 1, 0}, {Downgrade, 1, 3}}, false},
		"downgraded, a writer":  {lock, []step{{Acquire, 1, 0}, {Downgrade, 1, 1}, {Acquire, 3, 0}}, false},
		"two of two":            {two, []step{{Acquire, 1, 0}, {Acquire, 2, 0}, {Release, 2, 0}, {Acquire, 3, 0}}, true},
		"three of two":          {two, []step{{Acquire, 1, 0}, {Acquire, 2, 0}, {Acquire, 3, 0}}, false},
		"an old lease":          {two, []step{{Acquire, 2, 0}, {Acquire, 1, 0}}, false},
		"given back, not taken": {two, []step{{Release, 2, 0}}, false},
	} {
		if run(tt.model, tt.steps) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
	}
}

func TestFence(t *testing.T) {
	for name, tt := range map[string]struct {
		tokens []int64
		want   bool
	}{
		"in order":    {[]int64{1, 1, 3, 4, 4}, true},
		"a late one":  {[]int64{1, 3, 2}, false},
		"again later": {[]int64{1, 2, 1}, false},
	} {
		var l Log[FenceCall, struct{}]
		for _, token := range tt.tokens {
			l.Begin(0, FenceCall{token}).End(struct{}{})
		}
		if explains(Fence(), l.operations()) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
	}
}
