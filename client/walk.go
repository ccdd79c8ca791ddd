package client

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/go-zookeeper/zk"
)

// walkAhead is how many listings of a walk are in flight.
const walkAhead = 128

// WalkBuilder goes through a tree.
type WalkBuilder struct {
	c    *Client
	path string
}

// Walk goes through the znode at path and everything below it.
func (c *Client) Walk(path string) WalkBuilder { return WalkBuilder{c, path} }

// Node is a znode that a walk came to.
type Node struct {
	Path     string
	Stat     *zk.Stat
	Children []string // names, sorted
	Depth    int      // 0: where the walk began
}

// Do goes through the tree level by level, parents before their children and siblings in the order of their names: one request for each znode, up to
// 128 of one level in flight, none beyond what the loop has come to and these. It is no snapshot: each znode is seen as it is when its turn
// comes, and those that go before that are left out. A listing that is lost with its connection is repeated as the retry policy says.
//
// An error ends the walk, but for zk.ErrNoAuth: the loop then gets it with the Path of the znode that may not be read, and may go on.
// zk.ErrNoNode means that there is no znode at path.
func (b WalkBuilder) Do(ctx context.Context) iter.Seq2[Node, error] {
	return func(yield func(Node, error) bool) {
		level := []string{b.path}
		for depth := 0; len(level) > 0; depth++ {
			var next []string
			for path, listed := range b.list(ctx, level) {
				res, err := listed.Names, listed.err
				node := Node{Path: path, Depth: depth}
				switch {
				case err == nil:
					slices.Sort(res)
					node.Stat, node.Children = listed.Stat, res
				case depth > 0 && errors.Is(err, zk.ErrNoNode):
					continue
				}
				if !yield(node, err) || err != nil && !errors.Is(err, zk.ErrNoAuth) {
					return
				}
				for _, name := range node.Children {
					next = append(next, Join(path, name))
				}
			}
			level = next
		}
	}
}

type listing struct {
	ChildrenResult
	err error
}

// list lists many znodes, in order, some of them ahead of the loop.
func (b WalkBuilder) list(ctx context.Context, paths []string) iter.Seq2[string, listing] {
	return func(yield func(string, listing) bool) {
		var ahead [walkAhead]*Future[ChildrenResult]
		sent := 0
		for i, path := range paths {
			for ; sent < len(paths) && sent < i+walkAhead; sent++ {
				ahead[sent%walkAhead] = b.c.Children(paths[sent]).Async(ctx)
			}
			var l listing
			l.ChildrenResult, l.err = ahead[i%walkAhead].Wait(ctx)
			if l.err != nil && Retryable(l.err) {
				l.Names, l.Stat, l.err = b.c.Children(path).Do(ctx)
			}
			if !yield(path, l) {
				return
			}
		}
	}
}
