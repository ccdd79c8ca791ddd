package counter

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// errText marks an option that is for an Int64 alone.
var errText = errors.New("WithText is for an Int64")

// Int32 is a number that all processes that name the same path change atomically. It shares its znode with Curator's
// DistributedAtomicInteger, and with every SharedCount, so that what is added here is told there.
//
// Shape: one persistent znode, 4 bytes; missing or empty is 0. Everything else is as in Int64: cost, what happens on Suspended and
// Lost, and options but WithText.
//
// An Int32 is safe for concurrent use. Overflow wraps around, as in Go and Java.
//
// Source: Curator's DistributedAtomicInteger.
type Int32 struct {
	a *atom
}

// NewInt32 returns the number at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewInt32(c *client.Client, path string, opts ...Option) (*Int32, error) {
	a, err := newAtom(c, path, opts)
	if err != nil {
		return nil, err
	}
	if a.cfg.text {
		return nil, fmt.Errorf("counter: %s: %w", path, errText)
	}
	return &Int32{a}, nil
}

// Get reads the number: one request. It sees what Int64's Get does.
func (n *Int32) Get(ctx context.Context) (int32, error) { return get(ctx, n.a, counts) }

// Add adds delta, which may be negative. Errors are those of Int64's Add.
func (n *Int32) Add(ctx context.Context, delta int32) (Result[int32], error) {
	return change(ctx, n.a, "add to", counts, func(before int32, _ bool) (int32, bool) { return before + delta, true })
}

// CompareAndSet makes it next if it is expected, and says in Applied whether it did. On a missing znode it does not. Errors are those
// of Int64's Add.
func (n *Int32) CompareAndSet(ctx context.Context, expected, next int32) (Result[int32], error) {
	return change(ctx, n.a, "compare and set", counts, func(before int32, missing bool) (int32, bool) {
		return next, !missing && before == expected
	})
}

// Set overwrites the number, whatever it is: one request, and two if the znode is missing. After a lost answer it is written again, so an
// Add of another process that came between may be overwritten with it.
func (n *Int32) Set(ctx context.Context, v int32) error {
	return n.a.fail("set", ctx, n.a.put(ctx, counts.encode(v)))
}

// Init makes the znode with v if it is not there, and says in Applied whether it did. Errors are those of Int64's Add.
func (n *Int32) Init(ctx context.Context, v int32) (Result[int32], error) {
	return change(ctx, n.a, "init", counts, func(_ int32, missing bool) (int32, bool) { return v, missing })
}

// Close is Int64's.
func (n *Int32) Close(ctx context.Context) error { return n.a.fail("close", ctx, n.a.close(ctx)) }
