package cache_test

import (
	"math/rand/v2"
	"strings"

	"github.com/zookit-go/zookit/cache"
)

// narrow is what of a tree a cache is for, besides what is below its root.
type narrow struct {
	depth  int    // -1 is any
	refuse string // no name may have one of these letters
}

// narrowed is a depth, a filter or both, at random.
func narrowed(r *rand.Rand) narrow {
	n := narrow{depth: -1}
	if r.IntN(2) == 0 {
		n.depth = 1 + r.IntN(2)
	}
	if r.IntN(2) == 0 || n.depth < 0 {
		n.refuse = []string{"a", "bc", "d"}[r.IntN(3)]
	}
	return n
}

// options are the cache's.
func (n narrow) options() (opts []cache.Option) {
	if n.depth >= 0 {
		opts = append(opts, cache.WithDepth(n.depth))
	}
	if n.refuse != "" {
		opts = append(opts, cache.WithFilter(func(path string) bool { return !strings.ContainsAny(path[strings.LastIndexByte(path, '/'):], n.refuse) }))
	}
	return opts
}

// takes tells whether a znode of the tree at root is one of the cache's.
func (n narrow) takes(root, path string) bool {
	below := strings.TrimPrefix(path, root)
	return (n.depth < 0 || strings.Count(below, "/") <= n.depth) && (n.refuse == "" || !strings.ContainsAny(below, n.refuse))
}
