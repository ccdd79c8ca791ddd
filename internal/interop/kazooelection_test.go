package interop

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/leader"
)

// Our Selector with kazoo's names and kazoo's Election are one election.
func TestSelectorKazoo(t *testing.T) {
	python := foreign.Python(t)
	start := func(t *testing.T, addr, id string, wanted int) *foreign.Process {
		t.Helper()
		return foreign.Start(t, python, "testdata/kazoo/election.py", addr, lockPath, counterPath, strconv.Itoa(wanted), id)
	}
	onServers(t, func(t *testing.T, addr string) {
		s, err := leader.NewSelector(sdk(t, addr), lockPath, leader.WithID("go"), leader.WithKazooNames())
		must(t, err)
		shareWithCurator(t, addr, start, selecting(s))
	})
}

// selecting is one term of a Selector as a lock.
func selecting(s *leader.Selector) lockFunc {
	return func(ctx context.Context) (func() error, error) {
		leading, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- s.Run(ctx, func(context.Context) error {
				close(leading)
				<-release
				return nil
			})
		}()
		select {
		case <-leading:
		case err := <-ended:
			return nil, err
		}
		return func() error {
			close(release)
			return <-ended
		}, nil
	}
}

// kazoo sees who takes part, ours too, by what they said.
func TestSelectorKazooContenders(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		s, err := leader.NewSelector(sdk(t, addr), lockPath, leader.WithID("go"), leader.WithKazooNames())
		must(t, err)
		must(t, s.Run(t.Context(), func(ctx context.Context) error {
			const look = "from kazoo.client import KazooClient as C; c = C('%'); c.start(); print(c.Election('/interop/lock').contenders()); c.stop()"
			p := foreign.Start(t, python, "-c", strings.Replace(look, "%", addr, 1))
			if err := p.Wait(ctx); err != nil || !strings.Contains(p.Output(), "['go']") {
				t.Errorf("%v\n%s", err, p.Output())
			}
			return nil
		}))
	})
}
