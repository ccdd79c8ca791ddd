package ptree

import (
	"encoding/binary"
	"sort"
	"strings"
	"unsafe"

	"github.com/go-zookeeper/zk"
)

const (
	leafMax = 64
	// InlineMax is the longest data that is copied when its neighbours change, in bytes.
	InlineMax = 512
)

// Entry is a znode on its way into the tree or out of it.
type Entry struct {
	Key  string
	Stat zk.Stat
	Data []byte // nil if it is null or not kept
}

// leaf is a run of znodes. Its block is a string so that parts of it can be handed out without copying.
type leaf struct {
	prefix string // of all keys here
	block  string
	at     base
	offs   []uint32 // where each entry begins
	long   [][]byte // data that is too long for the block
}

// Ref is a znode in a tree.
type Ref struct {
	l *leaf
	i int
}

// pack makes a leaf of entries, at least one.
func pack(entries []Entry) *leaf {
	first := &entries[0]
	l := &leaf{at: base{first.Stat.Czxid, first.Stat.Ctime}, offs: make([]uint32, len(entries))}
	// Sorted keys share what the first and the last one do.
	l.prefix = strings.Clone(first.Key[:shared(first.Key, entries[len(entries)-1].Key)])
	var room [8 << 10]byte
	b := room[:0]
	for i := range entries {
		e := &entries[i]
		l.offs[i] = uint32(len(b))
		b = binary.AppendUvarint(b, uint64(len(e.Key)-len(l.prefix)))
		b = append(b, e.Key[len(l.prefix):]...)
		b = l.append(b, e)
	}
	l.block = string(b)
	return l
}

func (l *leaf) append(b []byte, e *Entry) []byte {
	flags := statFlags(&e.Stat, len(e.Data))
	switch {
	case e.Data == nil:
		flags |= dataMissing
	case len(e.Data) > InlineMax:
		flags |= dataElsewhere
	}
	b = append(b, flags)
	b = appendStat(b, l.at, &e.Stat, flags)
	switch {
	case flags&dataMissing != 0:
	case flags&dataElsewhere != 0:
		b = binary.AppendUvarint(b, uint64(len(l.long)))
		l.long = append(l.long, e.Data)
	default:
		b = binary.AppendUvarint(b, uint64(len(e.Data)))
		b = append(b, e.Data...)
	}
	return b
}

func (l *leaf) len() int      { return len(l.offs) }
func (l *leaf) first() string { return l.key(0) }

func (l *leaf) suffix(i int) string {
	r := reader{l.block, int(l.offs[i])}
	n := int(r.uint())
	return l.block[r.i : r.i+n]
}

func (l *leaf) key(i int) string { return l.prefix + l.suffix(i) }

// find is the place of key, or where it would stand.
func (l *leaf) find(key string) (int, bool) {
	if !strings.HasPrefix(key, l.prefix) {
		if Compare(key, l.prefix) < 0 {
			return 0, false
		}
		return l.len(), false
	}
	rest := key[len(l.prefix):]
	return sort.Find(l.len(), func(i int) int { return Compare(rest, l.suffix(i)) })
}

// entries takes the leaf apart. The keys share one string; data within the block is still the block's.
func (l *leaf) entries() []Entry {
	var keys strings.Builder
	ends := make([]int, l.len())
	for i := range ends {
		keys.WriteString(l.prefix)
		keys.WriteString(l.suffix(i))
		ends[i] = keys.Len()
	}
	all := keys.String()
	list := make([]Entry, l.len())
	from := 0
	for i := range list {
		list[i] = Entry{Key: all[from:ends[i]]}
		list[i].Stat, list[i].Data = Ref{l, i}.read()
		from = ends[i]
	}
	return list
}

func (r Ref) at() (reader, byte) {
	in := reader{r.l.block, int(r.l.offs[r.i])}
	n := int(in.uint())
	in.i += n
	flags := in.b[in.i]
	in.i++
	return in, flags
}

func (r Ref) read() (zk.Stat, []byte) {
	in, flags := r.at()
	stat := in.stat(r.l.at, flags)
	data := in.data(r.l, flags)
	if flags&lengthOfData != 0 {
		stat.DataLength = int32(len(data))
	}
	return stat, data
}

// data reads what stands behind the Stat.
func (r *reader) data(l *leaf, flags byte) []byte {
	switch {
	case flags&dataMissing != 0:
		return nil
	case flags&dataElsewhere != 0:
		return l.long[r.uint()]
	}
	n := int(r.uint())
	if n == 0 {
		return []byte{}
	}
	text := r.b[r.i : r.i+n]
	return unsafe.Slice(unsafe.StringData(text), n)
}

// Key is where the znode stands.
func (r Ref) Key() string { return r.l.key(r.i) }

// Stat is the znode's.
func (r Ref) Stat() zk.Stat {
	stat, _ := r.read()
	return stat
}

// Data is the znode's. It is the tree's own memory and must not be changed.
func (r Ref) Data() []byte {
	_, data := r.read()
	return data[:len(data):len(data)]
}

// Zxids are the transactions that created the znode and that wrote it last.
func (r Ref) Zxids() (created, written int64) {
	in, flags := r.at()
	created = r.l.at.zxid + in.int()
	in.int()
	if flags&neverWritten != 0 {
		return created, created
	}
	return created, created + in.int()
}

// Entry takes the znode out.
func (r Ref) Entry() Entry {
	stat, data := r.read()
	return Entry{r.Key(), stat, data}
}
