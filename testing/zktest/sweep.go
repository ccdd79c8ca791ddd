package zktest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// runLimit is how much virtual time a run of a sweep may take. A scenario that waits for ever, while its clients' heartbeats go on, would
// otherwise end with the test's own timeout, and nobody would know which fault it was.
const runLimit = 2 * time.Hour

// Sweep runs a scenario again and again, each time with one fault at one message, until every fault of the list has been at every
// message: what is wrong with code in the one moment that no other test comes to.
//
//	func TestJob(t *testing.T) {
//		zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
//			app := s.Client(t)             // on the swept host: its messages meet the fault
//			other := s.Connect(t, "other") // meets none
//			job, err := Claim(app, "/jobs/1")
//			... // what must hold whatever happens, see Swept
//		}, zktest.WithFolders("/jobs"), zktest.LeavesNothing(8*time.Second))
//	}
//
// The messages are the requests of the swept host, AppHost, the replies to them, and the notifications that it gets, of all its
// connections; by whichever client, since the network sees the protocol alone. Handshakes and pings do not count, see WithFrames. Code that
// has no *client.Client dials with s.App().Dial.
//
// The faults are those of Faults, unless options say otherwise. For each of them the first run has it at the first message, the next at the
// second, and so on; a run that ends before its message is reached is the last. Every run is a subtest named after its fault and its
// position, in a World of its own, and what is random in the code apart, it can be repeated alone:
//
//	go test -run 'TestJob/reply_cut/^7$'
//
// A scenario must end whatever the fault is, and within two hours of virtual time: what goes on for longer panics, with every
// goroutine's stack. A dropped message is noticed by a client that times its requests, as this module's does, after seconds; zk.Conn does not,
// and waits for ever, so sweep code on a bare zk.Conn with OnlyFaults or WithoutFaults(zktest.ReplyDropped, zktest.RequestDropped).
//
// After each run, when what the scenario and the fault have begun is over, Sweep checks what LeavesNothing asks for; and after the
// scenario's cleanups that no session is kept alive by a client that nobody has closed. Sweep fails if a fault had no position at all: then nothing was
// tested with it, be it that the scenario never got so far or that its client is on another host. Faults at notifications are an
// exception, since not everybody has watches. It logs how many positions each fault had.
//
// The runs come one after another, or with InParallel on all cores. A run takes a few milliseconds, and a scenario of 20 messages has some 250 of them. While
// a Sweep runs, the garbage collector lets the heap grow to five times what is alive, unless GOGC says something: every connection of zk.Conn's
// allocates 3 MiB, and half of the time would go there.
func Sweep(t *testing.T, scenario func(t *testing.T, s *Swept), opts ...SweepOption) {
	t.Helper()
	w := sweep{scenario: scenario, errorf: func(tb testing.TB, format string, args ...any) {
		tb.Helper()
		tb.Errorf(format, args...)
	}}
	w.run(t, opts)
}

// sweep is what one call of Sweep works with.
type sweep struct {
	scenario func(t *testing.T, s *Swept)
	options  sweepOptions
	errorf   func(tb testing.TB, format string, args ...any) // tells what is wrong; another one in the tests of Sweep itself
}

func (w *sweep) run(t *testing.T, opts []SweepOption) {
	t.Helper()
	var err error
	if w.options, err = sweepOptionsOf(opts); err != nil {
		w.errorf(t, "zktest: sweep: %v", err)
		return
	}
	defer lax()()
	var told []string
	for _, f := range w.options.faults {
		c := count{fault: f}
		t.Run(f.Name, func(t *testing.T) { w.fault(t, &c) })
		told = append(told, c.String())
	}
	t.Logf("zktest: positions of each fault: %s", strings.Join(told, ", "))
}

// run is one run of the scenario, in a bubble.
func (s *Swept) run(t *testing.T) {
	t.Helper()
	s.tb = t
	limit := time.AfterFunc(runLimit, func() { panic(fmt.Sprintf("zktest: %s: %s is not over after %v", t.Name(), s, runLimit)) })
	t.Cleanup(func() { // after the scenario's own
		s.sessionsEnd(t)
		limit.Stop()
	})
	remove := s.Net.Intercept(s.decide)
	defer func() { // also if the scenario has ended the test
		remove()
		s.end()
		if o := s.sweep.options; o.leavesNothing && !t.Failed() {
			time.Sleep(o.within)
			if left := s.Left(t, o.leaves...); len(left) != 0 {
				s.sweep.errorf(t, "zktest: %s: left behind: %s", s, strings.Join(left, ", "))
			}
		}
	}()
	s.sweep.scenario(t, s)
}
