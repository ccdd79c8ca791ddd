package fault_test

import (
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
)

func TestRules(t *testing.T) {
	reply := fault.Frame{Host: "app", Session: 5, Reply: true, Op: "create", Path: "/a"}
	request := fault.Frame{Host: "app", Op: "create", Path: "/a"}
	event := fault.Frame{Host: "app", Reply: true, Notification: true, Op: "notification", Path: "/a"}
	for _, c := range []struct {
		match fault.Match
		text  string
		is    []bool // of reply, request, event
	}{
		{fault.Match{}, "any frame", []bool{true, true, true}},
		{fault.Reply("create"), "reply create", []bool{true, false, false}},
		{fault.Reply(""), "reply", []bool{true, false, false}},
		{fault.Reply("delete"), "reply delete", []bool{false, false, false}},
		{fault.Request("create").Path("/a").Host("app"), "request create /a host app", []bool{false, true, false}},
		{fault.Request("").Path("/b"), "request /b", []bool{false, false, false}},
		{fault.Notification().Path("/a"), "notification /a", []bool{false, false, true}},
		{fault.Match{}.Session(5), "session 0x5", []bool{true, false, false}},
	} {
		if got := c.match.String(); got != c.text {
			t.Errorf("text %q, want %q", got, c.text)
		}
		for i, f := range []fault.Frame{reply, request, event} {
			if got := c.match.Matches(f); got != c.is[i] {
				t.Errorf("%s of %s: %v", c.match, f, got)
			}
		}
	}

	// Narrowing a match leaves the wider one alone.
	wide := fault.Reply("create").Path("/a")
	one, two := wide.Host("one"), wide.Host("two")
	if one.String() == two.String() || !wide.Matches(reply) || one.Matches(reply) {
		t.Errorf("%s, %s and %s are entangled", wide, one, two)
	}

	for _, c := range []struct {
		rule *fault.Rule
		text string
		want []fault.Action // for three frames that match
	}{
		{fault.Once(wide, fault.Cut), "cut: reply create /a (frame 1)", []fault.Action{fault.Cut, fault.Pass, fault.Pass}},
		{fault.Nth(2, wide, fault.Drop), "drop: reply create /a (frame 2)", []fault.Action{fault.Pass, fault.Drop, fault.Pass}},
		{
			fault.Always(wide, fault.Delay(time.Second)), "delay 1s: reply create /a (every one)",
			[]fault.Action{fault.Delay(time.Second), fault.Delay(time.Second), fault.Delay(time.Second)},
		},
	} {
		if got := c.rule.String(); got != c.text {
			t.Errorf("text %q, want %q", got, c.text)
		}
		fired := 0
		for i, want := range c.want {
			if got := c.rule.Apply(request); got != fault.Pass {
				t.Errorf("%s on a frame that does not match: %s", c.rule, got)
			}
			if got := c.rule.Apply(reply); got != want {
				t.Errorf("%s on frame %d: %s, want %s", c.rule, i+1, got, want)
			}
			if want != fault.Pass {
				fired++
			}
		}
		if c.rule.Fired() != fired {
			t.Errorf("%s fired %d times, want %d", c.rule, c.rule.Fired(), fired)
		}
	}
	for a, want := range map[fault.Action]string{
		fault.Pass: "pass", fault.CutAfter: "cut after", fault.Delay(-1): "pass", fault.Action(-9): "action -9",
	} {
		if a.String() != want {
			t.Errorf("%q, want %q", a, want)
		}
	}
}
