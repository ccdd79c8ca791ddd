package fault

import (
	"sync"
	"time"
)

// ending says how a direction of a connection ends for its reader.
type ending uint8

const (
	endNone  ending = iota
	endShut         // EOF; the writer still reads
	endClose        // EOF; the writer has closed its end
	endReset        // ECONNRESET
)

// flight is a stretch of bytes on its way, or the end of the stream.
type flight struct {
	n   int
	at  time.Time // of arrival
	end ending
}

// pipe is one direction of a connection. Its link's mutex guards it.
type pipe struct {
	queue   queue    // what has been written and not read: first what has arrived, then what is in flight
	arrived int      // bytes
	flights []flight // in order of arrival
	end     ending   // has arrived
	stalled bool     // by a partition: flights do not arrive
	sink    bool     // the reader is gone: what is written vanishes

	readable waker
	writable waker
}

func newPipe(mu *sync.Mutex) *pipe {
	p := &pipe{}
	p.readable.cond.L = mu
	p.writable.cond.L = mu
	return p
}

// put adds bytes that arrive at a moment, or later if earlier ones do.
func (p *pipe) put(b []byte, now, at time.Time) {
	if p.sink || len(b) == 0 {
		return
	}
	p.queue.push(b)
	p.fly(flight{n: len(b), at: at}, now)
}

// finish ends the stream behind what has been put.
func (p *pipe) finish(end ending, now, at time.Time) { p.fly(flight{end: end, at: at}, now) }

func (p *pipe) fly(f flight, now time.Time) {
	// The common case, without latency or partition.
	if len(p.flights) == 0 && !p.stalled && !f.at.After(now) {
		p.arrived += f.n
		p.end = max(p.end, f.end)
		p.readable.cond.Broadcast()
		return
	}
	if last := len(p.flights) - 1; last >= 0 && !f.at.After(p.flights[last].at) {
		f.at = p.flights[last].at
		if f.end == endNone && p.flights[last].end == endNone {
			p.flights[last].n += f.n
			return
		}
	}
	p.flights = append(p.flights, f)
	p.advance(now)
	// Also when nothing has arrived: a reader that waits has to wait for this moment now.
	p.readable.cond.Broadcast()
}

// advance lets arrive what is due.
func (p *pipe) advance(now time.Time) {
	if p.stalled {
		return
	}
	for len(p.flights) > 0 && !p.flights[0].at.After(now) {
		p.arrived += p.flights[0].n
		p.end = max(p.end, p.flights[0].end)
		p.flights = p.flights[1:]
	}
	if len(p.flights) == 0 {
		p.flights = nil
	}
}

// next is when something arrives, zero if nothing will.
func (p *pipe) next() time.Time {
	if p.stalled || len(p.flights) == 0 {
		return time.Time{}
	}
	return p.flights[0].at
}

// take reads what has arrived.
func (p *pipe) take(b []byte) int {
	n := p.queue.pop(b[:min(len(b), p.arrived)])
	p.arrived -= n
	p.writable.cond.Broadcast()
	return n
}

// abandon is called when the reader goes away: all that it has not read is lost, and so is what comes.
func (p *pipe) abandon() {
	p.sink = true
	p.queue = queue{}
	p.arrived = 0
	// An end that is under way no longer matters to anyone.
	p.flights = nil
}

// stall begins or ends a partition of this direction. What stalled is sent again at its end.
func (p *pipe) stall(now time.Time, stalled bool, latency time.Duration) {
	if p.stalled == stalled {
		return
	}
	p.advance(now)
	p.stalled = stalled
	if stalled {
		return
	}
	again := now.Add(latency)
	for i := range p.flights {
		if p.flights[i].at.Before(again) {
			p.flights[i].at = again
		}
	}
	p.advance(now)
	p.readable.cond.Broadcast()
	p.writable.cond.Broadcast()
}

// waker is where goroutines wait for a change, or for a moment. All that wait on one at a time wait for the same moment,
// so one timer does for them, and waking is always waking all.
type waker struct {
	cond  sync.Cond
	timer *time.Timer
}

// wait returns at the next Broadcast, at the moment until unless it is zero, or for no reason.
func (w *waker) wait(until time.Time) {
	switch {
	case until.IsZero():
	case w.timer == nil:
		w.timer = time.AfterFunc(time.Until(until), w.ring)
	default:
		w.timer.Reset(time.Until(until))
	}
	w.cond.Wait()
}

// ring takes the lock, so that it cannot come between a waiter's look at the clock and its Wait.
func (w *waker) ring() {
	w.cond.L.Lock()
	defer w.cond.L.Unlock()
	w.cond.Broadcast()
}

// stop forgets the timer of a connection that is over.
func (w *waker) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}
