package cache

import (
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// defaultLag is how many events wait for a listener.
const defaultLag = 1024

var errOption = errors.New("bad option")

type config struct {
	depth  int // how many names below the root; -1 is any
	filter func(path string) bool
	noData bool
	codec  client.Compressor
	lag    int
}

// Option configures NewNode, NewChildren and NewTree.
type Option func(*config) error

// WithDepth keeps a Tree to the znodes at most so many names below its root: 0 is the root alone, 1 its children, too. It is an error for
// Node and Children, whose depth is 0 and 1.
func WithDepth(n int) Option {
	return func(c *config) error {
		if n < 0 || c.depth >= 0 {
			return fmt.Errorf("%w: a depth of %d", errOption, n)
		}
		c.depth = n
		return nil
	}
}

// WithFilter keeps the znodes for which accept is true, and neither the others nor what is below those. It is asked once or more for
// each path, before anything is read, and must always say the same. The root is not asked about. Of znodes that are not accepted the
// server tells all the same, but nothing is read.
func WithFilter(accept func(path string) bool) Option {
	return func(c *config) error {
		if accept == nil {
			return fmt.Errorf("%w: no filter", errOption)
		}
		c.filter = accept
		return nil
	}
}

// WithoutData keeps Stats alone: Znode.Data is nil. The data is still read, since servers give many Stats at once only with it.
func WithoutData() Option {
	return func(c *config) error {
		c.noData = true
		return nil
	}
}

// WithCompression says that the data of all znodes is compressed, by client.WithCompression or Curator. The cache keeps it so, and Znode.Plain
// decompresses it; nil is client.Gzip.
func WithCompression(codec client.Compressor) Option {
	return func(c *config) error {
		if codec == nil {
			codec = client.Gzip{}
		}
		c.codec = codec
		return nil
	}
}

// WithLag sets how many events may wait for a listener, 1024 by default. One that falls further behind is told the difference
// between what it knows and what is, and so a znode's last change alone. The bound counts events; each keeps what it tells of alive, with up to 64
// neighbours.
func WithLag(events int) Option {
	return func(c *config) error {
		if events < 1 {
			return fmt.Errorf("%w: a lag of %d events", errOption, events)
		}
		c.lag = events
		return nil
	}
}
