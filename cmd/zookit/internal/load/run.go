package load

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// Until says when a run asks no more: after Ops requests, or when For is over, whichever comes first; 0 is no bound.
type Until struct {
	Ops int
	For time.Duration
}

// Count asks so often.
func Count(ops int) Until { return Until{Ops: ops} }

// Lasting asks so long.
func Lasting(d time.Duration) Until { return Until{For: d} }

// Result is what a run saw.
type Result struct {
	Ops       int // answered, every one of them without an error
	Took      time.Duration
	latencies []time.Duration
}

// Rate is operations a second.
func (r *Result) Rate() float64 { return float64(r.Ops) / r.Took.Seconds() }

// Percentile is the time that so many of a hundred requests took at most, from the write that had the request to the read that had
// its reply. It sorts what it looks at.
func (r *Result) Percentile(p float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	slices.Sort(r.latencies)
	return r.latencies[min(int(p/100*float64(len(r.latencies))), len(r.latencies)-1)]
}

// Run keeps window requests on their way until it is time to end, and then waits for the replies that are still due.
func (c *Conn) Run(ask *Ask, window int, until Until) (Result, error) {
	if len(c.sent) < window {
		c.sent = make([]time.Time, window)
	}
	start := time.Now()
	var r Result
	sent, due := 0, window // due are those that may go out now
	var by time.Time       // when something must have come
	for now := start; ; now = time.Now() {
		if by.Sub(now) < patience/2 {
			by = now.Add(patience)
			if err := c.nc.SetDeadline(by); err != nil {
				return r, fmt.Errorf("load: %w", err)
			}
		}
		if until.For > 0 && now.Sub(start) >= until.For {
			due = 0
		}
		if until.Ops > 0 {
			due = min(due, until.Ops-sent)
		}
		if err := c.send(ask, due, sent, now); err != nil {
			return r, err
		}
		sent += due
		if sent == r.Ops {
			r.Took = now.Sub(start)
			return r, nil
		}
		got, err := c.receive(&r, sent)
		if err != nil {
			return r, fmt.Errorf("load: %w", err)
		}
		due = got
	}
}

func (c *Conn) send(ask *Ask, n, sent int, now time.Time) error {
	if n == 0 {
		return nil
	}
	c.out = c.out[:0]
	for i := range n {
		c.xid++
		c.out = ask.append(c.out, c.xid)
		c.sent[(sent+i)%len(c.sent)] = now
	}
	if _, err := c.nc.Write(c.out); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}

// receive waits for replies and takes all that have come.
func (c *Conn) receive(r *Result, sent int) (n int, err error) {
	if err := c.fill(); err != nil {
		return 0, err
	}
	now := time.Now()
	for {
		frame, ok := c.next()
		if !ok {
			return n, nil
		}
		if err := check(frame, c.xid-int32(sent-r.Ops)+1); err != nil {
			return n, err
		}
		r.latencies = append(r.latencies, now.Sub(c.sent[r.Ops%len(c.sent)]))
		r.Ops++
		n++
	}
}

// Together runs one ask on each connection, side by side, and returns the sum. It took as long as the longest.
func Together(conns []*Conn, asks []*Ask, window int, until Until) (Result, error) {
	results, errs := make([]Result, len(conns)), make([]error, len(conns))
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() { results[i], errs[i] = c.Run(asks[i], window, until) })
	}
	wg.Wait()
	var sum Result
	for i := range results {
		if errs[i] != nil {
			return sum, errs[i]
		}
		sum.Ops += results[i].Ops
		sum.Took = max(sum.Took, results[i].Took)
		sum.latencies = append(sum.latencies, results[i].latencies...)
	}
	return sum, nil
}
