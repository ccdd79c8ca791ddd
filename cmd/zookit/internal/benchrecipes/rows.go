package benchrecipes

import (
	"context"
	"time"
)

// row is what is measured at once.
type row struct {
	name       string
	recipe     string // what the sides call it
	contenders int
	// members is how many contenders make one cycle together; 0 is that each does its own.
	members int
	// stock is how many cycles a turn has at most, for recipes that use up what was made for them; 0 is no bound but time.
	stock int
	// whole turns are not ended by time: contenders wait for each other, and must do the same number of cycles.
	whole bool
	// items is how many cycles one of a contender's turns is; 0 is one.
	items  int
	weight int // of its share in the time of the run; 0 is 1
	// measure is instead of rates and counts, where those are not what is asked for.
	measure func(b *bench, ctx context.Context, r row, share time.Duration)
	known   float64 // requests a cycle that Curator 5.4.0 is known to take; 0 is not known
	aims    []aim
}

// rows are the table's, in its order. One tree is first: it needs the most time at once.
var rows = []row{
	{
		name: "tree cache, deep", recipe: "tree", contenders: 1, weight: 6, known: 2,
		aims: []aim{requests(0.2), faster(5), lighter(3)}, measure: trees(deep),
	},
	{name: "mutex, 1 contender", recipe: "mutex", contenders: 1, known: 3, aims: []aim{trips(2), likeCurator}},
	{name: "mutex, 8 contenders", recipe: "mutex", contenders: 8, known: 5, aims: []aim{events(1), requests(5)}},
	{name: "mutex, 32 contenders", recipe: "mutex", contenders: 32, known: 5, aims: []aim{events(1), requests(5)}},
	{name: "write lock, 1 contender", recipe: "rw", contenders: 1, known: 3, aims: []aim{trips(2), likeCurator}},
	{name: "write lock, 8 contenders", recipe: "rw", contenders: 8, aims: []aim{events(1), requests(5)}},
	{name: "read lock, 1 contender", recipe: "rwread", contenders: 1, known: 3, aims: []aim{trips(2), likeCurator}},
	{name: "read lock, 8 contenders", recipe: "rwread", contenders: 8, aims: []aim{likeCurator}},
	{name: "semaphore of 1, 1 contender", recipe: "semaphore1", contenders: 1, known: 7, aims: []aim{trips(3), likeCurator}},
	{name: "semaphore of 4, 8 contenders", recipe: "semaphore4", contenders: 8, known: 9, aims: []aim{likeCurator}},
	{name: "atomic long, 1 contender", recipe: "long", contenders: 1, known: 2, aims: []aim{trips(1)}},
	{name: "atomic long, 8 contenders", recipe: "long", contenders: 8, known: 9, aims: []aim{requests(3), faster(2)}},
	{name: "promoted long, 1 contender", recipe: "promoted", contenders: 1, aims: []aim{trips(1)}},
	{name: "promoted long, 8 contenders", recipe: "promoted", contenders: 8, known: 6, aims: []aim{requests(3), faster(2)}},
	{name: "shared count, 1 contender", recipe: "shared", contenders: 1, known: 2},
	{name: "shared count, 8 contenders", recipe: "shared", contenders: 8, known: 15},
	{name: "latch, close and rejoin, of 3", recipe: "latch", contenders: 3, known: 5, aims: []aim{requests(5)}},
	{name: "latch, close to next leader", recipe: "failover", contenders: 2, members: 1, stock: 40, aims: []aim{trips(2)}},
	{name: "double barrier of 8, in and out", recipe: "double", contenders: 8, members: 8, stock: 4, whole: true, aims: []aim{part(2)}},
	{name: "double barrier of 8, at a new path", recipe: "doublenew", contenders: 8, members: 8, stock: 4, whole: true, known: 98, aims: []aim{part(2)}},
	{name: "simple queue, offer and poll", recipe: "simple", contenders: 1, known: 4, aims: []aim{faster(3)}},
	{name: "simple queue, 100 at a time", recipe: "simplebatch", contenders: 1, items: burst, aims: []aim{faster(3)}},
	{name: "queue, put to consumed", recipe: "queue", contenders: 1, known: 4, aims: []aim{faster(3)}},
	{name: "queue with locks, the same", recipe: "queuelock", contenders: 1, known: 6, aims: []aim{faster(3)}},
	{name: "queue, 100 at a time", recipe: "batch", contenders: 1, items: burst, aims: []aim{faster(3)}},
	{name: "queue with locks, 100 at a time", recipe: "batchlock", contenders: 1, items: burst, aims: []aim{faster(3)}},
	{name: "kazoo's queue, put and get", recipe: "kazooqueue", contenders: 1},
	{name: "kazoo's locking queue, the same", recipe: "kazoolocking", contenders: 1},
	{name: "kazoo's party, join and leave", recipe: "party", contenders: 1},
	{name: "kazoo's lease, renewed", recipe: "lease", contenders: 1},
	{name: "change to listener", recipe: "listener", contenders: 2, aims: []aim{soon(1.2)}, measure: (*bench).listener},
	{name: "tree cache, wide", recipe: "tree", contenders: 1, weight: 4, aims: []aim{requests(0.2)}, measure: trees(wide)},
}
