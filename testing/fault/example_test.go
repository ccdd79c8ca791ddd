package fault_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"syscall"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
)

// The server creates the znode, and its client is not told.
func Example() {
	network := fault.NewNetwork()
	lost := fault.Once(fault.Reply("create"), fault.Cut)
	network.Inject(lost)

	// A stand-in for a server: it welcomes a client and answers one request.
	l, err := network.Listen("tcp", "zk:2181")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		frames := wire.NewFrameReader(conn, wire.MaxFrame)
		for _, answer := range [][]byte{welcome(), created(1, "/a")} {
			if _, err := frames.Next(); err != nil {
				return
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
	}()

	conn, err := network.Host("app").Dial("tcp", "zk:2181", 0)
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(append(hello(), create(1, "/a")...)); err != nil {
		log.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	fmt.Println("read the handshake only:", string(answer) == string(welcome()))
	fmt.Println("connection reset:", errors.Is(err, syscall.ECONNRESET))
	fmt.Printf("%s, fired %d time\n", lost, lost.Fired())
	// Output:
	// read the handshake only: true
	// connection reset: true
	// cut: reply create (frame 1), fired 1 time
}
