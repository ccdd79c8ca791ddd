package ptree

import (
	"encoding/binary"

	"github.com/go-zookeeper/zk"
)

// What of a Stat is as usual, and so not written. All of it holds for a leaf of the tree that nobody has written since its creation.
const (
	neverWritten  = 1 << iota // Mzxid, Mtime and Version are those of the creation
	neverParent               // Pzxid is Czxid, Cversion and NumChildren are 0
	sameACL                   // Aversion is 0
	notEphemeral              // EphemeralOwner is 0
	lengthOfData              // DataLength is that of the data that is kept
	dataMissing               // the data is null, or was not kept
	dataElsewhere             // the data is long and has memory of its own
)

// base is what the numbers of a leaf are relative to.
type base struct{ zxid, time int64 }

func appendStat(b []byte, at base, s *zk.Stat, flags byte) []byte {
	b = binary.AppendVarint(b, s.Czxid-at.zxid)
	b = binary.AppendVarint(b, s.Ctime-at.time)
	if flags&neverWritten == 0 {
		b = binary.AppendVarint(b, s.Mzxid-s.Czxid)
		b = binary.AppendVarint(b, s.Mtime-s.Ctime)
		b = binary.AppendVarint(b, int64(s.Version))
	}
	if flags&neverParent == 0 {
		b = binary.AppendVarint(b, s.Pzxid-s.Czxid)
		b = binary.AppendVarint(b, int64(s.Cversion))
		b = binary.AppendVarint(b, int64(s.NumChildren))
	}
	if flags&sameACL == 0 {
		b = binary.AppendVarint(b, int64(s.Aversion))
	}
	if flags&notEphemeral == 0 {
		b = binary.BigEndian.AppendUint64(b, uint64(s.EphemeralOwner))
	}
	if flags&lengthOfData == 0 {
		b = binary.AppendVarint(b, int64(s.DataLength))
	}
	return b
}

func statFlags(s *zk.Stat, kept int) (flags byte) {
	if s.Mzxid == s.Czxid && s.Mtime == s.Ctime && s.Version == 0 {
		flags |= neverWritten
	}
	if s.Pzxid == s.Czxid && s.Cversion == 0 && s.NumChildren == 0 {
		flags |= neverParent
	}
	if s.Aversion == 0 {
		flags |= sameACL
	}
	if s.EphemeralOwner == 0 {
		flags |= notEphemeral
	}
	if int(s.DataLength) == kept {
		flags |= lengthOfData
	}
	return flags
}

// reader takes a leaf's block apart. The block was made here, so nothing can be wrong with it.
type reader struct {
	b string
	i int
}

func (r *reader) uint() uint64 {
	var x uint64
	for shift := 0; ; shift += 7 {
		c := r.b[r.i]
		r.i++
		x |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return x
		}
	}
}

func (r *reader) int() int64 {
	u := r.uint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *reader) fixed() (x int64) {
	for range 8 {
		x = x<<8 | int64(r.b[r.i])
		r.i++
	}
	return x
}

func (r *reader) stat(at base, flags byte) (s zk.Stat) {
	s.Czxid = at.zxid + r.int()
	s.Ctime = at.time + r.int()
	s.Mzxid, s.Mtime, s.Pzxid = s.Czxid, s.Ctime, s.Czxid
	if flags&neverWritten == 0 {
		s.Mzxid += r.int()
		s.Mtime += r.int()
		s.Version = int32(r.int())
	}
	if flags&neverParent == 0 {
		s.Pzxid += r.int()
		s.Cversion = int32(r.int())
		s.NumChildren = int32(r.int())
	}
	if flags&sameACL == 0 {
		s.Aversion = int32(r.int())
	}
	if flags&notEphemeral == 0 {
		s.EphemeralOwner = r.fixed()
	}
	if flags&lengthOfData == 0 {
		s.DataLength = int32(r.int())
	}
	return s
}
