package interop

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/lease"
)

const leasePath = "/interop/lease"

// Go and Python take turns with one lease, and understand each other's bytes.
func TestLeaseKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		c := connectClient(ctx, t, addr)
		obtained := func(want bool, args ...string) {
			t.Helper()
			p := foreign.Start(t, append([]string{python, "testdata/kazoo/lease.py", addr}, args...)...)
			text := map[bool]string{true: "obtained True", false: "obtained False"}[want]
			if err := p.Wait(ctx); err != nil || !strings.Contains(p.Output(), text) {
				t.Fatalf("want %s: %v\n%s", text, err, p.Output())
			}
		}
		ours := func(d time.Duration, holder string) *lease.Lease {
			t.Helper()
			l, err := lease.New(c, leasePath, d, lease.WithHolder(holder))
			must(t, err)
			return l
		}

		obtained(true, leasePath, "3600", `pythön "1"`)
		var held *lease.HeldError
		if _, err := ours(time.Hour, "go").TryAcquire(ctx); !errors.As(err, &held) || held.Holder != `pythön "1"` {
			t.Fatalf("got %v", err)
		}
		theirs, before, err := c.Get(leasePath + "/lease_holder").Do(ctx)
		must(t, err)
		renewed, err := ours(2*time.Hour, held.Holder).TryAcquire(ctx) // in its name
		must(t, err)
		mine, _, err := c.Get(leasePath + "/lease_holder").Do(ctx)
		must(t, err)
		const layout = "2006-01-02T15:04:05"
		if want := strings.Replace(string(theirs), held.End.Format(layout), renewed.End().Format(layout), 1); string(mine) != want {
			t.Errorf("we write %s, kazoo %s", mine, theirs)
		}
		if renewed.Token() <= before.Czxid {
			t.Errorf("token %d after %d", renewed.Token(), before.Czxid)
		}
		obtained(false, leasePath, "3600", "other")
		obtained(true, leasePath, "3600", `pythön "1"`)
		must(t, renewed.Release(ctx)) // Python has renewed it, so it is not this grant's any more
		obtained(false, leasePath, "3600", "other")

		must(t, c.Delete(leasePath+"/lease_holder").Do(ctx))
		brief, err := ours(time.Second, "go").TryAcquire(ctx)
		must(t, err)
		<-brief.Context().Done()
		obtained(true, leasePath, "1", "other")
		for {
			g, err := ours(time.Hour, "go").TryAcquire(ctx)
			if err == nil {
				must(t, g.Release(ctx))
				break
			}
			if !errors.Is(err, lease.ErrHeld) {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond) // until Python's second is over
		}
		obtained(true, leasePath, "3600", "other")

		must(t, second(c.Set(leasePath+"/lease_holder").Data([]byte(`{"version": 2}`)).Do(ctx)))
		obtained(false, leasePath, "3600", "other")
		if _, err := ours(time.Hour, "go").TryAcquire(ctx); !errors.Is(err, lease.ErrFormat) {
			t.Errorf("got %v", err)
		}
		if names := folder(ctx, t, c, leasePath); fmt.Sprint(names) != "[lease_holder]" {
			t.Errorf("left: %q", names)
		}
	})
}

// So many leases, Go's and Python's.
func TestMultiLeaseKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := connectClient(ctx, t, addr)
		for _, tc := range []struct{ holder, want string }{
			{"py0", "obtained True"}, {"go", ""}, {"py1", "obtained True"}, {"py2", "obtained False"}, {"py0", "obtained True"},
		} {
			if tc.want != "" {
				p := foreign.Start(t, python, "testdata/kazoo/lease.py", addr, leasePath, "3600", tc.holder, "3")
				if err := p.Wait(ctx); err != nil || !strings.Contains(p.Output(), tc.want) {
					t.Fatalf("want %s: %v\n%s", tc.want, err, p.Output())
				}
				continue
			}
			m, err := lease.NewMulti(c, leasePath, 3, time.Hour, lease.WithHolder(tc.holder))
			must(t, err)
			g, err := m.TryAcquire(ctx)
			must(t, err)
			if g.Slot() != 1 {
				t.Errorf("slot %d", g.Slot())
			}
		}
		m, err := lease.NewMulti(c, leasePath, 3, time.Hour, lease.WithHolder("go2"))
		must(t, err)
		if _, err := m.TryAcquire(ctx); !errors.Is(err, lease.ErrHeld) {
			t.Errorf("got %v", err)
		}
	})
}
