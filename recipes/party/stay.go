package party

import (
	"context"
	"sync"

	"github.com/zookit-go/zookit/recipes/internal/latest"
)

// Presence is whether one who stays is in the party.
type Presence struct {
	Membership *Membership // nil while it is out
	Err        error       // why it is out: the cause of the last membership's end, or, at last, why there will be no other
}

// Stay is one who comes back: it is in the party in every session, by a Membership of its own each time, with the same znode's name.
type Stay struct {
	party *Party
	name  string

	changes latest.Latest[Presence]
	life    context.Context // ends with Leave
	end     context.CancelCauseFunc
	done    chan struct{} // closed when the goroutine has ended
	once    sync.Once
	left    error // to be read after done
}

// Stay joins the party, and joins again whenever the membership ends by itself: when its session is lost, as soon as there is another, and
// when somebody deletes its znode. kazoo's members do not come back. Leave the stay, not its memberships: it would make another.
//
// ctx bounds the call only. Errors are those of Join. Stay has one goroutine, which ends with Leave, when the client is closed, and when the
// server refuses to let it join again, as with zk.ErrNoAuth.
func (p *Party) Stay(ctx context.Context) (*Stay, error) {
	s := &Stay{party: p, name: p.kind.name(p.id), done: make(chan struct{})}
	m, err := p.join(ctx, s.name)
	if err != nil {
		return nil, p.fail(ctx, "stay in", err)
	}
	s.life, s.end = context.WithCancelCause(context.Background())
	s.changes.Set(Presence{Membership: m})
	go s.run(m)
	return s, nil
}

// run joins again until Leave.
func (s *Stay) run(m *Membership) {
	defer close(s.done)
	for {
		select {
		case <-m.ctx.Done():
		case <-s.life.Done():
			s.left = m.Leave()
			s.changes.Finish(Presence{Err: ErrLeft})
			return
		}
		cause := context.Cause(m.ctx)
		_ = m.Leave() // ends its watch; there is nothing to delete
		s.changes.Set(Presence{Err: cause})
		var err error
		if m, err = s.party.rejoin(s.life, s.name); err != nil {
			s.changes.Finish(Presence{Err: err})
			return
		}
		s.changes.Set(Presence{Membership: m})
	}
}

// Membership is the present one, or nil while the member is out.
func (s *Stay) Membership() *Membership {
	if m := s.changes.Get().Membership; m != nil && m.ctx.Err() == nil {
		return m
	}
	return nil
}

// Changes tells whether the member is in: how it stands now, and then every change. A listener that is slow gets the newest and not those
// between; no listener keeps anybody waiting. The channel is closed when ctx ends, and behind the last change: ErrLeft after Leave, client.ErrClosed, or what
// the server refused.
func (s *Stay) Changes(ctx context.Context) <-chan Presence { return s.changes.Listen(ctx) }

// Leave ends the stay: the membership ends, its znode is deleted, and nothing of the stay runs any more. It takes one request, and about a
// second at most. It is safe to call twice. An error is as for Membership.Leave.
func (s *Stay) Leave() error {
	s.once.Do(func() { s.end(ErrLeft) })
	<-s.done
	return s.left
}
