package party

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Member is one who is in a party.
type Member struct {
	ID   string // as the member said; two may say the same
	Name string // its znode's, below the party's path
}

func compareMembers(a, b Member) int {
	return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name))
}

// Members lists who is here, in the order of their ids. It costs 1 request; in a Party that is not shallow 1 more for each member, all in one
// round trip more. Nobody, or no such path, is no error. Errors: context.Cause(ctx), client.ErrConnectionLoss, zk.ErrNoAuth,
// client.ErrClosed.
func (p *Party) Members(ctx context.Context) ([]Member, error) {
	names, _, err := p.c.Children(p.path).Do(ctx)
	if err == nil {
		var now []Member
		if now, err = p.read(ctx, names, nil); err == nil {
			return now, nil
		}
	}
	if errors.Is(err, zk.ErrNoNode) {
		return nil, nil
	}
	return nil, p.fail(ctx, "list", err)
}

// Len is how many are here: 1 request. No such path is no error. The errors are those of Members.
func (p *Party) Len(ctx context.Context) (int, error) {
	names, _, err := p.c.Children(p.path).Do(ctx)
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		return 0, p.fail(ctx, "count", err)
	}
	return len(p.kind.members(names)), nil
}

// read makes members of names, in order. Those that are known already are not read again: an id never changes.
func (p *Party) read(ctx context.Context, names []string, known map[string]Member) ([]Member, error) {
	names = p.kind.members(names)
	now := make([]Member, 0, len(names))
	if p.kind == shallow {
		for _, name := range names {
			now = append(now, Member{shallowID(name), name})
		}
		slices.SortFunc(now, compareMembers)
		return now, nil
	}
	reads := make([]*client.Future[client.GetResult], len(names))
	for i, name := range names {
		if _, ok := known[name]; !ok {
			reads[i] = p.c.Get(client.Join(p.path, name)).Async(ctx)
		}
	}
	for i, name := range names {
		if m, ok := known[name]; ok {
			now = append(now, m)
			continue
		}
		res, err := reads[i].Wait(ctx)
		if err != nil && client.Retryable(err) {
			res.Data, res.Stat, err = p.c.Get(client.Join(p.path, name)).Do(ctx)
		}
		switch {
		case errors.Is(err, zk.ErrNoNode): // it left between the listing and the read
		case err != nil:
			return nil, err
		default:
			now = append(now, Member{string(res.Data), name})
		}
	}
	slices.SortFunc(now, compareMembers)
	return now, nil
}

// Change is what happened to a party.
type Change struct {
	Members []Member // who is here now, in the order of their ids
	Joined  []Member // who came since the change before; at first all
	Left    []Member // who went
}

// Changes yields who is here now, and then every change. Who comes and goes again between two looks is not told of. It runs in the
// caller's goroutine and leaves no watch behind.
//
// A change takes 1 event and 1 request; in a Party that is not shallow 1 more for each newcomer. Lost connections and sessions are waited
// out. An error is the last thing yielded: context.Cause(ctx), zk.ErrNoAuth, client.ErrClosed.
func (p *Party) Changes(ctx context.Context) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		watching, stop := context.WithCancel(ctx)
		defer stop() // and with it the watch
		var known map[string]Member
		for {
			now, watch, err := p.look(watching, known)
			if err != nil && ctx.Err() == nil && client.Retryable(err) {
				if err = p.c.WaitConnected(watching); err == nil {
					continue
				}
			}
			if err != nil {
				yield(Change{}, p.fail(ctx, "watch", err))
				return
			}
			change, next := difference(known, now)
			if known == nil || len(change.Joined)+len(change.Left) > 0 {
				if !yield(change, nil) {
					return
				}
			}
			known = next
			select {
			case <-watch.Events(): // also the end of the session: look again in the next
			case <-ctx.Done():
				yield(Change{}, context.Cause(ctx))
				return
			}
		}
	}
}

// look lists who is here, with a watch for the next change.
func (p *Party) look(ctx context.Context, known map[string]Member) ([]Member, *client.Watch, error) {
	names, watch, err := p.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	now, err := p.read(ctx, names, known)
	if err != nil {
		watch.Stop()
		return nil, nil, err
	}
	return now, watch, nil
}

func (p *Party) list(ctx context.Context) ([]string, *client.Watch, error) {
	for {
		names, _, watch, err := p.c.Children(p.path).DoW(ctx)
		if !errors.Is(err, zk.ErrNoNode) {
			return names, watch, err
		}
		ok, _, watch, err := p.c.Exists(p.path).DoW(ctx)
		if err != nil || !ok {
			return nil, watch, err
		}
		watch.Stop() // it was made meanwhile
	}
}

// difference is what happened between two looks.
func difference(known map[string]Member, now []Member) (Change, map[string]Member) {
	change := Change{Members: now}
	next := make(map[string]Member, len(now))
	for _, m := range now {
		next[m.Name] = m
		if _, ok := known[m.Name]; !ok {
			change.Joined = append(change.Joined, m)
		}
	}
	for name, m := range known {
		if _, ok := next[name]; !ok {
			change.Left = append(change.Left, m)
		}
	}
	slices.SortFunc(change.Left, compareMembers)
	return change, next
}
