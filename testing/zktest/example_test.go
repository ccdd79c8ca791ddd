package zktest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// testRegister uses a server on a real port. In a package of yours it is called TestRegister.
func testRegister(t *testing.T) {
	srv := zktest.Start(t)
	conn, _, err := zk.Connect([]string{srv.Addr()}, 10*time.Second, zk.WithLogger(quiet{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	path, err := conn.Create("/service", nil, zk.FlagEphemeral, zk.WorldACL(zk.PermAll))
	fmt.Println("created", path, err)
}

// testLostReply is in virtual time, on a network that loses what it is told to. The znode is there, and its creator was
// not told.
func testLostReply(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		conn, _ := connect(t, w, "app") // dials with w.Host("app").Dial
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))

		_, err := conn.Create("/service", nil, 0, zk.WorldACL(zk.PermAll))
		fmt.Println("create:", err)
		exists, _, err := conn.Exists("/service")
		fmt.Println("exists:", exists, err)
	})
}

func Example() {
	run(testRegister, testLostReply)
	// Output:
	// created /service <nil>
	// create: zk: connection closed
	// exists: true <nil>
}
