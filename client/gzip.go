package client

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Gzip is Curator's compression: one member of gzip, without a name and a time. What Curator compressed it reads, and the reverse.
type Gzip struct{}

// gzipEmpty is what Curator stores for empty data.
var gzipEmpty = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0}

var errTrailing = errors.New("data behind the end")

// A writer has tables of most of a mebibyte.
var gzipWriters = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// Compress implements Compressor. It never fails.
func (Gzip) Compress(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return bytes.Clone(gzipEmpty), nil
	}
	var b bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer)
	defer func() {
		w.Reset(nil) // the pool must not keep the result alive
		gzipWriters.Put(w)
	}()
	w.Reset(&b)
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return b.Bytes(), nil
}

// Decompress implements Compressor. It fails on what is not exactly one member of gzip. It sets no limit to what comes out, which can be
// a thousand times as long as what goes in.
func (Gzip) Decompress(data []byte) ([]byte, error) {
	in := bytes.NewReader(data)
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	r.Multistream(false)
	out, err := io.ReadAll(r)
	if err == nil && in.Len() > 0 {
		err = errTrailing
	}
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return out, nil
}
