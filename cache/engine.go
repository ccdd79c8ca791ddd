package cache

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache/internal/ptree"
	"github.com/zookit-go/zookit/client"
)

const (
	// spread is how long a znode that must be read again after a reconnect makes the whole reading wait at most, so that many caches that
	// lost one server do not all begin at once.
	spread    = 20 * time.Microsecond
	maxSpread = time.Second
	// patience is how long the engine waits for the watch to say that it stands again.
	patience = 5 * time.Second
	minPause = 50 * time.Millisecond
	maxPause = 2 * time.Second
)

// engine is the one goroutine of a cache. What the server sends comes to it in order, through the inbox; it decides what to read, and what
// can be told.
type engine struct {
	c    *Cache
	life context.Context //nolint:containedctx // the engine's own, which Close ends
	desk
	order
	orphans
	scan  *scan
	tree  ptree.Tree // what is known
	whole bool       // the last scan came to its end: what is known below a znode is all that was there at its Pzxid

	watch *client.Watch // recursive; nil where the server has none
	shots *shots        // the one-shot watches instead

	timer *time.Timer
	pause time.Duration // before the next attempt after a failure that is not the connection's
	sick  bool          // nothing is sent before the next scan
	probe probe
}

// poke wakes the engine.
type poke struct{}

func newEngine(c *Cache, life context.Context) *engine {
	e := &engine{c: c, life: life, pause: minPause, orphans: orphans{}}
	e.desk.init(c)
	e.order.init()
	return e
}

// run follows the server until the cache is closed.
func (e *engine) run() error {
	e.timer = time.NewTimer(time.Hour)
	defer e.timer.Stop()
	defer e.leave()
	for {
		if err := e.arm(); err != nil {
			return err
		}
		e.rescan()
		if err := e.follow(); err != nil {
			return err
		}
	}
}

// arm sets the watch, as long as that takes.
func (e *engine) arm() error {
	for {
		w, err := e.c.c.Watch(e.c.path).Recursive().Into(e.c.in).Do(e.life)
		switch {
		case err == nil:
			e.watch, e.shots, e.batched = w, nil, true
			return nil
		case e.life.Err() != nil, errors.Is(err, client.ErrClosed):
			return ErrClosed
		case errors.Is(err, client.ErrUnsupported), errors.Is(err, client.ErrNeedsDialer):
			e.watch, e.shots, e.batched = nil, newShots(e), false
			e.shots.unordered = errors.Is(err, client.ErrNeedsDialer)
			return nil
		}
		select {
		case <-time.After(e.again()):
		case <-e.life.Done():
			return ErrClosed
		}
	}
}

// again is the next pause after a failure.
func (e *engine) again() time.Duration {
	e.pause = min(2*e.pause, maxPause)
	return e.pause/2 + rand.N(e.pause/2)
}

// leave takes the watches away, if there is a connection.
func (e *engine) leave() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.life), time.Second)
	defer cancel()
	if e.watch != nil {
		_ = e.watch.Close(ctx) // the connection's end takes it, too
	}
	if e.shots != nil {
		e.shots.stop()
	}
}

// follow takes what comes until the watch has ended.
func (e *engine) follow() error {
	for {
		e.pump()
		e.flush()
		e.sound()
		select {
		case <-e.c.in.Wake():
		case <-e.timer.C:
			e.tick()
		case <-e.life.Done():
			return ErrClosed
		}
		for _, d := range e.c.in.Take() {
			if over, err := e.take(d); over || err != nil {
				return err
			}
		}
	}
}

