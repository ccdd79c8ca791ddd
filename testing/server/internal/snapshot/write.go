package snapshot

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/adler32"
	"io"
	"iter"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// ErrSource is a database that no server could load: a znode without its parent before it, a list that is not in the table, or what is
// too long.
var ErrSource = errors.New("snapshot: the database cannot be written")

// Source is a database to be written.
type Source struct {
	Sessions []Session
	Lists    []List
	// Nodes hands out all znodes, depth first: a znode, then all that is below it, then the next. It may hand out the same Node again
	// with another content. It may go on while the tree changes, if all changes behind Save's zxid are replayed from the log over it;
	// a list that comes up meanwhile must be one of Lists.
	Nodes iter.Seq[*Node]
	Gzip  bool // Save compresses the file
	Limit int  // bytes of a path or of data; who reads must allow as much. 0 is MaxBuffer.
	Trailer
}

// Write writes a snapshot. It holds no more than one znode at a time. The end of ctx ends it.
func Write(ctx context.Context, w io.Writer, src *Source) error {
	o := &output{w: bufio.NewWriterSize(w, 1<<16), sum: adler32.New()}
	b := append(o.buf, magic[:]...)
	b = wire.AppendInt64(wire.AppendInt32(b, version), dbid)
	b = wire.AppendInt32(b, int32(len(src.Sessions)))
	o.flush(b)
	for _, s := range src.Sessions {
		o.flush(wire.AppendInt32(wire.AppendInt64(o.buf, s.ID), s.Timeout))
	}
	o.flush(wire.AppendInt32(o.buf, int32(len(src.Lists))))
	known := map[int64]struct{}{Open: {}}
	for _, l := range src.Lists {
		known[l.ID] = struct{}{}
		o.flush(wire.AppendACLs(wire.AppendInt64(o.buf, l.ID), l.ACL))
	}
	limit := src.Limit
	if limit == 0 {
		limit = MaxBuffer
	}
	order := order{}
	for n := range src.Nodes {
		_, ok := known[n.ACL]
		switch {
		case ctx.Err() != nil:
			o.fail(context.Cause(ctx))
		case !ok:
			o.fail(fmt.Errorf("%w: %q has the list %d", ErrSource, n.Path, n.ACL))
		case len(n.Path) > limit || len(n.Data) > limit:
			o.fail(fmt.Errorf("%w: %.100q has %d bytes", ErrSource, n.Path, len(n.Data)))
		case !order.next(n.Path):
			o.fail(fmt.Errorf("%w: %q is not where it belongs", ErrSource, n.Path))
		}
		if o.err != nil {
			break
		}
		b := wire.AppendInt64(wire.AppendBuffer(wire.AppendString(o.buf, n.Path), n.Data), n.ACL)
		o.flush(n.Stat.AppendTo(b))
	}
	if o.err == nil && !order.begun {
		o.fail(fmt.Errorf("%w: there is no root", ErrSource))
	}
	o.flush(wire.AppendString(o.buf, end))
	o.seal()
	d := src.Digest
	if d == nil && src.LastZxid != nil {
		d = &Digest{Version: 2} // Apache would take what comes next for one, and the file for broken
	}
	if d != nil {
		o.flush(wire.AppendInt64(wire.AppendInt32(wire.AppendInt64(o.buf, d.Zxid), d.Version), int64(d.Sum)))
		o.seal()
	}
	if z := src.LastZxid; z != nil {
		o.flush(wire.AppendInt64(o.buf, *z))
		o.seal()
	}
	if o.err != nil {
		return o.err
	}
	return o.w.Flush()
}

// output is the stream with the sum of all that went through it. Its first error sticks.
type output struct {
	w   *bufio.Writer
	sum hash.Hash32
	buf []byte // empty; what is appended to it goes to flush
	err error
}

func (o *output) flush(b []byte) {
	o.buf = b[:0]
	if o.err == nil {
		o.sum.Write(b) // which never fails
		_, o.err = o.w.Write(b)
	}
}

func (o *output) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// seal writes the sum of all bytes so far, and the mark by which Apache knows a whole file.
func (o *output) seal() {
	o.flush(wire.AppendString(wire.AppendInt64(o.buf, int64(o.sum.Sum32())), end))
}

// order checks that znodes come depth first. Then a znode's parent is above the one before it, or is that one, and so has been there.
type order struct {
	begun bool
	last  string
}

func (o *order) next(path string) bool {
	parent, name := "", path
	if at := strings.LastIndexByte(path, '/'); at >= 0 {
		parent, name = path[:at], path[at+1:]
	}
	ok := path == "" && !o.begun
	if o.begun {
		under, found := strings.CutPrefix(o.last, parent)
		ok = strings.HasPrefix(path, "/") && name != "" && found && (under == "" || under[0] == '/') && path != o.last
	}
	o.begun, o.last = true, path
	return ok
}

// Save writes a snapshot to a folder and makes it safe. It is there under its name whole, or not at all. The end of ctx ends it.
func Save(ctx context.Context, dir disk.Dir, zxid int64, src *Source) error {
	name := Name(zxid)
	if src.Gzip {
		name += gz
	}
	f, err := dir.Create(temporary + name)
	if err != nil {
		return err
	}
	err = write(ctx, io.NewOffsetWriter(f, 0), src)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		// Nobody reads it under this name; what counts is the first error.
		_ = dir.Remove(temporary + name)
		return err
	}
	if err := dir.Rename(temporary+name, name); err != nil {
		return err
	}
	return dir.Sync()
}

// write writes the file, whatever its form.
func write(ctx context.Context, w io.Writer, src *Source) error {
	if !src.Gzip {
		return Write(ctx, w, src)
	}
	z := gzip.NewWriter(w)
	return errors.Join(Write(ctx, z, src), z.Close())
}
