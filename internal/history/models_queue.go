package history

import "strings"

// QueueCall is a call of a queue, of one item.
type QueueCall struct {
	Verb QueueVerb
	Item string // to put: its own, and without a comma
}

// QueueVerb is what is called.
type QueueVerb string

// The calls.
const (
	Put  QueueVerb = "put"
	Poll QueueVerb = "poll"
	Peek QueueVerb = "peek"
)

// QueueAnswer is what a Poll or a Peek found; a Put has the zero one.
type QueueAnswer struct {
	Found bool
	Item  string
}

// Queue is a first-in-first-out queue that begins empty. Its state is the items, each with a comma behind it.
func Queue() Model[string, QueueCall, QueueAnswer] {
	return Model[string, QueueCall, QueueAnswer]{Step: func(s string, in QueueCall, out QueueAnswer, known bool) []string {
		first, rest, found := strings.Cut(s, ",")
		next, ok := s, out == QueueAnswer{found, first}
		switch in.Verb {
		case Put:
			next, ok = s+in.Item+",", true
		case Poll:
			next = rest
		case Peek:
		}
		if known && !ok {
			return nil
		}
		return []string{next}
	}}
}
