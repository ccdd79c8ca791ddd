package snapshot

import (
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
)

const (
	version = 2
	dbid    = -1
	end     = "/"
	// MaxBuffer is the length of a path or of a znode's data that Apache will still read unless told otherwise, in bytes.
	MaxBuffer = 0xfffff + 0xfffff
)

var magic = [4]byte{'Z', 'K', 'S', 'N'}

// Session is a session and its timeout in ms.
type Session struct {
	ID      int64
	Timeout int32
}

// List is a row of the table of access control lists.
type List struct {
	ID  int64
	ACL []wire.ACL
}

// Open is the id of wire.OpenACL, which no table has.
const Open int64 = -1

// Node is a znode.
type Node struct {
	Path string // "" is the root
	Data []byte // nil is the protocol's null
	ACL  int64  // a List's id, or Open
	Stat Stat
}

// Stat is what is kept of a znode's metadata.
type Stat struct {
	Czxid          int64
	Mzxid          int64
	Ctime          int64 // ms since 1970
	Mtime          int64 // ms since 1970
	Version        int32
	Cversion       int32 // creates alone
	Aversion       int32
	EphemeralOwner int64 // a session, or the mark of a container or of a time to live
	Pzxid          int64
}

const statLen = 60

// AppendTo implements wire.Record.
func (s *Stat) AppendTo(b []byte) []byte {
	b = wire.AppendInt64(b, s.Czxid)
	b = wire.AppendInt64(b, s.Mzxid)
	b = wire.AppendInt64(b, s.Ctime)
	b = wire.AppendInt64(b, s.Mtime)
	b = wire.AppendInt32(b, s.Version)
	b = wire.AppendInt32(b, s.Cversion)
	b = wire.AppendInt32(b, s.Aversion)
	b = wire.AppendInt64(b, s.EphemeralOwner)
	return wire.AppendInt64(b, s.Pzxid)
}

// Decode implements wire.Record.
func (s *Stat) Decode(r *wire.Reader) {
	s.Czxid = r.Int64()
	s.Mzxid = r.Int64()
	s.Ctime = r.Int64()
	s.Mtime = r.Int64()
	s.Version = r.Int32()
	s.Cversion = r.Int32()
	s.Aversion = r.Int32()
	s.EphemeralOwner = r.Int64()
	s.Pzxid = r.Int64()
}

// Trailer is what may stand behind the znodes.
type Trailer struct {
	Digest   *Digest // nil is none; if there is a LastZxid, one that is not known is written
	LastZxid *int64  // nil is none: the zxid of the file's name then
}

// Digest is the sum of the tree as it was at a zxid; Zxid 0 is a sum that is not known.
type Digest struct {
	Zxid    int64
	Version int32
	Sum     uint64
}

// Table gives access control lists their ids. Equal lists share one. The zero value is ready.
type Table struct {
	ids   map[string]int64
	lists []List
	key   []byte
}

// ID returns a list's id; a new list is added. Null is open, as for Apache.
func (t *Table) ID(acl []wire.ACL) int64 {
	if id, ok := t.Lookup(acl); ok {
		return id
	}
	if t.ids == nil {
		t.ids = make(map[string]int64)
	}
	id := int64(len(t.lists) + 1)
	t.ids[string(t.key)] = id
	t.lists = append(t.lists, List{ID: id, ACL: acl})
	return id
}

// Lookup returns the id of a list if it has one.
func (t *Table) Lookup(acl []wire.ACL) (id int64, ok bool) {
	if acl == nil || slices.Equal(acl, wire.OpenACL) {
		return Open, true
	}
	t.key = wire.AppendACLs(t.key[:0], acl)
	id, ok = t.ids[string(t.key)]
	return id, ok
}

// Lists returns all lists that have an id, but for the open one.
func (t *Table) Lists() []List { return t.lists }
