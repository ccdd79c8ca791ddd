package history

// LockCall is a call of a lock, or the end of a hold. Acquiring is answered with the fencing token; what failed to acquire is Failed. A hold ends
// with its Release, which begins when the holder stops to rely on it: when it unlocks, or hears that the hold is lost.
type LockCall struct {
	Verb  LockVerb
	Token int64 // of what is released or downgraded
}

// LockVerb is what is called.
type LockVerb string

// The calls. Read and ReadRelease are an RW lock's, as is Downgrade, which is answered with the read hold's token.
const (
	Acquire     LockVerb = "acquire"
	Release     LockVerb = "release"
	Read        LockVerb = "read"
	ReadRelease LockVerb = "release read"
	Downgrade   LockVerb = "downgrade"
)

// LockState is what holds a lock.
type LockState struct {
	Writer  int64 // its token, 0 for none
	Readers int
	Last    int64 // the largest token of a writer so far
	Newest  int64 // the largest of all
}

// Lock is a mutex, or an RW lock: one writer and no reader, or any number of readers, and every writer's token is larger than all before it, every
// reader's larger than the last writer's. What a writer is downgraded to keeps its token, as it keeps its place.
func Lock() Model[LockState, LockCall, int64] {
	return Model[LockState, LockCall, int64]{Step: func(s LockState, in LockCall, token int64, known bool) []LockState {
		switch in.Verb {
		case Acquire:
			if !known || s.Writer != 0 || s.Readers != 0 || token <= s.Newest {
				return nil
			}
			s.Writer, s.Last, s.Newest = token, token, token
		case Read:
			if !known || s.Writer != 0 || token <= s.Last {
				return nil
			}
			s.Readers++
			s.Newest = max(s.Newest, token)
		case Downgrade:
			if !known || s.Writer != in.Token || token != s.Writer {
				return nil
			}
			s.Writer = 0
			s.Readers++
		case Release:
			if s.Writer != in.Token {
				return nil
			}
			s.Writer = 0
		case ReadRelease:
			if s.Readers == 0 {
				return nil
			}
			s.Readers--
		}
		return []LockState{s}
	}}
}

// LeaseState is what is out of a semaphore.
type LeaseState struct {
	Out    int
	Newest int64
}

// Semaphore is a number of leases: never more are out, and each one's token is larger than those before.
func Semaphore(leases int) Model[LeaseState, LockCall, int64] {
	return Model[LeaseState, LockCall, int64]{Step: func(s LeaseState, in LockCall, token int64, known bool) []LeaseState {
		switch in.Verb {
		case Acquire:
			if !known || s.Out == leases || token <= s.Newest {
				return nil
			}
			s.Out++
			s.Newest = token
		case Release:
			if s.Out == 0 {
				return nil
			}
			s.Out--
		case Read, ReadRelease, Downgrade:
			return nil
		}
		return []LeaseState{s}
	}}
}

// FenceCall is a write under a fencing token. One that was refused is Failed.
type FenceCall struct {
	Token int64
}

// Fence is what tokens are for: no write has a smaller one than a write before it.
func Fence() Model[int64, FenceCall, struct{}] {
	return Model[int64, FenceCall, struct{}]{Step: func(s int64, in FenceCall, _ struct{}, _ bool) []int64 {
		if in.Token < s {
			return nil
		}
		return []int64{in.Token}
	}}
}

// CounterCall is a call of a number.
type CounterCall struct {
	Verb     CounterVerb
	Expected int64 // of a CompareAndSet
	Value    int64 // the delta of an Add, or what to set
}

// CounterVerb is what is called.
type CounterVerb string

// The calls.
const (
	Add           CounterVerb = "add"
	Get           CounterVerb = "get"
	CompareAndSet CounterVerb = "compare and set"
	Set           CounterVerb = "set"
)

// CounterAnswer is what came out: the number before and after, and whether a CompareAndSet took place. Get has it in After.
type CounterAnswer struct {
	Applied       bool
	Before, After int64
}

// Counter is a number that begins with 0.
func Counter() Model[int64, CounterCall, CounterAnswer] {
	return Model[int64, CounterCall, CounterAnswer]{Step: func(s int64, in CounterCall, out CounterAnswer, known bool) []int64 {
		next, ok := s, true
		switch in.Verb {
		case Add:
			next = s + in.Value
			ok = out.Before == s && out.After == next
		case Get:
			ok = out.After == s
		case CompareAndSet:
			applies := s == in.Expected
			if applies {
				next = in.Value
			}
			ok = out.Applied == applies && (!applies || out.After == next)
		case Set:
			next = in.Value
		}
		if known && !ok {
			return nil
		}
		return []int64{next}
	}}
}
