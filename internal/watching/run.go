package watching

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Setup says what a run is made of.
type Setup struct {
	Client *client.Client // watches
	Writer *client.Client // writes
	Cut    func()         // ends the connection of Client; nil: never
	Theirs bool           // hand-written code watches, too, on Client's session
	Short  bool           // the server knows no watches that stay
	Blind  bool           // the server cannot be asked for its watches
	Steps  int
	Seed   uint64
}

// run is a run under way.
type run struct {
	Setup
	tb    testing.TB
	ctx   context.Context //nolint:containedctx // a run is one test
	rnd   *rand.Rand
	nodes map[string]bool
	users []*user
	log   []string
}

// paths are few, so that users meet.
var paths = []string{"/w", "/w/a", "/w/a/b", "/w/c"}

// Run makes the run. The server must have no znode /w.
func Run(tb testing.TB, s Setup) {
	tb.Helper()
	r := &run{Setup: s, tb: tb, ctx: tb.Context(), rnd: rand.New(rand.NewPCG(s.Seed, 1)), nodes: map[string]bool{}}
	for range s.Steps {
		r.step()
		if tb.Failed() {
			break
		}
	}
	if !tb.Failed() {
		r.end()
	}
	if tb.Failed() {
		for _, line := range r.log[max(0, len(r.log)-40):] {
			tb.Log(line)
		}
		tb.Fatalf("seed %d, step %d", s.Seed, len(r.log))
	}
}

func (r *run) note(what string) { r.log = append(r.log, what) }

func (r *run) must(err error) {
	r.tb.Helper()
	if err != nil {
		r.tb.Errorf("%v", err)
	}
}

func (r *run) step() {
	away := false
	switch n := r.rnd.IntN(100); {
	case n < 30:
		r.come(kind(r.rnd.IntN(int(kinds))), paths[r.rnd.IntN(len(paths))])
	case n < 45:
		r.leave()
	case n < 48:
		r.removePath()
	case n < 52 && r.Cut != nil:
		away = true
		r.note("cut")
		r.Cut()
		for _, u := range r.users {
			u.missed = u.kind.stays()
		}
		for range r.rnd.IntN(2) {
			r.write()
		}
	default:
		r.write()
	}
	r.check(away)
}

// come lets a user come.
func (r *run) come(k kind, path string) {
	u := &user{kind: k, path: path}
	if r.Theirs && !k.stays() && r.rnd.IntN(3) == 0 {
		r.note("zk.Conn: " + u.String())
		r.comeTheirs(u)
		return
	}
	if k.stays() && r.Short {
		return
	}
	ctx, cancel := context.WithCancel(r.ctx)
	u.cancel = cancel
	var err error
	switch k {
	case getShot:
		_, _, u.watch, err = r.Client.Get(path).DoW(ctx)
	case existsShot:
		_, _, u.watch, err = r.Client.Exists(path).DoW(ctx)
	case childShot:
		_, _, u.watch, err = r.Client.Children(path).DoW(ctx)
	case persistent:
		u.watch, err = r.Client.Watch(path).Do(ctx)
	case recursive:
		u.watch, err = r.Client.Watch(path).Recursive().Do(ctx)
	default:
		r.tb.Fatalf("kind %d", k)
	}
	if err != nil {
		cancel()
		if r.nodes[path] || !errors.Is(err, zk.ErrNoNode) {
			r.must(err)
		}
		r.note("refused: " + u.String())
		return
	}
	u.events = u.watch.Events()
	r.note("comes: " + u.String())
	r.users = append(r.users, u)
}

func (r *run) comeTheirs(u *user) {
	var err error
	switch conn := r.Client.Conn(); u.kind {
	case getShot:
		_, _, u.events, err = conn.GetW(u.path)
	case existsShot:
		_, _, u.events, err = conn.ExistsW(u.path)
	case childShot, persistent, recursive, kinds:
		_, _, u.events, err = conn.ChildrenW(u.path)
	}
	if err != nil {
		if r.nodes[u.path] || !errors.Is(err, zk.ErrNoNode) {
			r.must(err)
		}
		return
	}
	r.users = append(r.users, u)
}