// take takes one delivery. over tells that the watch has ended, with the session, or because somebody removed it by its path.
func (e *engine) take(d client.Delivery) (over bool, err error) {
	switch key := d.Key.(type) {
	case *flight:
		e.land(key)
		return false, nil
	case *probing:
		e.probed(key)
		return false, nil
	case poke:
		return false, nil
	}
	if e.shots != nil {
		return e.shots.take(d)
	}
	if d.Watch != e.watch {
		return false, nil
	}
	if d.Ended {
		if errors.Is(d.Watch.Err(), client.ErrClosed) || e.life.Err() != nil {
			return true, ErrClosed
		}
		return true, nil
	}
	if client.Missed(d.Event) {
		e.forget() // what is answered from now on tells of a time of which the watch does not
		e.fallSick(min(spread*time.Duration(e.tree.Len()), maxSpread))
		return false, nil
	}
	if key, ok := relative(e.c.path, d.Event.Path); ok && e.covers(key) {
		e.heard(d.Event.Type, key)
	}
	return false, nil
}

// land takes an answer, unless it was given up.
func (e *engine) land(f *flight) {
	switch {
	case f.gen != e.gen:
		if f.watch != nil {
			f.watch.Stop()
		}
	case f.watch != nil:
		e.flights--
		e.shots.landed(f)
	default:
		e.flights--
		e.landed(f)
	}
}

// heard takes an event of a znode that is to be in the cache.
func (e *engine) heard(t zk.EventType, key string) {
	switch t { //nolint:exhaustive // the others say nothing of the znode itself
	case zk.EventNodeCreated, zk.EventNodeDataChanged:
		w := e.want(key, t == zk.EventNodeCreated)
		if !w.coming {
			w.coming = true
			e.ask(read{key: key})
		}
	case zk.EventNodeDeleted:
		e.gone(key)
	}
}

// covers tells whether a znode is one that the cache is for.
func (e *engine) covers(key string) bool {
	cfg := &e.c.cfg
	if cfg.depth >= 0 && ptree.Depth(key) > cfg.depth {
		return false
	}
	if cfg.filter == nil {
		return true
	}
	for ; key != ""; key = ptree.Parent(key) {
		if !cfg.filter(absolute(e.c.path, key)) {
			return false
		}
	}
	return true
}

// descends tells whether the children of a znode that is covered are to be looked for.
func (e *engine) descends(key string) bool {
	return e.c.cfg.depth < 0 || ptree.Depth(key) < e.c.cfg.depth
}

// fallSick stops sending; some time later everything is looked at again. Events are noted meanwhile.
func (e *engine) fallSick(most time.Duration) {
	e.sick = true
	if most > 0 {
		most = rand.N(most)
	}
	e.timer.Reset(most)
}

// failed takes the failure of a read that is not the znode's: most often the connection's. Then the watch tells when it stands again.
func (e *engine) failed(err error) {
	e.forget()
	e.sick = true
	if errors.Is(err, client.ErrConnectionLoss) && e.watch != nil {
		e.timer.Reset(patience)
		return
	}
	e.timer.Reset(e.again())
}

func (e *engine) tick() {
	switch {
	case e.sick && e.c.c.State().Connected() && e.shots != nil:
		e.sick = false // what was lost is asked again, and the watches have told the rest
	case e.sick && e.c.c.State().Connected():
		e.rescan()
	case e.sick:
		e.timer.Reset(e.again())
	}
	e.probe.paused = false
}

// answer takes what one read gave, from a server that stood at zxid.
func (e *engine) answer(r read, a answer) {
	if r.list {
		e.listed(r, a)
		return
	}
	e.arrived(e.op(r, a), r.scan)
	if r.scan && !a.missing {
		e.scanned(r.key, a.stat)
	}
}

// flush makes known what can be made known.
func (e *engine) flush() {
	if e.scan != nil {
		e.flushScan()
	}
	if e.scan != nil || e.c.hub.snapshot().first {
		return
	}
	events := e.publishable()
	e.publish(events, false)
}

// publish makes what is known the present snapshot.
func (e *engine) publish(events []Event, leap bool) {
	now := e.c.hub.snapshot()
	zxid := max(e.floor(), now.zxid)
	if len(events) == 0 && !leap && zxid == now.zxid {
		return
	}
	next := &Snapshot{tree: e.tree, zxid: zxid, root: now.root, codec: now.codec}
	e.c.hub.publish(next, events, leap)
}
