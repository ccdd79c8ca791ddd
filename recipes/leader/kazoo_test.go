package leader_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The name and the data are those of kazoo's Election, whose parents are persistent; what has other names is nobody.
func TestKazooNames(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		if _, err := c.Create(path + "/_c_00000000-0000-0000-0000-000000000000-lock-").Sequential().Parents().Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := leader.NewSelector(c, path, leader.WithKazooNames(), leader.WithID("me"))
		if err != nil {
			t.Fatal(err)
		}
		err = s.Run(t.Context(), func(ctx context.Context) error {
			term := leader.FromContext(ctx)
			data, stat, err := c.Get(term.Path()).Do(ctx)
			if !regexp.MustCompile("^" + path + `/[0-9a-f]{32}__lock__0000000001$`).MatchString(term.Path()) {
				t.Errorf("named %s", term.Path())
			}
			if string(data) != "me" || stat.EphemeralOwner == 0 {
				t.Errorf("%q, %+v", data, stat)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := w.Server.Stats().Requests["createContainer"]; n != 0 {
			t.Errorf("%d containers", n)
		}
	})
}
