package counter

import (
	"context"
	"fmt"
)

// Cached hands out numbers that no other Cached of the same Int64 hands out, from blocks: one addition of the block's size for so many
// numbers. It shares its znode with Curator's CachedAtomicLong.
//
// Numbers grow within one Cached. Between several they interleave by blocks, and what is left of a block when its Cached goes is never
// handed out. An addition that ends in ErrUnknown costs a block at most: asking again is safe, for a gap is all that can come of it.
//
// A Cached is safe for concurrent use.
type Cached struct {
	n     *Int64
	block int64
	gate  chan struct{}

	next, left int64
}

// NewCached hands out numbers from n in blocks of size, 1 or more. It does no I/O. n stays the caller's to close.
func NewCached(n *Int64, size int64) (*Cached, error) {
	if size < 1 {
		return nil, fmt.Errorf("counter: cached %s: a block of %d", n.a.path, size)
	}
	return &Cached{n: n, block: size, gate: make(chan struct{}, 1)}, nil
}

// Next is the next number, the first of a new znode being 0. It costs what Int64's Add does, once a block, and nothing else. Errors are
// Add's.
func (c *Cached) Next(ctx context.Context) (int64, error) {
	select {
	case c.gate <- struct{}{}:
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	defer func() { <-c.gate }()
	if c.left == 0 {
		res, err := c.n.Add(ctx, c.block)
		if err != nil {
			return 0, err
		}
		c.next, c.left = res.Before, c.block
	}
	v := c.next
	c.next++
	c.left--
	return v, nil
}
