package session

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// What zk.Conn has no method for fails at once and says what it takes; what it has one for fails for the lack of a connection.
func TestLentNeedsDialer(t *testing.T) {
	closed := errors.New("nobody answers")
	conn, events, err := zk.Connect([]string{"127.0.0.1:1"}, time.Second, zk.WithLogInfo(false), zk.WithDialer(
		func(string, string, time.Duration) (net.Conn, error) { return nil, closed }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := NewLent(Options{Timeout: time.Second}, conn, events)
	defer s.Return()
	known := 0
	for op := range wire.Operations {
		call := s.Send(t.Context(), op, &wire.Empty{}, "/", nil)
		<-call.Done()
		want := ErrNeedsDialer
		if lendable(op) {
			known++
			want = ErrConnectionLoss
		}
		if call.Err() != want || call.Sent() { //nolint:errorlint // as it is
			t.Errorf("%v: %v, sent %v", op, call.Err(), call.Sent())
		}
	}
	if known != 14 {
		t.Errorf("zk.Conn has methods for %d operations", known)
	}
}

func TestCodeOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		code wire.Code
		lost error
	}{
		{nil, wire.OK, nil},
		{zk.ErrNoNode, wire.NoNode, nil},
		{fmt.Errorf("unknown error: %d", int32(wire.Unimplemented)), wire.Unimplemented, nil}, // as zk.Conn names what it does not know
		{zk.ErrConnectionClosed, wire.OK, ErrConnectionLoss},
		{zk.ErrNoServer, wire.OK, ErrConnectionLoss},
		{zk.ErrSessionExpired, wire.OK, ErrConnectionLoss},
		{zk.ErrClosing, wire.OK, ErrConnectionLoss},
		{zk.ErrInvalidFlags, wire.OK, zk.ErrInvalidFlags},
	} {
		if code, lost := codeOf(tt.err); code != tt.code || lost != tt.lost { //nolint:errorlint // as it is
			t.Errorf("%v: %v, %v", tt.err, code, lost)
		}
	}
}
