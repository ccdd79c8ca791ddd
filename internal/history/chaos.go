package history

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Faults says what Begin does.
type Faults struct {
	Hosts []string      // whose connections suffer
	Every time.Duration // the mean pause between two faults
	Robs  bool          // sessions are expired as by an administrator, too: then others can hold what a client does not know to have lost
}

// Chaos is faults at random moments.
type Chaos struct {
	w      *zktest.World
	r      *rand.Rand
	faults Faults
	tb     testing.TB
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu   sync.Mutex              // guards what follows
	next map[string]fault.Action // what becomes of a host's next frame
}

// Begin makes faults until End, drawn from r, which nobody else may use meanwhile: cuts, partitions shorter and longer than a session, frames that are lost
// or late, a server that restarts.
func Begin(tb testing.TB, w *zktest.World, r *rand.Rand, faults Faults) *Chaos {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	c := &Chaos{w: w, r: r, faults: faults, tb: tb, cancel: cancel, next: map[string]fault.Action{}}
	remove := w.Net.Intercept(c.decide)
	c.ended.Go(func() {
		defer remove()
		c.run(ctx)
	})
	return c
}

// End ends the faults, and heals what they broke.
func (c *Chaos) End() {
	c.cancel()
	c.ended.Wait()
}

func (c *Chaos) run(ctx context.Context) {
	defer c.w.Net.HealAll()
	for pause(ctx, time.Duration(c.r.ExpFloat64()*float64(c.faults.Every))) {
		c.fault(ctx)
	}
}

// pause sleeps, and returns false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// fault makes one fault. One that lasts is over when it returns.
func (c *Chaos) fault(ctx context.Context) {
	name := c.faults.Hosts[c.r.IntN(len(c.faults.Hosts))]
	host := c.w.Host(name)
	kinds := 10
	if c.faults.Robs {
		kinds = 12
	}
	switch kind := c.r.IntN(kinds); kind {
	case 0, 1, 2, 3:
		c.set(name, []fault.Action{fault.Drop, fault.Cut, fault.CutAfter, fault.Delay(time.Duration(c.r.IntN(3000)) * time.Millisecond)}[kind])
	case 4, 5:
		host.Cut()
	case 6, 7, 8:
		[]func(){host.Partition, host.PartitionSend, host.PartitionReceive}[kind-6]()
		length := time.Duration(c.r.IntN(3000)) * time.Millisecond
		if c.r.IntN(4) == 0 {
			length += 15 * time.Second // longer than the session
		}
		pause(ctx, length)
		host.Heal()
	case 9:
		c.w.Server.Kill()
		pause(ctx, time.Duration(c.r.IntN(3000))*time.Millisecond)
		if err := c.w.Server.Start(context.WithoutCancel(ctx)); err != nil {
			c.tb.Errorf("history: %v", err)
		}
	default:
		if sessions := c.w.Server.Sessions(); len(sessions) > 0 {
			c.w.Server.ExpireSession(sessions[c.r.IntN(len(sessions))].ID)
		}
	}
}

func (c *Chaos) set(host string, action fault.Action) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next[host] = action
}

// decide does to a host's next frame what was drawn for it.
func (c *Chaos) decide(f fault.Frame) fault.Action {
	if f.Connect || f.Op == "ping" {
		return fault.Pass
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	action, ok := c.next[f.Host]
	if !ok || action == fault.Drop && f.Notification { // a network loses no frame in the middle of a connection that lives; a server might, an answer
		return fault.Pass
	}
	delete(c.next, f.Host)
	return action
}
