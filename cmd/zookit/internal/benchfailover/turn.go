package benchfailover

import (
	"context"
	"errors"
	"time"

	"github.com/go-zookeeper/zk"
)

// fault is what happens to which server.
type fault struct {
	hang   bool // instead of being killed
	leader bool // it is the leader
	own    bool // it is the one that the clients are on
}

var faults = []fault{
	{leader: true}, {own: true}, {leader: true, own: true},
	{hang: true, leader: true}, {hang: true, own: true}, {hang: true, leader: true, own: true},
}

func (f fault) String() string {
	name := "kill/"
	if f.hang {
		name = "hang/"
	}
	switch {
	case f.leader && f.own:
		return name + "own-leader"
	case f.leader:
		return name + "leader"
	}
	return name + "own-follower"
}

// outcome is what one client saw of a fault.
type outcome struct {
	wait     time.Duration // until its next write
	back     bool          // there was one
	kept     bool          // in the same session
	attempts int64         // to connect, until then
}

type result struct {
	ensemble time.Duration // until anybody could write
	back     bool
	clients  []outcome // of kinds
}

// kinds are the clients that are compared.
var kinds = []struct {
	name  string
	start func(ctx context.Context, addrs []string, on string, session time.Duration) (*writer, error)
}{{"ours", ours}, {"zk.Conn", zkConn}}

const (
	// calm is how long everybody writes before a fault.
	calm = 2500 * time.Millisecond
	// moot is how long after a fault a success may still be owed to the server that has it: what was answered waits to be read.
	moot = 20 * time.Millisecond
	// A stopped process stops when each of its threads has its turn, which takes its time on a busy machine; nobody is back so soon.
	mootHang = 250 * time.Millisecond
)

// moot is that for those who need the server.
func (f fault) moot() time.Duration {
	if f.hang {
		return mootHang
	}
	return moot
}

var errNoRoles = errors.New("no leader and two followers")

// turn measures a fault once. Afterwards all servers serve again.
func (b *bench) turn(ctx context.Context, e *ensemble, f fault) (r result, err error) {
	leaders, followers := e.roles(ctx)
	if len(leaders) != 1 || len(followers) == 0 {
		return r, errNoRoles
	}
	on, victim := followers[0], followers[0]
	if f.leader {
		victim = leaders[0]
		if f.own {
			on = leaders[0]
		}
	}
	if err := prepare(on.addr); err != nil {
		return r, err
	}
	var writers []*writer
	defer func() {
		for _, w := range writers {
			w.stop()
		}
	}()
	for _, kind := range kinds {
		w, err := kind.start(ctx, e.addrs(), on.addr, b.Session)
		if err != nil {
			return r, err
		}
		w.start()
		writers = append(writers, w)
	}
	if err := rest(ctx, calm); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, mend(ctx, e, victim, f)) }()
	return b.measure(ctx, e, victim, f, writers)
}

// measure brings the fault about and waits for everybody.
func (b *bench) measure(ctx context.Context, e *ensemble, victim *peer, f fault, writers []*writer) (r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.Most)
	defer cancel()
	r.clients = make([]outcome, len(writers))
	done := make(chan struct{}, len(writers))
	start := time.Now()
	for i, w := range writers {
		first, session, dials := w.await(start.Add(f.moot())), w.session(), w.door.dials.Load()
		go func() {
			o := &r.clients[i]
			select {
			case at := <-first:
				o.wait, o.back, o.kept = at.Sub(start), true, w.session() == session
			case <-ctx.Done():
			}
			o.attempts = w.door.dials.Load() - dials
			done <- struct{}{}
		}()
	}
	if f.hang {
		err = victim.hang()
	} else {
		victim.kill()
	}
	if err != nil {
		cancel()
	}
	needed := moot // by the ensemble
	if f.leader {
		needed = f.moot()
	}
	if rest(ctx, time.Until(start.Add(needed))) == nil {
		select {
		case at := <-probe(ctx, e.addrs()):
			r.ensemble, r.back = at.Sub(start), true
		case <-ctx.Done():
		}
	}
	for range writers {
		<-done
	}
	return r, err
}

// mend undoes a fault and waits until the ensemble is whole.
func mend(ctx context.Context, e *ensemble, victim *peer, f fault) error {
	if f.hang {
		if err := victim.resume(); err != nil {
			return err
		}
		// A leader that hung learns only now that it is none; until then it says that it leads.
		if err := rest(ctx, time.Second); err != nil {
			return err
		}
	} else if err := victim.start(ctx); err != nil {
		return err
	}
	return e.whole(ctx)
}

// prepare makes the znode that is probed.
func prepare(addr string) error {
	conn, _, err := zk.Connect([]string{addr}, 10*time.Second, zk.WithLogger(mute{}))
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Create(probed, nil, 0, zk.WorldACL(zk.PermAll)); err != nil && !errors.Is(err, zk.ErrNodeExists) {
		return err
	}
	return nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