// leave lets a user go, in one of the ways.
func (r *run) leave() {
	var ours []*user
	for _, u := range r.users {
		if u.watch != nil {
			ours = append(ours, u)
		}
	}
	if len(ours) == 0 {
		return
	}
	u := ours[r.rnd.IntN(len(ours))]
	want := client.ErrWatchRemoved
	switch r.rnd.IntN(3) {
	case 0:
		r.note("closes: " + u.String())
		r.must(u.watch.Close(r.ctx))
	case 1:
		r.note("stops: " + u.String())
		u.watch.Stop()
	case 2:
		r.note("context ends: " + u.String())
		u.cancel()
		want = context.Canceled
	}
	r.gone(u, want)
}

// removePath lets all users of a kind go at once.
func (r *run) removePath() {
	k, path := kind(r.rnd.IntN(int(kinds))), paths[r.rnd.IntN(len(paths))]
	b := r.Client.RemoveWatches(path)
	means := func(u *user) bool { return u.kind == k }
	switch k {
	case getShot, existsShot:
		b = b.Data()
		means = func(u *user) bool { return u.kind == getShot || u.kind == existsShot }
	case childShot:
		b = b.Children()
	case persistent:
		b = b.Persistent()
	case recursive:
		b = b.Recursive()
	default:
	}
	r.note("removed: " + k.String() + " of " + path)
	err := b.Do(r.ctx)
	any := false
	for _, u := range slices.Clone(r.users) {
		if u.watch != nil && u.path == path && means(u) {
			any = true
			r.gone(u, client.ErrWatchRemoved)
		}
	}
	if any || !errors.Is(err, client.ErrNoWatch) {
		r.must(err)
	}
}

// gone checks that a user hears nothing more and is told why.
func (r *run) gone(u *user, why error) {
	select {
	case ev, ok := <-u.events:
		if ok {
			r.tb.Errorf("%v: heard %+v after the last check", u, ev)
		}
	case <-time.After(10 * time.Second): // a context's end takes a goroutine's turn
		r.tb.Errorf("%v: the channel is not closed", u)
	}
	if err := u.watch.Err(); !errors.Is(err, why) {
		r.tb.Errorf("%v: ended with %v, want %v", u, err, why)
	}
	u.cancel()
	r.users = slices.DeleteFunc(r.users, func(other *user) bool { return other == u })
}

// write changes a znode and notes what everybody is owed.
func (r *run) write() {
	path := paths[r.rnd.IntN(len(paths))]
	t := zk.EventNodeCreated
	switch {
	case !r.nodes[path] && path != "/w" && !r.nodes[parent(path)]:
		return
	case !r.nodes[path]:
		_, err := r.Writer.Create(path).Do(r.ctx)
		r.must(err)
		r.nodes[path] = true
	case r.rnd.IntN(2) == 0 && !slices.ContainsFunc(paths, func(p string) bool { return r.nodes[p] && p != path && parent(p) == path }):
		t = zk.EventNodeDeleted
		r.must(r.Writer.Delete(path).Do(r.ctx))
		delete(r.nodes, path)
	default:
		t = zk.EventNodeDataChanged
		_, err := r.Writer.Set(path).Do(r.ctx)
		r.must(err)
	}
	r.note("write: " + t.String() + " " + path)
	for _, u := range r.users {
		u.owe(t, path)
	}
}

// check compares what everybody has heard. An answer that begins after a write comes behind its events.
func (r *run) check(away bool) {
	_, _, err := r.Client.Exists("/").Do(r.ctx)
	r.must(err)
	if away && r.Theirs {
		time.Sleep(time.Second) // zk.Conn sends its setWatches when it comes to it, and says nothing; virtual time
	}
	r.users = slices.DeleteFunc(r.users, func(u *user) bool {
		done := u.check(r.tb, away)
		if done && u.cancel != nil {
			u.cancel()
		}
		return done
	})
}

// end lets everybody of the client's go: the server must have nothing left that hand-written code does not wait for.
func (r *run) end() {
	for _, u := range slices.Clone(r.users) {
		if u.watch != nil {
			r.must(u.watch.Close(r.ctx))
			u.cancel()
		}
	}
	if r.Blind {
		return
	}
	for _, path := range paths {
		theirs := slices.ContainsFunc(r.users, func(u *user) bool { return u.watch == nil && u.path == path })
		has, err := r.Client.CheckWatches(path).Do(r.ctx)
		for try := 0; try < 50 && has && !theirs && err == nil; try++ {
			time.Sleep(20 * time.Millisecond) // who stopped without waiting may still be on the way out
			has, err = r.Client.CheckWatches(path).Do(r.ctx)
		}
		r.must(err)
		if has != theirs {
			r.tb.Errorf("the server has a watch of %s: %v, want %v", path, has, theirs)
		}
	}
}
