package zktest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/server"
)

// stopTimeout bounds the orderly stop at the end of a test. It is virtual time in a World. It is well below the time after which
// the server itself gives up a client that does not read, so that such a client is always told of.
const stopTimeout = 5 * time.Second

// Server is a running server that stops with its test.
type Server struct {
	*server.Server
}

// Restart stops the server in order and starts it again, on the same address and with its data and sessions. For a server that
// ends as in a crash, call Kill and Start. A test whose server does not come back ends at once.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), stopTimeout)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		tb.Errorf("zktest: the server did not stop cleanly: %v", err)
	}
	if err := s.Start(tb.Context()); err != nil {
		tb.Fatalf("zktest: %v", err)
	}
}

// Start starts a server on a free port of TCP loopback; Addr says which. It is stopped when the test ends, after the
// cleanups that were registered later, and the test fails if stopping does. A test that cannot start it ends at once.
//
// All clients of a test have one address, so the server does not limit the connections from there, unless an option says so.
// It keeps its data in memory and logs to the test's output.
func Start(tb testing.TB, opts ...server.Option) *Server {
	tb.Helper()
	return start(tb, append([]server.Option{server.WithAddr("127.0.0.1:0"), server.WithMaxClientConns(0)}, opts...))
}

func start(tb testing.TB, opts []server.Option) *Server {
	tb.Helper()
	logger := slog.New(slog.NewTextHandler(tb.Output(), nil))
	srv, err := server.New(append([]server.Option{server.WithLogger(logger)}, opts...)...)
	if err != nil {
		tb.Fatalf("zktest: %v", err)
	}
	if err := srv.Start(tb.Context()); err != nil {
		tb.Fatalf("zktest: %v", err)
	}
	tb.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), stopTimeout)
		defer cancel()
		if err := srv.Stop(ctx); err != nil {
			tb.Errorf("zktest: the server did not stop cleanly: %v", err)
		}
	})
	return &Server{srv}
}
