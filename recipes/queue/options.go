package queue

import (
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// Option configures a queue.
type Option func(*config)

type config struct {
	lockPath string
	mode     ErrorMode
	most     int // items
	refresh  int
}

// ErrorMode is what Consume does with an item for which its function failed.
type ErrorMode int

// The modes. They make a difference with a lock path only: without one the item has been deleted before.
const (
	// Requeue puts the item back, with what of its values was not done, at the end of those of its priority, time or id. It is the default.
	Requeue ErrorMode = iota
	// Drop deletes it.
	Drop
)

// WithLockPath makes consumption safe: an item stays in the queue until it is done, and meanwhile this consumer has an ephemeral znode of
// the item's name under path. All consumers of a queue must name the same path, as Curator's do with QueueBuilder.lockPath.
func WithLockPath(path string) Option { return func(c *config) { c.lockPath = path } }

// WithErrorMode says what Consume does with items for which its function failed. It needs WithLockPath.
func WithErrorMode(mode ErrorMode) Option { return func(c *config) { c.mode = mode } }

// WithMaxItems makes producers wait while the queue has n items or more. The bound is soft: each producer lets a quarter of the room that
// it saw pass before it looks again, and several producers know nothing of each other.
func WithMaxItems(n int) Option { return func(c *config) { c.most = n } }

// WithRefresh says how many items of one listing are taken, though the queue has changed, before it is listed again: Curator's
// minItemsBeforeRefresh. So many items may be taken before one that is more urgent and was put later. The default is 16 for a priority queue;
// the others list again when they have taken all that they know of.
func WithRefresh(n int) Option { return func(c *config) { c.refresh = n } }

func newConfig(path string, k kind, opts []Option) (config, error) {
	c := config{refresh: k.refresh}
	for _, opt := range opts {
		opt(&c)
	}
	if err := client.CheckPath(path); err != nil {
		return c, fmt.Errorf("queue: %s at %q: %w", k.name, path, err)
	}
	var err error
	switch {
	case c.lockPath != "":
		err = client.CheckPath(c.lockPath)
		if err == nil && c.lockPath == path {
			err = errors.New("the lock path is the queue's")
		}
	case c.mode != Requeue:
		err = errors.New("an error mode without a lock path")
	}
	switch {
	case c.most < 0:
		err = fmt.Errorf("at most %d items", c.most)
	case c.refresh < 0:
		err = fmt.Errorf("a refresh after %d items", c.refresh)
	}
	if err != nil {
		return c, fmt.Errorf("queue: %s at %q: %w", k.name, path, err)
	}
	return c, nil
}
