package bench

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
)

const (
	lockRounds = 11
	lockWindow = 250 * time.Millisecond
	// flightCycles is how many cycles each contender does while flights are counted.
	flightCycles = 6
)

var contenderCounts = []int{1, 2, 8, 32}

// The sides of the comparison, in the table's order.
const (
	byZK = iota
	byMutex
	lockSides
)

var lockNames = [lockSides]string{"zk.Lock", "lock.Mutex"}

// contenders connects that many contenders, a session each, and returns the cycle that each of them does. The lock's znode is persistent, so
// that neither side has to make it again.
func contenders(b *testing.B, srv target, side, n int, trips []flights) task {
	b.Helper()
	setup := plain(b, srv.addr, nil)
	path := root + "/" + lockNames[side] + strconv.Itoa(n)
	prepare(b, setup, root, nil)
	prepare(b, setup, path, nil)
	cycles := make([]func() error, n)
	for i := range n {
		var counted *flights
		var opts []client.Option
		if trips != nil {
			counted = &trips[i]
			opts = append(opts, client.WithDial(counted.dial))
		}
		switch side {
		case byZK:
			cycles[i] = zkCycle(plain(b, srv.addr, counted), path)
		case byMutex:
			mutex, err := lock.NewMutex(ours(b, srv.addr, opts...), path)
			if err != nil {
				b.Fatal(err)
			}
			cycles[i] = mutexCycle(b.Context(), mutex)
		}
	}
	return func(caller int) error { return cycles[caller]() }
}

func zkCycle(conn *zk.Conn, path string) func() error {
	l := zk.NewLock(conn, path, openACL)
	return func() error {
		if err := l.Lock(); err != nil {
			return err
		}
		return l.Unlock()
	}
}

func mutexCycle(ctx context.Context, m *lock.Mutex) func() error {
	return func() error {
		held, err := m.Lock(ctx)
		if err != nil {
			return err
		}
		return held.Unlock()
	}
}

// lockRow is a row of the table.
type lockRow struct {
	contenders int
	rate       [lockSides]float64 // cycles a second
	requests   [lockSides]float64 // for each cycle
	events     [lockSides]float64
	flights    [lockSides]int
	ratio      spread // lock.Mutex/zk.Lock
}

// compareLocks measures cycles with n contenders.
func compareLocks(b *testing.B, srv target, n int) lockRow {
	b.Helper()
	row := lockRow{contenders: n}
	young := time.Now().Add(pingEvery - 2*lockWindow*lockSides)
	tasks := []task{byZK: contenders(b, srv, byZK, n, nil), byMutex: contenders(b, srv, byMutex, n, nil)}
	samples := contest{
		callers: n, rounds: lockRounds, length: lockWindow, until: young, count: srv.count, sides: tasks,
	}.run(b)
	for side, windows := range samples {
		var cycles int64
		var all counts
		for _, s := range windows {
			cycles += s.ops
			all.requests += s.requests
			all.events += s.events
		}
		row.rate[side] = median(each(windows, sample.rate))
		row.requests[side] = float64(all.requests) / float64(cycles)
		row.events[side] = float64(all.events) / float64(cycles)
		row.flights[side] = countFlights(b, srv, side, n)
	}
	row.ratio = ratios(samples[byMutex], samples[byZK])
	return row
}

// countFlights is the round trips of a cycle: the median over all cycles, since those that find no other contender have fewer.
func countFlights(b *testing.B, srv target, side, n int) int {
	b.Helper()
	trips := make([]flights, n)
	cycle := contenders(b, srv, side, n, trips)
	var mu sync.Mutex
	var counted []int
	err := together(n, func(caller int) error {
		for range flightCycles {
			trips[caller].begin()
			if err := cycle(caller); err != nil {
				return err
			}
			mu.Lock()
			counted = append(counted, trips[caller].count())
			mu.Unlock()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return median(counted)
}
