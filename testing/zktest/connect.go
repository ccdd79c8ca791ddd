package zktest

import (
	"context"
	"testing"

	"github.com/zookit-go/zookit/client"
)

// Connect connects a client to the server. It is closed when the test ends. A test that gets no session ends at once.
func Connect(tb testing.TB, srv *Server, opts ...client.Option) *client.Client {
	tb.Helper()
	return connect(tb, srv.Addr(), opts)
}

// Connect connects a client on the named host to the World's server. It is closed when the test ends.
func (w *World) Connect(tb testing.TB, host string, opts ...client.Option) *client.Client {
	tb.Helper()
	return connect(tb, w.Addr, append([]client.Option{client.WithDial(w.Host(host).DialContext)}, opts...))
}

func connect(tb testing.TB, servers string, opts []client.Option) *client.Client {
	tb.Helper()
	c, err := client.Connect(tb.Context(), servers, opts...)
	if err != nil {
		tb.Fatalf("zktest: %v", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), stopTimeout)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			tb.Logf("zktest: %v", err) // as it should, if the test has cut it off
		}
	})
	return c
}
