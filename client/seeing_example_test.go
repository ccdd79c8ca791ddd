package client_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

func ExampleWithLogger() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { // what differs from run to run
			if a.Key == slog.TimeKey || a.Key == "latency" || a.Key == "session" {
				return slog.Attr{}
			}
			return a
		},
	})
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr, client.WithLogger(slog.New(handler)))
		if err != nil {
			return err
		}
		_, err = c.Create("/n").Data([]byte("never logged")).Do(ctx)
		return errors.Join(err, c.Close(ctx))
	})
	// Output:
	// level=INFO msg="zookeeper: Connected"
	// level=DEBUG msg="zookeeper: operation" op=create path=/n attempts=1 sent=65 received=26 outcome=done
	// level=INFO msg="zookeeper: Closed"
}

func ExampleWithHooks() {
	slow := client.Hooks{
		Operation: func(_ context.Context, op client.Operation) {
			if op.Latency > 100*time.Millisecond {
				fmt.Println("slow:", op.Name, op.Path, op.Latency, len(op.Attempts))
			}
		},
		State: func(change client.StateChange) {
			if change.State == client.Connected {
				fmt.Println("connected")
			}
		},
	}
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr, client.WithHooks(slow))
		if err != nil {
			return err
		}
		return c.Close(ctx) // waits for the hooks
	})
	// Output: connected
}

// A program that has a *zk.Conn takes up the client where it likes, and changes nothing else.
func ExampleFromConn() {
	served(func(ctx context.Context, addr string) error {
		conn, events, err := zk.Connect([]string{addr}, 10*time.Second, zk.WithLogInfo(false))
		if err != nil {
			return err
		}
		defer conn.Close()
		c, err := client.FromConn(conn, events)
		if err != nil {
			return err
		}
		defer c.Close(ctx)

		path, err := c.Create("/app/config").Parents().Do(ctx)
		if err != nil {
			return err
		}
		ok, _, err := conn.Exists(path)
		fmt.Println(path, ok, c.Session().ID() == conn.SessionID())
		return err
	})
	// Output: /app/config true true
}
