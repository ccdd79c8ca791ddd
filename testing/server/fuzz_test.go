package server_test

import (
	"encoding/binary"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// FuzzSocket throws bytes at a server: as they are, which is at the handshake and the four-letter words, and behind a handshake.
func FuzzSocket(f *testing.F) {
	q := fresh(10000)
	for _, word := range []string{
		"conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "isro", "mntr", "ruok", "srst", "srvr", "stat", "stmk\x00\x00\x00\x00\x00\x00\x00\x01",
		"wchc", "wchp", "wchs", "hash", "lead", "kill", "ruo", "\x00\x00\x00",
	} {
		f.Add([]byte(word), true)
	}
	f.Add(wire.AppendFrame(nil, &q), true)
	q.HasReadOnly = false
	f.Add(wire.AppendRequest(wire.AppendFrame(nil, &q), 1, wire.OpCreate, create("/a", "x", wire.EphemeralSequential)), true)
	q.SessionID = 4711
	f.Add(wire.AppendFrame(nil, &q), true)
	f.Add(wire.AppendFrame(nil, record("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x7f\xff\xff\xff")), true)
	for _, script := range scripts {
		var all []byte
		for i, st := range script.steps {
			all = wire.AppendRequest(all, int32(i), st.op, st.body)
		}
		f.Add(all, false)
	}
	p := newPrey(f)
	f.Fuzz(func(t *testing.T, b []byte, bare bool) {
		if bare {
			closes(t, p.dial(t), b)
			var made []int64
			for _, in := range p.Sessions() {
				if in.ID != p.bystander.session.SessionID {
					made = append(made, in.ID)
				}
			}
			p.unharmed(t, made...)
			return
		}
		c := connect(t, p.dial(t))
		c.ok(wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive), nil)
		closes(t, c.nc, b)
		p.unharmed(t, c.session.SessionID)
	})
}

// FuzzServer sends one request of any operation with any body, in a session that watches everything and owns something. It is
// answered, or the connection is closed.
func FuzzServer(f *testing.F) {
	for op, row := range wire.Operations {
		f.Add(int32(op), int32(1), row.Request().AppendTo(nil))
	}
	for _, script := range scripts {
		for _, st := range script.steps {
			f.Add(int32(st.op), int32(2), st.body.AppendTo(nil))
		}
	}
	for _, frame := range golden(f) {
		f.Add(int32(binary.BigEndian.Uint32(frame[8:])), int32(binary.BigEndian.Uint32(frame[4:])), frame[12:])
	}
	vast := wire.AppendInt32(nil, 0x7fffffff)
	inner := multi(op(wire.OpCreate, create("/in", "", wire.Ephemeral)), op(wire.OpDelete, version("/in", -1)))
	for _, q := range []struct {
		op   wire.Op
		body []byte
	}{
		{wire.OpMulti, inner.AppendTo((&wire.MultiHeader{Op: wire.OpMulti, Err: -1}).AppendTo(nil))},
		{wire.OpMulti, (&wire.MultiHeader{Op: wire.OpCloseSession}).AppendTo(nil)},
		{wire.OpMulti, (&wire.MultiHeader{Op: wire.OpError, Err: -101}).AppendTo(nil)},
		{wire.OpMultiRead, inner.AppendTo(nil)},
		{wire.OpSetWatches, append(make([]byte, 8), vast...)},
		{wire.OpSetWatches2, append(make([]byte, 24), vast...)},
		{wire.OpSetACL, append(wire.AppendString(nil, "/"), vast...)},
		{wire.OpCreate, append(wire.AppendString(nil, "/"), vast...)},
		{wire.OpCreate, create("/\xff\xfe\xc0\x80", "", wire.EphemeralSequential).AppendTo(nil)},
		{wire.OpGetEphemerals, wire.AppendString(nil, "\xed\xa0\x80")},
		{wire.OpExists, watch("/a\x00b").AppendTo(nil)},
		{wire.OpCreateTTL, (&wire.CreateTTLRequest{CreateRequest: *create("/ttl", "", wire.PersistentTTL), TTL: -1 << 63}).AppendTo(nil)},
		{wire.OpReconfig, (&wire.ReconfigRequest{Joining: "server.1=:::;"}).AppendTo(nil)},
		{wire.OpSetData, set("/zookeeper/quota", "count=-1,bytes=9223372036854775808", -1).AppendTo(nil)},
		{wire.OpCreate, create("/zookeeper/quota/x/zookeeper_limits", "count=1;bytes=", 0).AppendTo(nil)},
	} {
		f.Add(int32(q.op), int32(3), q.body)
	}
	p := newPrey(f)
	f.Fuzz(func(t *testing.T, code, xid int32, body []byte) {
		c := connect(t, p.dial(t))
		const last = 0x7eadbeef
		b := wire.AppendRequest(nil, 1, wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive))
		b = wire.AppendRequest(b, 2, wire.OpCreate, create("/own", "", wire.EphemeralSequential))
		b = wire.AppendRequest(b, xid, wire.Op(code), record(body))
		b = wire.AppendRequest(b, last, wire.OpSync, at("/"))
		_, _ = c.nc.Write(b) // a frame above the limit may have ended it
		ended(t, c, last)
		_ = c.nc.Close()
		p.unharmed(t, c.session.SessionID)
	})
}

// FuzzMutations changes four bytes somewhere in the sessions of real clients, be it a length, a count, an operation or a path, and
// may let the stream end early.
func FuzzMutations(f *testing.F) {
	frames := golden(f)
	var all []byte
	values := []uint32{0, 1, 0x7fffffff, 0x80000000, 0xffffffff, wire.MaxFrame, 0xff}
	for i, frame := range frames {
		if op := wire.Op(binary.BigEndian.Uint32(frame[8:])); op == wire.OpCloseSession || op == wire.OpSASL {
			continue // they would end it
		}
		at, v := uint32(len(all)), values[i%len(values)]
		all = append(all, frame...)
		f.Add(at, v, uint32(0))    // the length
		f.Add(at+8, v, at)         // the operation
		f.Add(at+12, v, uint32(1)) // most often a path's length
		f.Add(at+16, v, uint32(0)) // the path
	}
	p := newPrey(f)
	f.Fuzz(func(t *testing.T, offset, value, cut uint32) {
		b := append([]byte(nil), all...)
		at := int(offset % uint32(len(b)-4))
		binary.BigEndian.PutUint32(b[at:], value)
		b = b[:len(b)-int(cut%uint32(len(b)))]
		c := connect(t, p.dial(t))
		closes(t, c.nc, b)
		p.unharmed(t, c.session.SessionID)
	})
}
