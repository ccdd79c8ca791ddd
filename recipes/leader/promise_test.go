package leader_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Without WithPolicy an election has its client's error policy, also through a namespace; WithPolicy overrules it.
func TestPolicyIsTheClients(t *testing.T) {
	lenient := client.WithStateErrorPolicy(client.SessionErrors)
	for name, row := range map[string]struct {
		client []client.Option
		leader []leader.Option
		goesOn bool
	}{
		"standard":                 {},
		"session":                  {client: []client.Option{lenient}, goesOn: true},
		"standard, until lost":     {leader: []leader.Option{leader.WithPolicy(leader.UntilLost)}, goesOn: true},
		"session, until suspended": {client: []client.Option{lenient}, leader: []leader.Option{leader.WithPolicy(leader.UntilSuspended)}},
		"nothing is an error":      {client: []client.Option{client.WithStateErrorPolicy(func(client.State) bool { return false })}, goesOn: true},
		"everything is an error":   {client: []client.Option{client.WithStateErrorPolicy(func(client.State) bool { return true })}},
	} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a", row.client...).Namespace("/team")
			var latch []leader.LatchOption
			var selector []leader.SelectorOption
			for _, opt := range row.leader {
				latch, selector = append(latch, opt), append(selector, opt)
			}
			l, err := leader.NewLatch(c, path, latch...)
			must(t, err)
			must(t, l.Start(t.Context()))
			s, err := leader.NewSelector(c, path, selector...)
			must(t, err)
			terms := []*leader.Term{await(t, l)}
			running, stop := make(chan *leader.Term), make(chan struct{})
			ended := make(chan error, 1)
			go func() {
				ended <- s.Run(t.Context(), func(ctx context.Context) error {
					running <- leader.FromContext(ctx)
					<-stop
					return nil
				})
			}()
			terms = append(terms, <-running)
			time.Sleep(time.Second)
			w.Net.Refuse("zk", true)
			w.Net.CutAll()
			synctest.Wait()
			for i, term := range terms {
				if on := term.Context().Err() == nil; on != row.goesOn || !on && !errors.Is(context.Cause(term.Context()), leader.ErrSuspended) {
					t.Errorf("%s, %d: %v", name, i, context.Cause(term.Context()))
				}
			}
			w.Net.Refuse("zk", false)
			close(stop)
			if err := <-ended; (err == nil) != row.goesOn {
				t.Errorf("%s: Run returns %v", name, err)
			}
			must(t, c.WaitConnected(t.Context()))
			must(t, l.Close(t.Context()))
		})
	}
}

// Whatever the policy, the end of the session is the end of the term.
func TestLostEndsWhateverThePolicy(t *testing.T) {
	for _, policy := range []client.StateErrorPolicy{client.StandardErrors, client.SessionErrors, func(client.State) bool { return false }} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			l := start(t, w.Connect(t, "a", client.WithStateErrorPolicy(policy)))
			term := await(t, l)
			w.Host("a").Partition()
			<-term.Context().Done()
			if cause := context.Cause(term.Context()); !errors.Is(cause, client.ErrSessionLost) && !errors.Is(cause, leader.ErrSuspended) {
				t.Errorf("cause %v", cause)
			}
			w.Host("a").Heal()
			if again := await(t, l); again.Epoch() < term.Epoch() {
				t.Errorf("epochs %d, then %d", term.Epoch(), again.Epoch())
			}
			must(t, l.Close(t.Context()))
		})
	}
}
