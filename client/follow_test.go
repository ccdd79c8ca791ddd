package client_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// superuser lets a test write what only an ensemble writes.
var superuser = zktest.WithServer(server.WithSuperDigest("super:xQJmxLMiHGwaqBvst5y6rkB6HQs="))

func configure(t *testing.T, c *client.Client, servers ...string) {
	t.Helper()
	var config string
	for i, addr := range servers {
		config += fmt.Sprintf("server.%d=%s:2888:3888:participant;0.0.0.0:2181\n", i+1, addr)
	}
	_, err := c.Conn().Set("/zookeeper/config", []byte(config+"version=100000001"), -1)
	must(t, err)
}

// The client goes where the ensemble's configuration says, as often as it says something else, and over reconnects and lost sessions.
func TestConfigFollower(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		for i := 1; i <= 3; i++ {
			gate(t, w, fmt.Sprintf("10.0.0.%d:2181", i))
		}
		admin := w.Connect(t, "admin", client.WithSessionTimeout(40*time.Second))
		must(t, admin.Conn().AddAuth("digest", []byte("super:admin")))
		_, err := admin.Create("/app").Do(ctx)
		must(t, err)
		c, err := client.Connect(ctx, w.Addr+"/app", client.WithDial(w.Host("a").DialContext), client.WithConfigFollower())
		must(t, err)
		defer c.Close(ctx)
		changes := c.States(ctx)
		session := states(t, changes, client.Connected).Session
		time.Sleep(time.Second)
		if len(changes) != 0 { // the configuration is empty
			t.Errorf("change %v", <-changes)
		}
		arrives := func(addr string) {
			t.Helper()
			deadline := time.Now().Add(30 * time.Second)
			for c.Conn().Server() != addr || c.State() != client.Connected && c.State() != client.Reconnected {
				if time.Now().After(deadline) {
					t.Fatalf("on %s, want %s", c.Conn().Server(), addr)
				}
				time.Sleep(100 * time.Millisecond)
			}
			synctest.Wait()
		}
		configure(t, admin, "10.0.0.1")
		arrives("10.0.0.1:2181")
		configure(t, admin, "10.0.0.2")
		arrives("10.0.0.2:2181")
		if c.Session() != session {
			t.Errorf("the session is %v, was %v", c.Session(), session)
		}

		// A change while the client is away.
		w.Net.Refuse("10.0.0.2", true)
		w.Host("a").Cut()
		configure(t, admin, "10.0.0.3")
		time.Sleep(2 * time.Second)
		w.Net.Refuse("10.0.0.2", false)
		arrives("10.0.0.3:2181")

		// A change after the session was lost.
		w.Server.ExpireSession(c.Session().ID())
		time.Sleep(5 * time.Second)
		configure(t, admin, "10.0.0.1")
		arrives("10.0.0.1:2181")
		configure(t, admin) // which says nothing
		time.Sleep(time.Second)
		arrives("10.0.0.1:2181")
	}, superuser)
}

// Servers before 3.5 have no configuration. The follower looks again when there is another connection, and bothers nobody.
func TestConfigFollowerOfAnOldServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, err := client.Connect(t.Context(), w.Addr, client.WithDial(w.Host("a").DialContext), client.WithConfigFollower())
		must(t, err)
		time.Sleep(time.Second)
		reads := func() int64 { return w.Server.Stats().Requests["getData"] }
		before := reads()
		time.Sleep(time.Minute)
		if reads() != before || before == 0 {
			t.Errorf("%d reads at first, %d in the next minute", before, reads()-before)
		}
		w.Host("a").Cut()
		time.Sleep(time.Second)
		if n := reads() - before; n != 1 {
			t.Errorf("%d reads on the next connection", n)
		}
		must(t, c.Close(t.Context()))
	}, zktest.Version(server.V34))
}
