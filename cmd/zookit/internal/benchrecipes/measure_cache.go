package benchrecipes

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/zookit-go/zookit/client"
)

const (
	treeNodes = 100_000
	// CuratorCache 5.4.0 counts what it has under way, at most two reads a znode, with a Phaser, which throws beyond 65,535: of a larger tree
	// it has a part only, and says that it is initialized or never does.
	comparedNodes = 30_000
	quickNodes    = 2_000
	treeEach      = 500 // children of each folder, itself counted
	treeBytes     = 100 // of data in each znode
	treeRounds    = 3   // at most: loading a large tree takes its time
)

// tree measures how long it takes to load a large tree, what that asks of the server, and what it occupies.
func (b *bench) tree(ctx context.Context, r row) error {
	nodes := r.stock
	if b.Quick {
		nodes = quickNodes
	}
	b.opened++
	path := numbered(root, b.opened)
	if err := b.keeper.plant(ctx, path, nodes); err != nil {
		return err
	}
	r.name = fmt.Sprintf("%s of %d, a znode", r.name, nodes+1)
	sides := b.having(r.recipe)
	if r.alone {
		sides = sides[:1]
	}
	results := make([]*result, len(sides))
	for i, s := range sides {
		results[i] = &result{side: s.name(), trips: math.NaN()}
	}
	for round := range min(b.Rounds, treeRounds) {
		for i := range sides {
			if round%2 == 1 {
				i = len(sides) - 1 - i
			}
			if results[i] == nil {
				continue
			}
			if err := b.load(ctx, r, sides[i], path, nodes+1, results[i]); err != nil {
				if i == 0 || ctx.Err() != nil {
					return fmt.Errorf("%s: %w", sides[i].name(), err)
				}
				b.printf("%s is left out of the next row: %v\n", sides[i].name(), err)
				results[i] = nil // it does not load such a tree, or not in time
			}
		}
	}
	results = slices.DeleteFunc(results, func(res *result) bool { return res == nil })
	b.print(r, results)
	for i, res := range results {
		b.printf("    heap: %-8s %6.1f MiB, %.0f bytes a znode of %d bytes of data, after a collection", res.side, float64(res.heap)/(1<<20),
			float64(res.heap)/float64(nodes+1), treeBytes)
		if i > 0 {
			b.printf("; %.2f of it is ours", float64(results[0].heap)/float64(res.heap))
		}
		b.printf("\n")
	}
	return nil
}

// load lets a side load the tree once.
func (b *bench) load(ctx context.Context, r row, s side, path string, nodes int, res *result) (err error) {
	if err := s.open(ctx, r.recipe, r.contenders, b.srv.addr, path); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if err := s.prepare(ctx, nodes); err != nil { // so many are to be there
		return err
	}
	empty, err := s.heap(ctx)
	if err != nil {
		return err
	}
	before, err := b.srv.count(ctx)
	if err != nil {
		return err
	}
	l, err := s.run(ctx, 1, 0)
	if err != nil {
		return err
	}
	after, err := b.srv.count(ctx)
	if err != nil {
		return err
	}
	full, err := s.heap(ctx)
	if err != nil {
		return err
	}
	res.rates = append(res.rates, float64(nodes)/l.took.Seconds())
	res.requests = float64(after.minus(before).requests) / float64(nodes)
	res.heap = full - empty
	return nil
}

// plant makes a tree of so many znodes below path, and path.
func (k *keeper) plant(ctx context.Context, path string, nodes int) error {
	if err := k.folder(ctx, path); err != nil {
		return err
	}
	data := make([]byte, treeBytes)
	var made []*client.Future[[]client.TxnResult]
	for n := 0; n < nodes; n += treeEach {
		folder := fmt.Sprintf("%s/folder-%05d", path, n/treeEach)
		ops := []client.Op{k.c.Create(folder).Data(data)}
		for i := 1; i < treeEach && n+i < nodes; i++ {
			ops = append(ops, k.c.Create(fmt.Sprintf("%s/znode-%05d", folder, i)).Data(data))
		}
		made = append(made, k.c.Txn(ops...).Async(ctx))
	}
	for _, f := range made {
		if _, err := f.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

const (
	// slow is what every answer and event is held back while a listener's delay is measured: round trips are then all that takes time.
	slow = 25 * time.Millisecond
	// changes is how many are timed.
	changes = 20
)

// listener measures how long after a writer's answer a listener has the new data, in round trips.
func (b *bench) listener(ctx context.Context, r row) error {
	for _, s := range b.having(r.recipe) {
		res := &result{side: s.name()}
		if err := b.delay(ctx, r, s, res); err != nil {
			return fmt.Errorf("%s: %w", s.name(), err)
		}
		name := r.name
		if s.name() != "ours" {
			name = ""
		}
		b.printf("%-32s %-8s %.2f round trips after the writer's answer, mean of %d\n", name, res.side, res.delay, changes)
		if s.name() == "ours" {
			for _, a := range r.aims {
				defer b.judge(r.name, a, res, nil)
			}
		}
	}
	return nil
}

func (b *bench) delay(ctx context.Context, r row, s side, res *result) (err error) {
	relay, err := startRelay(b.srv.addr, slow)
	if err != nil {
		return err
	}
	defer relay.close()
	trip, err := roundTrip(ctx, relay.addr())
	if err != nil {
		return err
	}
	if err := b.open(ctx, r, s, relay.addr()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	if _, err := s.run(ctx, firstCycles, 0); err != nil {
		return err
	}
	l, err := s.run(ctx, changes, 0)
	if err != nil {
		return err
	}
	res.delay = l.took.Seconds() / float64(max(1, l.cycles)) / trip.Seconds()
	return nil
}

// roundTrip is the median of some.
func roundTrip(ctx context.Context, addr string) (time.Duration, error) {
	c, err := client.Connect(ctx, addr, client.WithSessionTimeout(session))
	if err != nil {
		return 0, err
	}
	defer closeClient(ctx, c)
	var took []float64
	for range changes {
		began := time.Now()
		if _, _, err := c.Exists(root).Do(ctx); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began)))
	}
	return time.Duration(spreadOf(took).median), nil
}
