package fault

import (
	"fmt"
	"strings"
	"sync/atomic"
)

// Match is a condition on a frame that can be printed. The zero Match is true of every frame.
type Match struct {
	parts []string
	is    func(Frame) bool
}

// Request matches requests with that operation, such as "create" or "connect"; "" is any.
func Request(op string) Match {
	return Match{}.When(label("request", op), func(f Frame) bool { return !f.Reply && (op == "" || f.Op == op) })
}

// Reply matches replies to that operation, also failed ones; "" is any. Notifications are no replies.
func Reply(op string) Match {
	return Match{}.When(label("reply", op), func(f Frame) bool {
		return f.Reply && !f.Notification && (op == "" || f.Op == op)
	})
}

// Notification matches what tells a client that a watch has fired.
func Notification() Match {
	return Match{}.When("notification", func(f Frame) bool { return f.Notification })
}

// Path narrows the match to frames about one path.
func (m Match) Path(path string) Match {
	return m.When(path, func(f Frame) bool { return f.Path == path })
}

// Host narrows the match to the connections of one client host.
func (m Match) Host(name string) Match {
	return m.When("host "+name, func(f Frame) bool { return f.Host == name })
}

// Session narrows the match to the connections of one session.
func (m Match) Session(id int64) Match {
	return m.When(fmt.Sprintf("session 0x%x", id), func(f Frame) bool { return f.Session == id })
}

// When narrows the match by any condition; text says it in a few words.
func (m Match) When(text string, is func(Frame) bool) Match {
	also := Match{is: is}
	if m.is != nil {
		also.is = func(f Frame) bool { return m.is(f) && is(f) }
	}
	also.parts = append(append(also.parts, m.parts...), text)
	return also
}

// Matches tells whether the match is true of a frame.
func (m Match) Matches(f Frame) bool { return m.is == nil || m.is(f) }

// String says what is matched, such as "reply create /a".
func (m Match) String() string {
	if m.is == nil {
		return "any frame"
	}
	return strings.Join(m.parts, " ")
}

func label(kind, op string) string {
	if op == "" {
		return kind
	}
	return kind + " " + op
}

// Rule is a fault with a condition: it acts on the frames that match, on one of them or on all. Give it to
// Network.Inject, or its Apply to Network.Intercept.
type Rule struct {
	match  Match
	action Action
	nth    int64 // 0 is all
	seen   atomic.Int64
	fired  atomic.Int64
}

// Once makes a rule for the first frame that matches.
func Once(m Match, a Action) *Rule { return Nth(1, m, a) }

// Nth makes a rule for the nth frame that matches, counted from 1 and over all connections.
func Nth(n int, m Match, a Action) *Rule { return &Rule{match: m, action: a, nth: int64(n)} }

// Always makes a rule for every frame that matches.
func Always(m Match, a Action) *Rule { return &Rule{match: m, action: a} }

// Apply counts the frame if it matches and returns what is to become of it.
func (r *Rule) Apply(f Frame) Action {
	if !r.match.Matches(f) {
		return Pass
	}
	if seen := r.seen.Add(1); r.nth != 0 && seen != r.nth {
		return Pass
	}
	r.fired.Add(1)
	return r.action
}

// Fired is how many frames the rule has acted on, so that a test can tell that its fault took place.
func (r *Rule) Fired() int { return int(r.fired.Load()) }

// String says what the rule does, such as "cut: reply create /a (frame 1)".
func (r *Rule) String() string {
	if r.nth == 0 {
		return fmt.Sprintf("%s: %s (every one)", r.action, r.match)
	}
	return fmt.Sprintf("%s: %s (frame %d)", r.action, r.match, r.nth)
}

// Inject intercepts frames with rules. remove ends them.
func (n *Network) Inject(rules ...*Rule) (remove func()) {
	removes := make([]func(), len(rules))
	for i, r := range rules {
		removes[i] = n.Intercept(r.Apply)
	}
	return func() {
		for _, remove := range removes {
			remove()
		}
	}
}
