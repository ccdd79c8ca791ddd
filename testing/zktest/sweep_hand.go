package zktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// handHost is where the hands of a Sweep's faults are, which meet no fault.
const handHost = "hand"

// byHand calls f with a client for that one time, so that it never waits for another call.
func (s *Swept) byHand(tb testing.TB, f func(ctx context.Context, c *client.Client) error) {
	tb.Helper()
	ctx := tb.Context()
	c, err := client.Connect(ctx, s.Addr, client.WithDial(s.Host(handHost).DialContext))
	if err == nil {
		err = errors.Join(f(ctx, c), c.Close(ctx))
	}
	if err != nil {
		tb.Errorf("zktest: %s: by hand: %v", s, err)
	}
}

// Plant makes a persistent znode as somebody by hand would, with its parents, and has Left pass over it; for what is a fault's doing. One that
// exists stays as it is.
func (s *Swept) Plant(tb testing.TB, path string, data []byte) {
	tb.Helper()
	s.plant(path)
	s.byHand(tb, func(ctx context.Context, c *client.Client) error {
		_, err := c.Create(path).Data(data).Parents().Do(ctx)
		if errors.Is(err, zk.ErrNodeExists) {
			return nil
		}
		return err
	})
}

// Left lists the znodes below the paths, at any depth, in order: what the code has left there, if it is to be over. The paths themselves do not count, nor
// does what Plant and ForeignChild have made; a container does, although the server will delete it, since nothing tells it from other znodes.
func (s *Swept) Left(tb testing.TB, paths ...string) (left []string) {
	tb.Helper()
	planted := s.plants()
	s.byHand(tb, func(ctx context.Context, c *client.Client) error {
		for _, path := range paths {
			err := below(ctx, c, path, func(n client.Node) error {
				if !planted[n.Path] {
					left = append(left, n.Path)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	slices.Sort(left)
	return slices.Compact(left)
}

// deleteOwn deletes the session's znodes, and tells whether there were any.
func (s *Swept) deleteOwn(tb testing.TB) bool {
	tb.Helper()
	return s.own(tb, func(ctx context.Context, c *client.Client, path string) error { return c.Delete(path).Do(ctx) })
}

// overwriteOwn overwrites them.
func (s *Swept) overwriteOwn(tb testing.TB) bool {
	tb.Helper()
	return s.own(tb, func(ctx context.Context, c *client.Client, path string) error {
		_, err := c.Set(path).Data([]byte("written by hand")).Do(ctx)
		return err
	})
}

// own does something to every ephemeral znode of the session that met the fault.
func (s *Swept) own(tb testing.TB, do func(ctx context.Context, c *client.Client, path string) error) (some bool) {
	tb.Helper()
	session := s.Frame().Session
	folders := s.sweep.options.folders
	if len(folders) == 0 {
		folders = []string{"/"}
	}
	s.byHand(tb, func(ctx context.Context, c *client.Client) error {
		for _, folder := range folders {
			err := below(ctx, c, folder, func(n client.Node) error {
				if n.Stat.EphemeralOwner != session {
					return nil
				}
				err := do(ctx, c, n.Path)
				if errors.Is(err, zk.ErrNoNode) { // it has gone by itself
					return nil
				}
				some = true
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return some
}

// below calls f for every znode below a path.
func below(ctx context.Context, c *client.Client, path string, f func(client.Node) error) error {
	for n, err := range c.Walk(path).Do(ctx) {
		switch {
		case errors.Is(err, zk.ErrNoNode):
			return nil
		case err != nil:
			return fmt.Errorf("below %s: %w", path, err)
		case n.Path == path:
			continue
		}
		if err := f(n); err != nil {
			return err
		}
	}
	return nil
}
