package benchrecipes

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/zookit-go/zookit/client"
)

const (
	treeNodes  = 100_000
	quickNodes = 2_000
	treeBytes  = 100 // of data in each znode
	treeRounds = 3   // at most: loading a large tree takes its time
	planted    = 500 // znodes that are made in one transaction
)

// shape is that of a tree: so many folders at the top, so many children in each, and a chain of that length below each of those, which they
// begin.
//
// CuratorCache 5.4.0 counts the reads that it has under way with a Phaser, which throws beyond 65,535. Since it asks for everything at
// once, that is how many znodes may be about equally far from the top. Most large trees have more at the bottom alone.
type shape struct {
	folders, children, chain int
	name                     string
}

var (
	wide = shape{folders: 200, children: 500, chain: 1, name: "200 by 500"}
	deep = shape{folders: 100, children: 250, chain: 4, name: "25,000 by 4"}
)

// small has about so many znodes.
func (s shape) small(nodes int) shape {
	s.folders = max(1, nodes/(s.children*s.chain))
	s.name = "small"
	return s
}

// nodes counts those of the tree, and its root.
func (s shape) nodes() int { return 1 + s.folders*(1+s.children*s.chain) }

// trees measures how long it takes to load a tree, what that asks of the server, and what it occupies.
func trees(s shape) func(b *bench, ctx context.Context, r row, share time.Duration) {
	return func(b *bench, ctx context.Context, r row, share time.Duration) {
		if b.Quick {
			s = s.small(quickNodes)
		}
		r.name += ": " + s.name
		end := time.Now().Add(share)
		entries := b.entries(r)
		for _, side := range b.sides { // Curator has two
			if side.has(oldTree) {
				old := &renamed{side, "TreeCache", oldTree}
				entries = append(entries, &entry{side: old, res: &result{side: old.name(), trips: math.NaN()}})
			}
		}
		b.opened++
		path := numbered(root, b.opened)
		if err := b.keeper.plant(ctx, path, s); err != nil {
			for _, e := range entries {
				e.res.failed = fmt.Errorf("the tree is not there: %w", err)
			}
		}
		rounds := 0
		for began := time.Now(); rounds < min(b.Rounds, treeRounds); rounds++ {
			if each := time.Since(began) / time.Duration(max(1, rounds)); rounds > 0 && time.Now().Add(each).After(end) {
				break
			}
			for i := range entries {
				if rounds%2 == 1 {
					i = len(entries) - 1 - i
				}
				entries[i].try(ctx, share, func(ctx context.Context) error {
					return b.load(ctx, r, entries[i].side, path, s.nodes(), entries[i].res)
				})
			}
		}
		b.print(r, results(entries), rounds)
		b.heaps(results(entries), s.nodes())
	}
}

// oldTree is what Curator had before CuratorCache, and still has.
const oldTree = "treecache"

// renamed is a side's other recipe for the same.
type renamed struct {
	side
	title, recipe string
}

func (r *renamed) name() string { return r.title }

func (r *renamed) open(ctx context.Context, _ string, contenders int, addr, path string) error {
	return r.side.open(ctx, r.recipe, contenders, addr, path)
}

// load lets a side load the tree once.
func (b *bench) load(ctx context.Context, r row, s side, path string, nodes int, res *result) (err error) {
	defer s.close(ctx)
	if err := s.open(ctx, r.recipe, r.contenders, b.srv.addr, path); err != nil {
		return err
	}
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
	d := after.minus(before)
	res.rates = append(res.rates, float64(nodes)/l.took.Seconds())
	res.requests, res.events = float64(d.requests)/float64(nodes), float64(d.events)/float64(nodes)
	res.heaps = append(res.heaps, float64(full-empty))
	return nil
}

// heaps prints how long loading took and what is kept.
func (b *bench) heaps(results []*result, nodes int) {
	ours := results[0]
	for _, res := range results {
		if res.failed != nil {
			continue
		}
		each := res.heap() / float64(nodes)
		b.printf("    %-9s loaded in %.2f s; keeps %.1f MiB on the heap, after collections: %.0f bytes a znode, %d of them data",
			res.side, float64(nodes)/spreadOf(res.rates).median, res.heap()/(1<<20), each, treeBytes)
		if res != ours && ours.failed == nil {
			b.printf("; ours/it %.2f, and %.2f beside the data", ours.heap()/res.heap(), (ours.heap()/float64(nodes)-treeBytes)/(each-treeBytes))
		}
		b.printf("\n")
	}
}

// plant makes a tree at path. A few transactions are under way at once.
func (k *keeper) plant(ctx context.Context, path string, s shape) error {
	data := make([]byte, treeBytes)
	ops := []client.Op{k.c.Create(path).Data(data)}
	var made []*client.Future[[]client.TxnResult]
	flush := func() {
		made = append(made, k.c.Txn(ops...).Async(ctx))
		ops = nil
	}
	for f := range s.folders {
		folder := fmt.Sprintf("%s/folder-%05d", path, f)
		ops = append(ops, k.c.Create(folder).Data(data))
		for c := range s.children {
			child := fmt.Sprintf("%s/znode-%05d", folder, c)
			for i := range s.chain {
				ops = append(ops, k.c.Create(child+strings.Repeat("/below", i)).Data(data))
			}
			if len(ops) >= planted {
				flush()
			}
		}
	}
	if len(ops) > 0 {
		flush()
	}
	for _, f := range made {
		if _, err := f.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}
