package wire

// StatSize is the length of an encoded Stat in bytes.
const StatSize = 68

// Stat is a znode's metadata. Its fields are those of go-zookeeper's zk.Stat in the same order, so that one converts to the
// other; the wire has Pzxid last, too.
type Stat struct {
	Czxid          int64
	Mzxid          int64
	Ctime          int64 // ms since 1970
	Mtime          int64 // ms since 1970
	Version        int32
	Cversion       int32
	Aversion       int32
	EphemeralOwner int64 // session id; 0 for every znode that is not ephemeral
	DataLength     int32 // bytes
	NumChildren    int32
	Pzxid          int64
}

// AppendTo implements Record.
func (s *Stat) AppendTo(b []byte) []byte {
	b = AppendInt64(b, s.Czxid)
	b = AppendInt64(b, s.Mzxid)
	b = AppendInt64(b, s.Ctime)
	b = AppendInt64(b, s.Mtime)
	b = AppendInt32(b, s.Version)
	b = AppendInt32(b, s.Cversion)
	b = AppendInt32(b, s.Aversion)
	b = AppendInt64(b, s.EphemeralOwner)
	b = AppendInt32(b, s.DataLength)
	b = AppendInt32(b, s.NumChildren)
	return AppendInt64(b, s.Pzxid)
}

// Decode implements Record.
func (s *Stat) Decode(r *Reader) {
	s.Czxid = r.Int64()
	s.Mzxid = r.Int64()
	s.Ctime = r.Int64()
	s.Mtime = r.Int64()
	s.Version = r.Int32()
	s.Cversion = r.Int32()
	s.Aversion = r.Int32()
	s.EphemeralOwner = r.Int64()
	s.DataLength = r.Int32()
	s.NumChildren = r.Int32()
	s.Pzxid = r.Int64()
}

// StatResponse answers exists, setData and setACL.
type StatResponse struct{ Stat Stat }

// AppendTo implements Record.
func (s *StatResponse) AppendTo(b []byte) []byte { return s.Stat.AppendTo(b) }

// Decode implements Record.
func (s *StatResponse) Decode(r *Reader) { s.Stat.Decode(r) }
