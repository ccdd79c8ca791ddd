package txlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"io/fs"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

const (
	fileHeaderLen = 16
	version       = 2
	recordStart   = 12 // checksum and length
	endOfRecord   = 'B'
	// lowWater is the room behind the last record that makes the file grow.
	lowWater = 4096
)

var magic = [4]byte{'Z', 'K', 'L', 'G'}

var (
	// ErrTooLong is a transaction that no server could read.
	ErrTooLong = errors.New("txlog: the transaction is too long")
	// ErrExists is a file with transactions in the place where a new one would begin: the caller has not replayed it.
	ErrExists = errors.New("txlog: the log has this transaction already")
)

// Options are a Writer's.
type Options struct {
	// Prealloc is by how much a file grows, in bytes. 0 is DefaultPrealloc; less than 0 lets a file grow with its records.
	Prealloc int64
	// MaxPayload is the longest payload, in bytes; who replays must allow as much. 0 is the constant.
	MaxPayload int
}

// DefaultPrealloc is Apache's, in bytes. The space is a hole in the file until it is used; disk.Memory has no holes.
const DefaultPrealloc = 64 << 20

// Writer writes the log of one process. Its first error from the disk sticks: what has reached the disk is unknown then, and only
// reading the folder again tells. It is not safe for concurrent use.
type Writer struct {
	dir      disk.Dir
	prealloc int64
	limit    int // of a payload

	file  disk.File // nil before the first transaction and after Roll
	at    int64     // behind the last record
	size  int64     // what the file has been made long
	dirty bool      // something was written since the last Sync
	fresh bool      // the file's name has not been synced
	buf   []byte
	err   error
}

// NewWriter returns a writer that begins a new file at the first transaction. The folder must have been replayed: what it has is not
// written to.
func NewWriter(dir disk.Dir, o Options) *Writer {
	if o.Prealloc == 0 {
		o.Prealloc = DefaultPrealloc
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = MaxPayload
	}
	return &Writer{dir: dir, prealloc: max(o.Prealloc, 0), limit: o.MaxPayload}
}

// Append writes transactions behind those that are there, all by one write. They are safe when Sync has returned. If one of them
// cannot be written by its nature none is, and the writer goes on.
func (w *Writer) Append(batch ...Txn) error {
	if w.err != nil || len(batch) == 0 {
		return w.err
	}
	w.buf = w.buf[:0]
	for i := range batch {
		t := &batch[i]
		if newBody(t.Type) == nil || t.Body == nil || t.Zxid < 0 {
			return fmt.Errorf("%w: zxid %#x has type %d and body %T", ErrBody, t.Zxid, int32(t.Type), t.Body)
		}
		start := w.open()
		w.buf = t.AppendTo(w.buf)
		if err := w.seal(start); err != nil {
			return fmt.Errorf("%w: zxid %#x", err, t.Zxid)
		}
	}
	return w.write(batch[0].Zxid)
}

// AppendPayload is Append for a transaction that is encoded already, as it comes from a leader. It is written as it is, if it is one:
// a log with anything else in it could never be replayed.
func (w *Writer) AppendPayload(payload []byte) error {
	if w.err != nil {
		return w.err
	}
	var t Txn
	if err := t.Unmarshal(payload); err != nil {
		return err
	}
	if t.Zxid < 0 {
		return fmt.Errorf("%w: zxid %#x", ErrBody, t.Zxid)
	}
	w.buf = w.buf[:0]
	start := w.open()
	w.buf = append(w.buf, payload...)
	if err := w.seal(start); err != nil {
		return fmt.Errorf("%w: zxid %#x", err, t.Zxid)
	}
	return w.write(t.Zxid)
}

// open begins a record in the buffer; seal ends it.
func (w *Writer) open() (start int) {
	start = len(w.buf)
	w.buf = append(w.buf, make([]byte, recordStart)...)
	return start
}

