package benchserver

import (
	"context"
	"fmt"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/load"
	"github.com/zookit-go/zookit/internal/wire"
)

const dataBytes = 100

// task is what is measured: an operation, on so many connections, each with so many requests on their way.
type task struct {
	op            string
	conns, window int
}

func tasks() (all []task) {
	for _, op := range []string{"get", "set", "create"} {
		for _, conns := range []int{1, 8} {
			for _, window := range []int{1, 16, 256} {
				all = append(all, task{op, conns, window})
			}
		}
	}
	return all
}

func (t task) String() string { return fmt.Sprintf("%s/%d/%d", t.op, t.conns, t.window) }

// contest has the servers that are measured, and how long.
type contest struct {
	servers []*process
	rounds  int
	until   load.Until
}

// series is what one server did in a task, round by round.
type series struct {
	rate, p50, p99 []float64 // per second; µs
	reads, writes  []float64 // system calls for each operation
	cpu            []float64 // µs for each operation
}

// warm lets the servers' code be compiled and their memory grow before anything is measured: Java needs that.
func (c *contest) warm(ctx context.Context, servers []*process) error {
	const turns = 6 // 3 s by default
	w := contest{until: load.Until{Ops: c.until.Ops, For: turns * c.until.For}}
	for _, srv := range servers {
		if srv.bare {
			continue
		}
		w.servers = []*process{srv}
		for _, op := range []string{"create", "set", "get"} {
			if _, err := w.run(ctx, task{op, 8, 16}); err != nil {
				return err
			}
		}
	}
	return nil
}

// run measures a task on every server. They take turns in one order, and the next time in the other, so that what slowly becomes
// faster or slower favours none. The first round is not kept: in it, servers and connections warm up.
func (c *contest) run(ctx context.Context, t task) ([]series, error) {
	players := make([]*player, len(c.servers))
	for i, srv := range c.servers {
		p, err := newPlayer(ctx, srv, t)
		if err != nil {
			return nil, err
		}
		defer p.close()
		players[i] = p
	}
	all := make([]series, len(players))
	for round := range c.rounds + 1 {
		for turn := range players {
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			if round%2 == 1 {
				turn = len(players) - 1 - turn
			}
			if err := players[turn].play(c.until, round > 0, &all[turn]); err != nil {
				return nil, fmt.Errorf("%s on %s: %w", t.op, c.servers[turn].name, err)
			}
		}
	}
	return all, nil
}

// player is one server's part in a task.
type player struct {
	task
	srv   *process
	conns []*load.Conn
}

func newPlayer(ctx context.Context, srv *process, t task) (*player, error) {
	p := &player{task: t, srv: srv}
	for i := range t.conns {
		c, err := load.Dial(ctx, srv.addr)
		if err != nil {
			p.close()
			return nil, err
		}
		p.conns = append(p.conns, c)
		if srv.bare {
			continue
		}
		// They are there if there was a task before this one.
		_ = c.Call(wire.OpCreate, create("/bench"))
		_ = c.Call(wire.OpCreate, create(folder(i)))
		if err := c.Call(wire.OpExists, &wire.PathWatchRequest{Path: folder(i)}); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

func (p *player) close() {
	for _, c := range p.conns {
		c.Close()
	}
}

// folder is the znode of a connection: what it reads and writes, and below which it creates.
func folder(conn int) string { return fmt.Sprintf("/bench/c%d", conn) }

func create(path string) *wire.CreateRequest {
	return &wire.CreateRequest{Path: path, Data: make([]byte, dataBytes), ACL: wire.OpenACL}
}

func (p *player) asks(op string) []*load.Ask {
	asks := make([]*load.Ask, len(p.conns))
	for i := range asks {
		switch op {
		case "get":
			asks[i] = load.NewAsk(wire.OpGetData, &wire.PathWatchRequest{Path: folder(i)})
		case "set":
			asks[i] = load.NewAsk(wire.OpSetData, &wire.SetDataRequest{Path: folder(i), Data: make([]byte, dataBytes), Version: -1})
		case "create":
			asks[i] = load.NewAsk(wire.OpCreate, create(folder(i)+"/n########"))
		case "delete":
			asks[i] = load.NewAsk(wire.OpDelete, &wire.PathVersionRequest{Path: folder(i) + "/n########", Version: -1})
		}
	}
	return asks
}

// play measures once. What was created is removed again, unmeasured, so that every round finds the same tree.
func (p *player) play(until load.Until, keep bool, s *series) error {
	asks := p.asks(p.op)
	before := p.srv.usage()
	r, err := load.Together(p.conns, asks, p.window, until)
	used := p.srv.usage().minus(before)
	if err != nil {
		return err
	}
	if p.op == "create" {
		for i, del := range p.asks("delete") {
			if _, err := p.conns[i].Run(del, 256, load.Count(asks[i].Sent())); err != nil {
				return err
			}
		}
	}
	if keep {
		s.add(r, used)
	}
	return nil
}

func (s *series) add(r load.Result, used usage) {
	n := float64(r.Ops)
	s.rate = append(s.rate, r.Rate())
	s.p50 = append(s.p50, micros(r.Percentile(50)))
	s.p99 = append(s.p99, micros(r.Percentile(99)))
	s.reads = append(s.reads, float64(used.reads)/n)
	s.writes = append(s.writes, float64(used.writes)/n)
	s.cpu = append(s.cpu, micros(used.cpu)/n)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
