package txlog

import "github.com/zookit-go/zookit/internal/wire"

// Delete is the body of delete and deleteContainer.
type Delete struct{ Path string }

// AppendTo implements wire.Record.
func (d *Delete) AppendTo(b []byte) []byte { return wire.AppendString(b, d.Path) }

// Decode implements wire.Record.
func (d *Delete) Decode(r *wire.Reader) { d.Path = r.Path() }

// SetData is the body of setData and reconfig.
type SetData struct {
	Path    string
	Data    []byte
	Version int32 // from now on; a reconfig has -1
}

// AppendTo implements wire.Record.
func (s *SetData) AppendTo(b []byte) []byte {
	return wire.AppendInt32(wire.AppendBuffer(wire.AppendString(b, s.Path), s.Data), s.Version)
}

// Decode implements wire.Record.
func (s *SetData) Decode(r *wire.Reader) {
	s.Path = r.Path()
	s.Data = r.Buffer()
	s.Version = r.Int32()
}

// SetACL is the body of setACL.
type SetACL struct {
	Path    string
	ACL     []wire.ACL
	Version int32 // Aversion from now on
}

// AppendTo implements wire.Record.
func (s *SetACL) AppendTo(b []byte) []byte {
	return wire.AppendInt32(wire.AppendACLs(wire.AppendString(b, s.Path), s.ACL), s.Version)
}

// Decode implements wire.Record.
func (s *SetACL) Decode(r *wire.Reader) {
	s.Path = r.Path()
	s.ACL = r.ACLs()
	s.Version = r.Int32()
}

// Check is the body of check, which stands in a Multi only: no Apache server could ever load a log that has it elsewhere.
type Check struct {
	Path    string
	Version int32 // one more than the znode's
}

// AppendTo implements wire.Record.
func (c *Check) AppendTo(b []byte) []byte {
	return wire.AppendInt32(wire.AppendString(b, c.Path), c.Version)
}

// Decode implements wire.Record.
func (c *Check) Decode(r *wire.Reader) {
	c.Path = r.Path()
	c.Version = r.Int32()
}

// CreateSession is the body of createSession. The session is the header's.
type CreateSession struct{ Timeout int32 } // ms

// AppendTo implements wire.Record.
func (c *CreateSession) AppendTo(b []byte) []byte { return wire.AppendInt32(b, c.Timeout) }

// Decode implements wire.Record.
func (c *CreateSession) Decode(r *wire.Reader) { c.Timeout = r.Int32() }

// CloseSession is the body of closeSession. The session is the header's.
type CloseSession struct {
	Paths []string // the ephemerals that go with it
	Old   bool     // the form without Paths
}

// AppendTo implements wire.Record. No paths are an empty list, never null: the digest behind it would be taken for one.
func (c *CloseSession) AppendTo(b []byte) []byte {
	switch {
	case c.Old:
		return b
	case c.Paths == nil:
		return wire.AppendInt32(b, 0)
	}
	return wire.AppendStrings(b, c.Paths)
}

// Decode implements wire.Record.
func (c *CloseSession) Decode(r *wire.Reader) {
	c.Paths = nil
	if c.Old = r.Err() == nil && len(r.Rest()) == 0; c.Old {
		return
	}
	c.Paths = r.Strings()
}

// Error is the body of a request that failed: it keeps its place in the history.
type Error struct{ Code wire.Code }

// AppendTo implements wire.Record.
func (e *Error) AppendTo(b []byte) []byte { return wire.AppendInt32(b, int32(e.Code)) }

// Decode implements wire.Record.
func (e *Error) Decode(r *wire.Reader) { e.Code = wire.Code(r.Int32()) }
