package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/group"
)

const groupPath = "/interop/group"

// awaitMembers waits until a view has come to a certain sight.
func awaitMembers(ctx context.Context, t *testing.T, v interface{ Members() map[string][]byte }, ok func(all map[string][]byte) bool) {
	t.Helper()
	for !ok(v.Members()) {
		select {
		case <-ctx.Done():
			t.Fatalf("%v: it sees %s", context.Cause(ctx), v.Members())
		case <-time.After(10 * time.Millisecond): // the test looks as a user of Members does
		}
	}
}

// Members of ours and of Curator's are in one group, and see each other come, say something and go, in order or not.
func TestGroupCurator(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := sdk(t, addr)
		join := func(id string) *group.Member {
			m, err := group.NewMember(c, groupPath, id, []byte("from "+id))
			must(t, err)
			must(t, m.Start(ctx))
			return m
		}
		ours := join("go")
		java := foreign.Start(t, foreign.Java(t, classPath, "GroupPeer", addr, groupPath, "java", "from java", stopPath)...)
		sees := func(want string) {
			t.Helper()
			awaitMembers(ctx, t, ours, func(all map[string][]byte) bool { return fmt.Sprintf("%s", all) == "map["+want+"]" })
		}
		awaitText(ctx, t, java, "{go=from go, java=from java}")
		sees("go:from go java:from java")
		must(t, ours.SetData(ctx, []byte("new")))
		awaitText(ctx, t, java, "{go=new, java=from java}")
		last := join("leave")
		awaitText(ctx, t, java, "leave=from leave")
		sees("go:new java:left soon leave:from leave")
		must(t, last.Close(ctx))
		awaitText(ctx, t, java, "{go=new, java=left soon}")
		must(t, second(c.Create(stopPath).Do(ctx)))
		awaitText(ctx, t, java, "closed")
		sees("go:new")
		must(t, ours.Close(ctx))
	})
}

// A member whose id has kazoo's form is in a Party and a ShallowParty, and sees who is.
func TestGroupKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := sdk(t, addr)
		id := strings.Repeat("0", 32) + "__party__"
		ours, err := group.NewMember(c, groupPath, id, []byte("go"))
		must(t, err)
		must(t, ours.Start(ctx))
		p := foreign.Start(t, python, "testdata/kazoo/group.py", addr, groupPath, stopPath)
		awaitText(ctx, t, p, "['deep', 'go'] 3")
		awaitMembers(ctx, t, ours, func(all map[string][]byte) bool {
			var deep, flat bool
			for name, data := range all {
				deep = deep || strings.HasSuffix(name, "__party__") && string(data) == "deep"
				flat = flat || strings.HasSuffix(name, "-flat") && string(data) == "flat"
			}
			return len(all) == 3 && deep && flat
		})
		must(t, second(c.Create(stopPath).Do(ctx)))
		awaitText(ctx, t, p, "left")
		awaitMembers(ctx, t, ours, func(all map[string][]byte) bool { return len(all) == 1 })
		must(t, ours.Close(ctx))
	})
}
