package cache_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
)

// replay applies a stream of events and says what is wrong with it.
type replay struct {
	root   string
	order  bool // creations and changes must come in the order of the transactions, as from servers with recursive watches
	nodes  map[string]*cache.Znode
	kids   map[string]int
	zxid   int64
	inits  int
	events int
}

func newReplay(root string, order bool) *replay {
	return &replay{root: root, order: order, nodes: map[string]*cache.Znode{}, kids: map[string]int{}}
}

func (r *replay) apply(ev cache.Event) error {
	r.events++
	at := r.nodes[ev.Path]
	switch ev.Kind {
	case cache.Initialized:
		r.inits++
	case cache.Created:
		if at != nil || ev.Old != nil || ev.New.Path() != ev.Path {
			return fmt.Errorf("%s is created and was there", ev.Path)
		}
		if ev.Path != r.root && r.nodes[client.Parent(ev.Path)] == nil {
			return fmt.Errorf("%s is created before its parent", ev.Path)
		}
		r.nodes[ev.Path] = ev.New
		r.kids[client.Parent(ev.Path)]++
		return r.advance(ev, ev.New.Czxid())
	case cache.Changed:
		if at == nil || at.Mzxid() != ev.Old.Mzxid() || at.Czxid() != ev.New.Czxid() || ev.New.Mzxid() <= at.Mzxid() {
			return fmt.Errorf("%s does not change from what it was", ev.Path)
		}
		r.nodes[ev.Path] = ev.New
		return r.advance(ev, ev.New.Mzxid())
	case cache.Deleted:
		if at == nil || at.Mzxid() != ev.Old.Mzxid() || ev.New != nil {
			return fmt.Errorf("%s is deleted and was not that", ev.Path)
		}
		if r.kids[ev.Path] != 0 {
			return fmt.Errorf("%s is deleted before its children", ev.Path)
		}
		delete(r.nodes, ev.Path)
		r.kids[client.Parent(ev.Path)]--
	}
	return nil
}

func (r *replay) advance(ev cache.Event, zxid int64) error {
	if r.order && zxid < r.zxid {
		return fmt.Errorf("%s: %s of %d comes behind %d", ev.Path, ev.Kind, zxid, r.zxid)
	}
	r.zxid = max(r.zxid, zxid)
	return nil
}

// matches tells how a snapshot differs from what was told.
func (r *replay) matches(s *cache.Snapshot) error {
	if s.Len() != len(r.nodes) {
		return fmt.Errorf("%d znodes were told, there are %d", len(r.nodes), s.Len())
	}
	for path, z := range s.All() {
		if told := r.nodes[path]; told == nil || told.Czxid() != z.Czxid() || told.Mzxid() != z.Mzxid() || string(told.Data()) != string(z.Data()) {
			return fmt.Errorf("%s was not told as it is", path)
		}
	}
	return nil
}

// truth compares a snapshot with the server's tree, as it stands.
func truth(tb testing.TB, c *client.Client, s *cache.Snapshot) {
	tb.Helper()
	narrow{depth: -1}.truth(tb, c, s)
}

// truth compares a snapshot with what of the server's tree the cache is for.
func (n narrow) truth(tb testing.TB, c *client.Client, s *cache.Snapshot) {
	tb.Helper()
	count := 0
	for node, err := range c.Walk(s.Path()).Do(tb.Context()) {
		if isNoNode(err) {
			break
		}
		must(tb, err)
		if !n.takes(s.Path(), node.Path) {
			continue
		}
		count++
		data, stat, err := c.Get(node.Path).Do(tb.Context())
		must(tb, err)
		z, ok := s.Get(node.Path)
		if !ok || z.Czxid() != stat.Czxid || z.Mzxid() != stat.Mzxid || string(z.Data()) != string(data) {
			tb.Errorf("%s is not as the server has it: %v", node.Path, ok)
		}
		var names []string
		for name := range s.Children(node.Path) {
			names = append(names, name)
		}
		listed := slices.DeleteFunc(slices.Clone(node.Children), func(name string) bool {
			return !n.takes(s.Path(), client.Join(node.Path, name))
		})
		equal(tb, "children of "+node.Path, names, listed)
	}
	if s.Len() != count {
		tb.Errorf("%d znodes, the server has %d", s.Len(), count)
	}
}

func isNoNode(err error) bool {
	var op *client.OpError
	return errors.As(err, &op) && op.Err.Error() == "zk: node does not exist"
}
