package bench

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/testing/server"
)

// childEnv makes the test's program be nothing but our server: in a process of its own, as Apache's, it neither allocates where the
// clients' allocations are counted nor shares their scheduler.
const childEnv = "ZOOKIT_BENCH_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	if err := serve(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// serve serves until the process is killed.
func serve() error {
	srv, err := server.New(server.WithAddr("127.0.0.1:0"), server.WithMaxClientConns(0))
	if err != nil {
		return err
	}
	if err := srv.Start(context.Background()); err != nil {
		return err
	}
	fmt.Printf("serving %s\n", srv.Addr())
	select {}
}

// startChild starts our server in a process of its own.
func startChild(b *testing.B) target {
	b.Helper()
	proc := foreign.Start(b, "/usr/bin/env", childEnv+"=1", os.Args[0])
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
	defer cancel()
	if err := proc.WaitFor(ctx, "\n"); err != nil {
		b.Fatalf("%v\n%s", err, proc.Output())
	}
	addr := strings.TrimSpace(strings.TrimPrefix(proc.Output(), "serving "))
	if _, _, err := net.SplitHostPort(addr); err != nil {
		b.Fatalf("%v\n%s", err, proc.Output())
	}
	get.warm(b, addr)
	return target{name: "zookit's own server, in a process of its own, in memory", addr: addr}
}
