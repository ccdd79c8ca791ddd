package queue

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	// ahead is how many items are read, beside those that are wanted, when there are so many.
	ahead = 32
	// aheadBytes bounds what these take, as far as the last items tell how large the next are.
	aheadBytes = 256 << 10
)

// reading is the answer to come of several reads.
type reading struct {
	many *client.Future[[]client.ReadResult]
	each []*client.Future[client.GetResult]
}

// read asks for items: one request, or one for each if the server knows no other way.
func (e *engine) read(ctx context.Context, names []string) reading {
	e.mu.Lock()
	singly := e.singly
	e.mu.Unlock()
	var r reading
	if singly || len(names) == 1 {
		for _, name := range names {
			r.each = append(r.each, e.c.Get(e.item(name)).Async(ctx))
		}
		return r
	}
	if len(names) > 0 {
		gets := make([]client.Read, len(names))
		for i, name := range names {
			gets[i] = e.c.Get(e.item(name))
		}
		r.many = e.c.MultiRead(gets...).Async(ctx)
	}
	return r
}

// wait returns what there is: a result for each name, or none.
func (r reading) wait(ctx context.Context, e *engine) []client.ReadResult {
	if r.many != nil {
		results, err := r.many.Wait(ctx)
		if errors.Is(err, client.ErrUnsupported) {
			e.mu.Lock()
			e.singly = true
			e.mu.Unlock()
		}
		return results
	}
	results := make([]client.ReadResult, len(r.each))
	for i, one := range r.each {
		got, err := one.Wait(ctx)
		results[i] = client.ReadResult{Data: got.Data, Stat: got.Stat, Err: err}
	}
	return results
}

// known is what was read ahead of an item.
func (f *feed) known(name string) (client.GetResult, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	got, ok := f.cache[name]
	return got, ok
}

// unread are the names to ask for: those of names that were not read yet, and, if there are any, the next ones, too.
func (f *feed) unread(names, next []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ask []string
	for _, name := range names {
		if _, ok := f.cache[name]; !ok {
			ask = append(ask, name)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	for _, name := range next {
		if len(ask) >= max(len(names), min(ahead, aheadBytes/max(f.size, 1))) {
			break
		}
		if _, ok := f.cache[name]; !ok {
			ask = append(ask, name)
		}
	}
	return ask
}

// keep notes what was read, until the items are dropped.
func (f *feed) keep(names []string, results []client.ReadResult) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, r := range results {
		if r.Err == nil {
			f.cache[names[i]] = client.GetResult{Data: r.Data, Stat: r.Stat}
			f.size = max(len(r.Data), f.size-f.size/16)
		}
	}
}

// fetch reads one item now. ok is false if it is gone.
func (e *engine) fetch(ctx context.Context, name string) (got client.GetResult, ok bool, err error) {
	data, stat, err := e.c.Get(e.item(name)).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return got, false, nil
	}
	return client.GetResult{Data: data, Stat: stat}, err == nil, err
}
