package client_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A server that comes back with another password is not used, does not end the client and is not stormed; calls say why they fail. When
// the password is right again, so is everything.
func TestPasswordIsChangedAndMended(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		addr := "other:2181"
		begin := func(password string) *server.Server {
			t.Helper()
			s, err := server.New(server.WithAddr(addr), server.WithListen(w.Net.Listen), server.WithAuthSchemes("sasl"),
				server.WithSASLUsers(map[string]string{"bob": password}))
			must(t, err)
			must(t, s.Start(ctx))
			return s
		}
		s := begin("builder")
		c, err := client.Connect(ctx, addr, client.WithSASL("bob", "builder"), client.WithDial(w.Host("a").DialContext),
			client.WithRetry(client.Exponential(10*time.Millisecond, 100*time.Millisecond, 2*time.Second)))
		must(t, err)
		changes := c.States(ctx)
		states(t, changes, client.Connected)
		s.Kill()
		s = begin("changed")
		attempts := fault.Always(fault.Request("connect").Host("a"), fault.Pass)
		remove := w.Net.Inject(attempts)
		defer remove()
		states(t, changes, client.Suspended, client.Lost) // that server does not know the session
		time.Sleep(time.Minute)
		_, _, err = c.Get("/").Do(ctx)
		if !errors.Is(err, client.ErrAuthFailed) || !errors.Is(err, client.ErrConnectionLoss) || client.MayHaveApplied(err) {
			t.Errorf("a call: %v", err)
		}
		if n := attempts.Fired(); n > 100 || n < 20 {
			t.Errorf("%d attempts in a minute", n)
		}
		if len(changes) > 0 {
			t.Errorf("it says %v", (<-changes).State)
		}
		s.Kill()
		s = begin("builder")
		defer s.Kill()
		states(t, changes, client.Reconnected)
		if _, _, err = c.Get("/").Do(ctx); err != nil {
			t.Error(err)
		}
		must(t, c.Close(context.WithoutCancel(ctx)))
	})
}
