package queue

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// An item's data, as Curator writes it: a version, then for each element an opcode, its length and its bytes, then another opcode. What
// follows that is not read.
const (
	frameVersion = 0x00010001
	frameElement = 1
	frameEnd     = 2
)

var errFrame = errors.New("not the data of a queue's item")

// frame makes an item's data.
func frame(elements [][]byte) []byte {
	size := 5
	for _, e := range elements {
		size += 5 + len(e)
	}
	data := binary.BigEndian.AppendUint32(make([]byte, 0, size), frameVersion)
	for _, e := range elements {
		data = append(data, frameElement)
		data = binary.BigEndian.AppendUint32(data, uint32(len(e))) //nolint:gosec // a znode's data is far below 4 GiB
		data = append(data, e...)
	}
	return append(data, frameEnd)
}

// unframe takes an item's data apart. The elements share data's memory.
func unframe(data []byte) (elements [][]byte, err error) {
	if len(data) < 4 || binary.BigEndian.Uint32(data) != frameVersion {
		return nil, fmt.Errorf("%w: no version", errFrame)
	}
	for rest := data[4:]; len(rest) > 0; {
		switch rest[0] {
		case frameEnd:
			return elements, nil
		case frameElement:
			if len(rest) < 5 {
				return nil, fmt.Errorf("%w: an element without a length", errFrame)
			}
			n := int64(int32(binary.BigEndian.Uint32(rest[1:]))) //nolint:gosec // Java's int, which may be negative
			if n < 0 || n > int64(len(rest)-5) {
				return nil, fmt.Errorf("%w: an element of %d bytes", errFrame, n)
			}
			elements = append(elements, rest[5:5+n:5+n])
			rest = rest[5+n:]
		default:
			return nil, fmt.Errorf("%w: opcode %d", errFrame, rest[0])
		}
	}
	return nil, fmt.Errorf("%w: no end", errFrame)
}
