package group

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	firstPause = 20 * time.Millisecond
	// lossPause is the longest pause after a lost connection, when there is one again.
	lossPause = time.Second
	// refusalPause is the longest pause after a refusal.
	refusalPause = 30 * time.Second
)

// run follows the group until life ends.
func (v *View) run(life context.Context, done chan<- struct{}) {
	defer close(done)
	for tries := 0; life.Err() == nil; tries++ {
		seen := false
		err := v.follow(life, func() { seen = true })
		if seen {
			tries = 0
		}
		switch {
		case life.Err() != nil:
			return
		case errors.Is(err, client.ErrClosed):
			v.board.Close(client.ErrClosed)
			return
		}
		v.rest(life, err, tries)
	}
}

// rest tells of a refusal, and waits until another attempt makes sense.
func (v *View) rest(life context.Context, err error, tries int) {
	most := lossPause
	if client.Retryable(err) || errors.Is(err, client.ErrWatchRemoved) {
		_ = v.c.WaitConnected(life) // what is wrong the next attempt tells
	} else {
		most = refusalPause
		v.board.Post(func(s sight) sight {
			s.refused = err
			return s
		})
	}
	pause := min(firstPause<<min(tries, 12), most)
	timer := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // chance, not secrecy
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-life.Done():
	}
}

// follow shows what one watch tells of, until the watch ends.
func (v *View) follow(life context.Context, loaded func()) error {
	watch, err := v.c.Watch(v.path).Recursive().Do(life)
	if err != nil {
		return err
	}
	defer watch.Stop()
	all, err := v.load(life)
	if err != nil {
		return err
	}
	loaded()
	v.show(all)
	for {
		var changed []string
		again := false
		select {
		case ev, ok := <-watch.Events():
			if !ok {
				return watch.Err()
			}
			for more := true; more; { // and what came with it
				again = again || client.Missed(ev)
				if client.Parent(ev.Path) == v.path && ev.Path != v.path && !slices.Contains(changed, ev.Path) {
					changed = append(changed, ev.Path)
				}
				select {
				case ev, more = <-watch.Events():
				default:
					more = false
				}
			}
		case <-life.Done():
			return context.Cause(life)
		}
		if again {
			all, err = v.load(life)
		} else {
			all, err = v.read(life, all, changed)
		}
		if err != nil {
			return err
		}
		v.show(all)
	}
}

// load reads the whole group.
func (v *View) load(ctx context.Context) (members, error) {
	names, _, err := v.c.Children(v.path).Do(ctx)
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		return nil, err
	}
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = client.Join(v.path, name)
	}
	return v.read(ctx, nil, paths)
}

// read is all with those at paths read anew.
func (v *View) read(ctx context.Context, all members, paths []string) (members, error) {
	next := maps.Clone(all)
	if next == nil {
		next = members{}
	}
	reads := make([]*client.Future[client.GetResult], len(paths))
	for i, path := range paths {
		reads[i] = v.c.Get(path).Async(ctx)
	}
	for i, path := range paths {
		res, err := reads[i].Wait(ctx)
		switch {
		case errors.Is(err, zk.ErrNoNode):
			delete(next, client.Base(path))
		case err != nil:
			return nil, err
		default:
			next[client.Base(path)] = member{res.Data, res.Stat.Czxid, res.Stat.Mzxid}
		}
	}
	return next, nil
}
