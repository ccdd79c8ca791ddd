package party_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/zktest"
)

// joinAnyhow joins again as long as sessions are lost and connections do not come back.
func joinAnyhow(ctx context.Context, p *party.Party) (*party.Membership, error) {
	for {
		m, err := p.Join(ctx)
		if err == nil || !client.Retryable(err) {
			return m, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// Another sees one who joins, once, and sees it go; and a membership that says it lives is one that the other sees.
func TestSweepParty(t *testing.T) {
	for _, kind := range makers {
		t.Run(kind.name, func(t *testing.T) {
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
				ctx := t.Context()
				p, err := kind.make(s.Client(t), path, party.WithID("ada"))
				must(t, err)
				q, err := kind.make(s.Connect(t, "other"), path)
				must(t, err)
				m, err := joinAnyhow(ctx, p)
				must(t, err)
				time.Sleep(15 * time.Second) // a lost frame is noticed, and a robbed member knows
				want := []string{client.Base(m.Path())}
				if m.Context().Err() != nil {
					want = nil
					if !s.Fault.Robs {
						t.Errorf("ended: %v", context.Cause(m.Context()))
					}
				}
				members, err := q.Members(ctx)
				must(t, err)
				var got []string
				for _, m := range members {
					if m.Name != "readme" { // a foreign child, which a shallow party counts
						got = append(got, m.Name)
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("seen: %q, want %q", got, want)
				}
				_ = m.Leave() // what is not confirmed is done in the background
			}, zktest.InParallel(), zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second))
		})
	}
}

// One who stays is in, once, whatever happens; and out when it has left.
func TestSweepStay(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx := t.Context()
		other := shallow(t, s.Connect(t, "other"), "")
		p := shallow(t, s.Client(t), "ada")
		stay, err := p.Stay(ctx)
		for err != nil && client.Retryable(err) {
			stay, err = p.Stay(ctx)
		}
		must(t, err)
		time.Sleep(15 * time.Second)
		members, err := other.Members(ctx)
		must(t, err)
		m := stay.Membership()
		members = slices.DeleteFunc(members, func(m party.Member) bool { return m.Name == "readme" })
		if m == nil || !slices.Equal(ids(members), []string{"ada"}) {
			t.Errorf("seen: %q, and it believes %v", ids(members), m)
		}
		_ = stay.Leave() // what is not confirmed is done in the background
	}, zktest.InParallel(), zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second))
}

// owners watches over a set: nobody works on what another works on, and tokens grow. The work itself notices its end a moment late, as any work does, but
// for the one that was robbed, which may still hold what it still believes to hold.
type owners struct {
	mu     sync.Mutex // guards what follows
	who    map[string]string
	tokens map[string]int64
	robbed string
}

func (o *owners) work(t *testing.T, id string) func(context.Context, *party.Share) error {
	t.Helper()
	return func(ctx context.Context, s *party.Share) error {
		o.mu.Lock()
		for _, i := range s.Items() {
			if i.Context().Err() != nil {
				continue
			}
			if by := o.who[i.Name()]; by != "" && by != o.robbed {
				t.Errorf("%s has %s, and so does %s", id, i.Name(), by)
			}
			if i.Token() <= o.tokens[i.Name()] && id != o.robbed {
				t.Errorf("%s: token %d after %d", i.Name(), i.Token(), o.tokens[i.Name()])
			}
			o.who[i.Name()], o.tokens[i.Name()] = id, max(i.Token(), o.tokens[i.Name()])
		}
		o.mu.Unlock()
		<-ctx.Done()
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, i := range s.Items() {
			if o.who[i.Name()] == id {
				delete(o.who, i.Name())
			}
		}
		return nil
	}
}

// Two members come one after the other and one goes, with a fault at each message of the one that stays: no item ever has two owners, its tokens
// grow, in the end all items have one, and nothing is left.
//
// A foreign child in the party counts as a member, as in kazoo, and those of the locks as nobody.
func TestSweepPartitioner(t *testing.T) {
	locks := []string{"/set/locks/a", "/set/locks/b"}
	t.Run("all", func(t *testing.T) {
		zktest.Sweep(t, comeAndGo, zktest.InParallel(), zktest.WithFolders(append(locks, "/set/party")...), zktest.LeavesNothing(8*time.Second),
			zktest.WithoutFaults(zktest.ForeignChild))
	})
	t.Run("foreign", func(t *testing.T) {
		zktest.Sweep(t, comeAndGo, zktest.InParallel(), zktest.WithFolders(locks...), zktest.LeavesNothing(8*time.Second), zktest.OnlyFaults(zktest.ForeignChild))
	})
}

func comeAndGo(t *testing.T, s *zktest.Swept) {
	t.Helper()
	const set = "/set"
	items := []string{"a", "b"}
	o := &owners{who: map[string]string{}, tokens: map[string]int64{}}
	if s.Fault.Robs {
		o.robbed = "app"
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	run := func(ctx context.Context, c *client.Client, id string) {
		all.Go(func() {
			for {
				p, err := party.NewPartitioner(c, set, items, party.WithID(id), party.WithTimeBoundary(time.Second), party.WithRejoin())
				if err == nil {
					err = p.Run(ctx, o.work(t, id))
				}
				if ctx.Err() != nil {
					return
				}
				if !client.Retryable(err) {
					t.Errorf("%s: %v", id, err)
					return
				}
			}
		})
	}
	run(ctx, s.Client(t), "app")
	time.Sleep(5 * time.Second)
	brief, leave := context.WithTimeout(ctx, 40*time.Second)
	defer leave()
	run(brief, s.Connect(t, "other"), "other")
	time.Sleep(80 * time.Second)
	o.mu.Lock()
	for _, item := range items {
		if o.who[item] != "app" {
			t.Errorf("in the end %q has %s", o.who[item], item)
		}
	}
	o.mu.Unlock()
	cancel()
	all.Wait()
}

// A partitioner that fails says why, and that no share is its own any more, without WithRejoin.
func TestSweepPartitionerFails(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		c := s.Client(t)
		lost := false // the session, while work was at it
		p, err := party.NewPartitioner(c, "/set", []string{"a"}, party.WithTimeBoundary(0), party.WithID("app"))
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err = p.Run(ctx, func(ctx context.Context, share *party.Share) error {
			<-ctx.Done()
			lost = errors.Is(context.Cause(ctx), client.ErrSessionLost)
			for _, i := range share.Items() {
				<-i.Context().Done()
			}
			return ctx.Err()
		})
		switch {
		case errors.Is(err, context.DeadlineExceeded) && !lost:
		case errors.Is(err, client.ErrSessionLost) && lost:
		case client.Retryable(err) && ctx.Err() == nil: // Start fails
		default:
			t.Errorf("got %v; lost while at work: %v", err, lost)
		}
	}, zktest.InParallel(), zktest.WithFolders("/set/party", "/set/locks/a"), zktest.WithoutFaults(zktest.ForeignChild), zktest.LeavesNothing(8*time.Second))
}