func (w *Writer) seal(start int) error {
	payload := w.buf[start+recordStart:]
	if len(payload) > w.limit {
		return fmt.Errorf("%w: %d bytes", ErrTooLong, len(payload))
	}
	binary.BigEndian.PutUint64(w.buf[start:], uint64(adler32.Checksum(payload)))
	binary.BigEndian.PutUint32(w.buf[start+8:], uint32(len(payload)))
	w.buf = append(w.buf, endOfRecord)
	return nil
}

// write writes the buffer, to a new file if there is none.
func (w *Writer) write(first int64) error {
	if w.file == nil {
		if err := w.create(first); err != nil {
			if !errors.Is(err, ErrExists) {
				w.err = err
			}
			return err
		}
	}
	if w.err = w.grow(); w.err != nil {
		return w.err
	}
	w.dirty = true
	if _, w.err = w.file.WriteAt(w.buf, w.at); w.err != nil {
		return w.err
	}
	w.at += int64(len(w.buf))
	return nil
}

// grow makes room for the buffer's records as Apache does, which looks before each record whether there is enough, not how long it is.
func (w *Writer) grow() error {
	if w.prealloc == 0 {
		return nil
	}
	size := w.size
	for off := 0; off < len(w.buf); off += recordStart + int(binary.BigEndian.Uint32(w.buf[off+8:])) + 1 {
		switch at := w.at + int64(off); {
		case at > size:
			size = (at + w.prealloc) / w.prealloc * w.prealloc
		case at+lowWater >= size:
			size += w.prealloc
		}
	}
	if size == w.size {
		return nil
	}
	w.size, w.dirty = size, true
	return w.file.Truncate(max(size, w.at+int64(len(w.buf))))
}

// create makes the file. It gets its name only when its header is safe: Apache does not start where a log is shorter than that.
func (w *Writer) create(first int64) error {
	name := Name(first)
	switch used, err := inUse(w.dir, name, w.limit); {
	case err != nil:
		return err
	case used:
		return fmt.Errorf("%w: %s", ErrExists, name)
	}
	f, err := w.dir.Create(temporary + name)
	if err != nil {
		return err
	}
	header := binary.BigEndian.AppendUint32(magic[:4:4], version)
	header = binary.BigEndian.AppendUint64(header, 0)
	_, err = f.WriteAt(header, 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = w.dir.Rename(temporary+name, name)
	}
	if err != nil {
		f.Close()
		return err
	}
	w.file, w.at, w.size, w.fresh = f, fileHeaderLen, fileHeaderLen, true
	return nil
}

// inUse tells whether a file has a transaction. One without is what a crash has left of a batch that nobody was told of.
func inUse(dir disk.Dir, name string, limit int) (bool, error) {
	f, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	r, err := NewReader(f, limit)
	if errors.Is(err, errShort) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err = r.Next(); errors.Is(err, io.EOF) {
		return false, nil
	}
	return true, err
}

// Dirty tells whether something was appended that is not safe yet.
func (w *Writer) Dirty() bool { return w.dirty }

// Sync makes all that was appended safe.
func (w *Writer) Sync() error {
	if w.err != nil || !w.dirty {
		return w.err
	}
	if w.err = w.file.Sync(); w.err != nil {
		return w.err
	}
	w.dirty = false
	if w.fresh {
		if w.err = w.dir.Sync(); w.err != nil {
			return w.err
		}
		w.fresh = false
	}
	return nil
}

// Size is the length of all records of the file that is written to now, its header included; 0 if the next transaction begins
// another one. It is for who decides when to roll.
func (w *Writer) Size() int64 {
	if w.file == nil {
		return 0
	}
	return w.at
}

// Roll syncs and ends the file. The next transaction begins another one.
func (w *Writer) Roll() error {
	if err := w.Sync(); err != nil || w.file == nil {
		return err
	}
	w.err, w.file = w.file.Close(), nil
	return w.err
}

// Close is Roll, and the end of the writer. After an error it closes the file and returns that error.
func (w *Writer) Close() error {
	err := w.Roll()
	w.Abandon()
	return err
}

// Abandon closes the file and is the end of the writer. Nothing more is made safe.
func (w *Writer) Abandon() {
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
	w.err = fs.ErrClosed
}
