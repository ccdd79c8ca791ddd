package server_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"github.com/zookit-go/zookit/testing/server"
)

func TestSmoke(t *testing.T) {
	s, err := server.New()
	if err != nil { t.Fatal(err) }
	if err := s.Start(t.Context()); err != nil { t.Fatal(err) }
	c, _, err := zk.Connect([]string{s.Addr()}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil { t.Fatal(err) }
	p, err := c.Create("/a", []byte("x"), zk.FlagEphemeral, zk.WorldACL(31))
	fmt.Println(p, err)
	d, st, ch, err := c.GetW("/a")
	fmt.Println(string(d), st, err)
	fmt.Println(c.Set("/a", []byte("y"), 0))
	fmt.Println(<-ch)
	fmt.Println(c.Children("/"))
	fmt.Println(c.Get("/"))
	fmt.Println(s.Sessions(), s.Stats())
	fmt.Println(s.ExpireSession(s.Sessions()[0].ID))
	fmt.Println(s.Sessions(), s.Stats())
	fmt.Println(s.Stop(t.Context()))
	c.Close()
}
