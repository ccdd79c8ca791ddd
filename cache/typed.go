package cache

import (
	"context"
	"fmt"
	"iter"
)

// Typed is a view of a cache whose znodes hold values of one type. It keeps no values: each is decoded when it is asked for.
type Typed[T any] struct {
	c      *Cache
	decode func(path string, data []byte) (T, error)
}

// Value is a znode and what it holds.
type Value[T any] struct {
	*Znode
	Value T
}

// TypedEvent is an Event with what the znodes hold.
type TypedEvent[T any] struct {
	Event
	OldValue T // the zero T if there is no Old
	NewValue T // the zero T if there is no New
}

// NewTyped returns a view of a cache: NewTyped(tree.Cache, decode). decode gets the data, decompressed if WithCompression was given, and the path,
// so that it can tell apart znodes of several kinds. It must not change or keep the data, and may be called by several goroutines at once.
func NewTyped[T any](c *Cache, decode func(path string, data []byte) (T, error)) *Typed[T] {
	return &Typed[T]{c, decode}
}

// Value returns what a znode holds. The error is decode's, with the path, or that of decompressing.
func (t *Typed[T]) Value(z *Znode) (v T, err error) {
	data, err := z.Plain()
	if err != nil {
		return v, err
	}
	if v, err = t.decode(z.Path(), data); err != nil {
		var zero T
		return zero, fmt.Errorf("cache: %s: %w", z.Path(), err)
	}
	return v, nil
}

// Get returns what the znode at path holds in the present snapshot. ok tells whether there is a znode; if its data cannot be decoded there is
// an error as well.
func (t *Typed[T]) Get(path string) (v Value[T], ok bool, err error) {
	z, ok := t.c.Get(path)
	if !ok {
		return v, false, nil
	}
	v.Znode = z
	v.Value, err = t.Value(z)
	return v, true, err
}

// All yields what the present snapshot has, in the order of Snapshot.All, each with the error of decoding it. The Znode is there also if that fails.
func (t *Typed[T]) All() iter.Seq2[Value[T], error] {
	return func(yield func(Value[T], error) bool) {
		for _, z := range t.c.Snapshot().All() {
			value, err := t.Value(z)
			if !yield(Value[T]{z, value}, err) {
				return
			}
		}
	}
}

// Events is Cache.Events with values. An event of which a znode cannot be decoded comes with the error, its Old and New, and the values that can be.
func (t *Typed[T]) Events(ctx context.Context) iter.Seq2[TypedEvent[T], error] {
	return func(yield func(TypedEvent[T], error) bool) {
		for ev := range t.c.Events(ctx) {
			typed := TypedEvent[T]{Event: ev}
			var failed, err error
			if ev.Old != nil {
				typed.OldValue, failed = t.Value(ev.Old)
			}
			if ev.New != nil {
				typed.NewValue, err = t.Value(ev.New)
			}
			if err == nil {
				err = failed
			}
			if !yield(typed, err) {
				return
			}
		}
	}
}
