package client

import "fmt"

// opsConfig is what operations do unless they are told otherwise.
type opsConfig struct {
	data     []byte
	codec    Compressor
	compress bool
	window   int
}

// defaultData is what a create or a set without Data writes.
func (o *opsConfig) defaultData() []byte {
	if o.data == nil {
		return []byte{}
	}
	return o.data
}

func (o *opsConfig) compressor() Compressor {
	if o.codec == nil {
		return Gzip{}
	}
	return o.codec
}

// WithDefaultData sets what Create and Set write when Data is not called. The default is empty data; Curator's is the text of the local
// host's address. The parents that a create makes are always empty. data must not change.
func WithDefaultData(data []byte) Option {
	return func(c *config) error {
		c.ops.data = data
		return nil
	}
}

// WithCompressor sets how data is compressed where it is asked for; the default is Gzip. All that share znodes must agree.
func WithCompressor(codec Compressor) Option {
	return func(c *config) error {
		if codec == nil {
			return fmt.Errorf("%w: no compressor", errOption)
		}
		c.ops.codec = codec
		return nil
	}
}

// WithCompression makes every create and set compress its data and every read of data decompress it, recipes' included, as Curator's
// switch of the same kind (5.8 and later) does. Data that was written without compression then cannot be read, but with Uncompressed.
// Without this option, Compressed and Decompressed ask for it in single calls.
func WithCompression() Option {
	return func(c *config) error {
		c.ops.compress = true
		return nil
	}
}

// WithWindow bounds how many of the client's requests are in flight at once, those of Do included. Who sends beyond that waits, in order
// of arrival, until one is answered or its own context ends. The default is only what a connection bears: 4096 requests, and a mebibyte that
// the network has not taken. What zk.Conn sends is not counted.
func WithWindow(n int) Option {
	return func(c *config) error {
		if n < 1 {
			return fmt.Errorf("%w: window of %d", errOption, n)
		}
		c.ops.window = n
		return nil
	}
}
