package counter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// ErrCorrupt means that the znode's data has a length that the recipe does not write.
var ErrCorrupt = errors.New("counter: data of another kind")

// A codec is how a value stands in its znode.
type codec[T any] struct {
	encode func(T) []byte
	decode func([]byte) (T, error)
}

// longs are Curator's DistributedAtomicLong: empty data reads as 0. Curator cuts longer data off; here it is refused.
var longs = codec[int64]{
	encode: func(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) },
	decode: func(b []byte) (int64, error) {
		switch len(b) {
		case 0:
			return 0, nil
		case 8:
			return int64(binary.BigEndian.Uint64(b)), nil
		}
		return 0, fmt.Errorf("%w: %d bytes, want 8", ErrCorrupt, len(b))
	},
}

// texts are kazoo's Counter: the text of a Python number. Only whole ones are read.
var texts = codec[int64]{
	encode: func(v int64) []byte { return strconv.AppendInt(nil, v, 10) },
	decode: func(b []byte) (int64, error) {
		if len(b) == 0 {
			return 0, nil
		}
		v, err := strconv.ParseInt(string(b), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%w: %.20q, want a whole number of 64 bits", ErrCorrupt, b)
		}
		return v, nil
	},
}

// counts are Curator's SharedCount and DistributedAtomicInteger. kazoo makes its znode empty, which Curator cannot read; here it is 0.
var counts = codec[int32]{
	encode: func(v int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) },
	decode: func(b []byte) (int32, error) {
		switch len(b) {
		case 0:
			return 0, nil
		case 4:
			return int32(binary.BigEndian.Uint32(b)), nil
		}
		return 0, fmt.Errorf("%w: %d bytes, want 4", ErrCorrupt, len(b))
	},
}

// raw values are nobody else's to change, so they are copied.
var raw = codec[[]byte]{
	encode: func(v []byte) []byte { return append([]byte{}, v...) },
	decode: func(b []byte) ([]byte, error) { return slices.Clone(b), nil },
}
