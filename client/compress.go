package client

import "fmt"

// Compressor turns data into what is stored, and back. It must be safe for concurrent use, and must not keep what it is given.
type Compressor interface {
	Compress(data []byte) ([]byte, error)
	// Decompress fails on data that Compress cannot have made.
	Decompress(data []byte) ([]byte, error)
}

// compression is a call's own wish.
type compression uint8

const (
	asClient compression = iota // what WithCompression says
	compressed
	uncompressed
)

func (w compression) on(c *Client) bool { return w == compressed || w == asClient && c.ops.compress }

// deflate is data as it is stored. Null data stays null.
func (w compression) deflate(c *Client, data []byte) ([]byte, error) {
	if !w.on(c) || data == nil {
		return data, nil
	}
	stored, err := c.ops.compressor().Compress(data)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return stored, nil
}

// inflater is what turns stored data back, or nil.
func (w compression) inflater(c *Client) Compressor {
	if !w.on(c) {
		return nil
	}
	return c.ops.compressor()
}

// inflate turns stored data back. Null data is not compressed.
func inflate(codec Compressor, stored []byte) ([]byte, error) {
	if codec == nil || stored == nil {
		return stored, nil
	}
	data, err := codec.Decompress(stored)
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return data, nil
}
