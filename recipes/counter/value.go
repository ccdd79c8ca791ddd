package counter

import (
	"bytes"
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// Value is bytes that all processes that name the same path change atomically. It shares its znode with Curator's
// DistributedAtomicValue, and is to bytes what Int64 is to numbers: shape, cost, and what happens on Suspended and Lost are Int64's. A
// missing znode reads as nil.
type Value struct {
	a *atom
}

// NewValue returns the value at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewValue(c *client.Client, path string, opts ...Option) (*Value, error) {
	a, err := newAtom(c, path, opts)
	if err != nil {
		return nil, err
	}
	if a.cfg.text {
		return nil, fmt.Errorf("counter: %s: %w", path, errText)
	}
	return &Value{a}, nil
}

// Get reads the value: one request.
func (v *Value) Get(ctx context.Context) ([]byte, error) {
	seen, err := v.a.look(ctx)
	if err != nil {
		return nil, v.a.fail("get", ctx, err)
	}
	return seen.data, nil
}

// Update makes the value what next makes of it. next may be called several times, and gets a copy that is its own. Errors are those of
// Int64's Add.
func (v *Value) Update(ctx context.Context, next func(before []byte) []byte) (Result[[]byte], error) {
	return change(ctx, v.a, "update", raw, func(before []byte, _ bool) ([]byte, bool) { return next(before), true })
}

// CompareAndSet makes it next if it is expected, and says in Applied whether it did. On a missing znode it does not. Errors are those
// of Int64's Add.
func (v *Value) CompareAndSet(ctx context.Context, expected, next []byte) (Result[[]byte], error) {
	return change(ctx, v.a, "compare and set", raw, func(before []byte, missing bool) ([]byte, bool) {
		return next, !missing && bytes.Equal(before, expected)
	})
}

// Set overwrites the value, whatever it is: one request, and two if the znode is missing. After a lost answer it is written again.
func (v *Value) Set(ctx context.Context, data []byte) error {
	return v.a.fail("set", ctx, v.a.put(ctx, raw.encode(data)))
}

// Init makes the znode with data if it is not there, and says in Applied whether it did. Errors are those of Int64's Add.
func (v *Value) Init(ctx context.Context, data []byte) (Result[[]byte], error) {
	return change(ctx, v.a, "init", raw, func(_ []byte, missing bool) ([]byte, bool) { return data, missing })
}

// Close is Int64's.
func (v *Value) Close(ctx context.Context) error { return v.a.fail("close", ctx, v.a.close(ctx)) }
