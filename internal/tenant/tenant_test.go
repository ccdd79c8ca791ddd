package tenant

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What is as it should be is listed, what is not is told.
func TestCheck(t *testing.T) {
	var told recorder
	Check(t, func(t *testing.T, w *zktest.World, c *client.Client, look func() []string) {
		if _, err := c.Create("/a/b").Parents().Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(look()); got != "[/a /a/b]" {
			t.Errorf("looked at %s", got)
		}
		stranger := w.Connect(t, "stranger")
		if _, err := stranger.Create("/astray").ACL(list...).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Create("/c").ACL(client.World(zk.PermAll)).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		told.TB = t
		walk(&told, stranger)
	})
	if text := strings.Join(told.errors, "\n"); len(told.errors) != 2 || !strings.Contains(text, home+"/c has the list") || !strings.Contains(text, "/astray is outside") {
		t.Errorf("told: %q", told.errors)
	}
}

// recorder keeps what is wrong to itself.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestOutsiders(t *testing.T) {
	var o outsiders
	for _, path := range []string{"", "/home", home, home + "/a", "/home/of/others", home + "s"} {
		for _, host := range []string{"tenant", "looker"} {
			o.see(fault.Frame{Host: host, Path: path})
		}
	}
	if got := fmt.Sprint(o.list()); got != "[/home/of/others /home/of/recipess]" {
		t.Errorf("outside: %s", got)
	}
}
