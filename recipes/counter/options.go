package counter

import (
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// Option configures an Int64, an Int32 or a Value.
type Option func(*config)

type config struct {
	lock     string
	receipts string
	attempts int
	text     bool
}

// WithLock lets a change that lost its race too often wait for a turn in the queue at path, instead of trying again and again. It is
// Curator's PromotedToLock, on the lock of an InterProcessMutex at path: all who share the number should name the same one, and keep it
// for this. Correctness never rests on it.
//
// Name the number's own path, unless others have named another: the contenders' znodes are then its children, so every answer tells
// whether somebody waits, and nobody overtakes the queue. With any other path, one in 16 changes reads first, for fairness.
//
// A turn is good for 8 changes, as long as they follow each other within 2 ms, so that a queue of busy contenders costs few
// requests a change.
func WithLock(path string) Option { return func(c *config) { c.lock = path } }

// WithAttempts is how often a change is tried before it waits for a turn: 2 unless set, and at least 1. Without WithLock it is how often it is
// tried at all, and then unlimited unless set.
func WithAttempts(n int) Option { return func(c *config) { c.attempts = n } }

// WithReceipts makes every change tell, even after its answer was lost: a transaction changes the znode and, with it, an ephemeral one of
// this client under folder. ErrUnknown is then left for two cases: the session, or
// the call's context, ended before it could be looked up.
//
// A change is still one request, and as fast; the first one makes the receipt, with one request more. Nobody else may write it: its version is what tells. folder and its missing
// ancestors are made as containers.
func WithReceipts(folder string) Option { return func(c *config) { c.receipts = folder } }

// WithText keeps an Int64 as decimal text, "-2", instead of 8 bytes: that is kazoo's Counter as it comes, without support_curator. Empty data is 0; a
// fraction, which kazoo's can be, is ErrCorrupt. An Int32 or a Value with it is an error.
func WithText() Option { return func(c *config) { c.text = true } }

func newConfig(path string, opts []Option) (config, error) {
	var c config
	for _, opt := range opts {
		opt(&c)
	}
	for _, p := range []string{path, c.lock, c.receipts} {
		if p == "" && p != path {
			continue
		}
		if err := client.CheckPath(p); err != nil {
			return c, fmt.Errorf("counter: %q: %w", p, err)
		}
	}
	if c.attempts < 0 {
		return c, fmt.Errorf("counter: %s: %d attempts", path, c.attempts)
	}
	if c.attempts == 0 && c.lock != "" {
		c.attempts = 2
	}
	return c, nil
}
