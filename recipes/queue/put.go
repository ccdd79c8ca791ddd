package queue

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Putting is a put that was sent and not waited for.
type Putting struct {
	e   *engine
	job *job
	err error // why there is no job
}

// Done is closed when the put has ended.
func (p *Putting) Done() <-chan struct{} {
	if p.job == nil {
		return closedChan
	}
	return p.job.done
}

// Put is what a put listener is told.
type Put struct {
	Path   string // of the new item's znode
	Values int    // how many values it holds
}

var closedChan = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Wait returns the path of the new znode, or why there is none, once the put has ended, or its context. The context is that of the call that
// began it.
func (p *Putting) Wait() (string, error) {
	paths, err := p.wait()
	if err != nil {
		return "", err
	}
	return paths[0], nil
}

func (p *Putting) wait() ([]string, error) {
	if p.job == nil {
		return nil, p.err
	}
	paths, err := p.e.puts.wait(p.job)
	return paths, p.e.fail("put to", p.job.ctx, err)
}

// load is an item to put.
type load struct {
	prefix   string // of its name
	data     []byte
	elements int
}

// put begins to put items, all in one transaction.
func (e *engine) put(ctx context.Context, items ...load) *Putting {
	if err := e.live(); err != nil {
		return &Putting{e: e, err: err}
	}
	if err := context.Cause(ctx); err != nil {
		return &Putting{e: e, err: err}
	}
	j := e.putJob(ctx, items)
	j.after = func(err error) {
		if err == nil {
			e.tell(j.made, items)
		}
	}
	e.puts.add(j)
	return &Putting{e: e, job: j}
}

func (e *engine) putJob(ctx context.Context, items []load) *job {
	j := &job{ctx: ctx}
	for _, item := range items {
		j.ops = append(j.ops, e.c.Create(e.item(item.prefix)).Sequential().Data(item.data))
		j.size += len(item.data) + len(e.path) + 100
	}
	j.alone = func(ctx context.Context, lost error) ([]string, error) {
		if lost != nil {
			return nil, lost
		}
		return e.create(ctx, j.ops)
	}
	return j
}

// create makes items. An attempt whose answer was lost is repeated only if it is proved that it was not done.
func (e *engine) create(ctx context.Context, ops []client.Op) ([]string, error) {
	for {
		results, err := e.c.Txn(ops...).Do(ctx)
		switch {
		case err == nil:
			return paths(results), nil
		case client.MayHaveApplied(err):
			outcome, _ := client.Resolve(ctx, err)
			if outcome != client.NotDone {
				return nil, err
			}
		case errors.Is(err, zk.ErrNoNode):
			if err := e.makeFolder(ctx, e.path); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
}

// tell tells the put listeners.
func (e *engine) tell(paths []string, items []load) {
	e.mu.Lock()
	told := slices.Collect(maps.Values(e.listeners))
	e.mu.Unlock()
	for i, path := range paths {
		for _, f := range told {
			f(Put{Path: path, Values: items[i].elements})
		}
	}
}

// onPut adds a put listener.
func (e *engine) onPut(f func(Put)) (remove func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.listeners == nil {
		e.listeners = make(map[int]func(Put))
	}
	id := e.nextID
	e.nextID++
	e.listeners[id] = f
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.listeners, id)
	}
}
