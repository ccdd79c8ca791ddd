package history

import "testing"

func TestQueue(t *testing.T) {
	type step struct {
		in  QueueCall
		out QueueAnswer
	}
	put := func(item string) step { return step{in: QueueCall{Verb: Put, Item: item}} }
	poll := func(item string) step { return step{QueueCall{Verb: Poll}, QueueAnswer{item != "", item}} }
	peek := func(item string) step { return step{QueueCall{Verb: Peek}, QueueAnswer{item != "", item}} }
	for name, tt := range map[string]struct {
		steps   []step
		unknown int // which of them, from 1
		want    bool
	}{
		"in order":          {[]step{poll(""), put("a"), put("b"), peek("a"), poll("a"), poll("b"), peek(""), poll("")}, 0, true},
		"out of order":      {[]step{put("a"), put("b"), poll("b")}, 0, false},
		"lost":              {[]step{put("a"), poll("")}, 0, false},
		"twice":             {[]step{put("a"), poll("a"), poll("a")}, 0, false},
		"never put":         {[]step{put("a"), poll("b")}, 0, false},
		"peeked and stayed": {[]step{put("a"), peek("a"), peek("a"), poll("a")}, 0, true},
		"perhaps put":       {[]step{put("a"), poll("")}, 1, true},
		"perhaps polled":    {[]step{put("a"), poll("a"), poll("")}, 2, true},
		"or not":            {[]step{put("a"), poll("a"), poll("a")}, 2, true},
		"more than that":    {[]step{put("a"), put("b"), poll("a"), poll("")}, 3, false},
	} {
		var l Log[QueueCall, QueueAnswer]
		for i, s := range tt.steps {
			call := l.Begin(0, s.in)
			if i+1 == tt.unknown {
				call.Unknown()
				continue
			}
			call.End(s.out)
		}
		if explains(Queue(), l.operations()) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
	}
}
