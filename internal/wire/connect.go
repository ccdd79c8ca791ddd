package wire

// PasswdSize is the length of a session's password in bytes.
const PasswdSize = 16

// ConnectRequest opens a connection. It has no header.
type ConnectRequest struct {
	ProtocolVersion int32
	LastZxidSeen    int64
	Timeout         int32 // ms
	SessionID       int64 // 0 asks for a new session
	Passwd          []byte
	ReadOnly        bool
	HasReadOnly     bool // whether the trailing boolean was there; old clients leave it out
}

// AppendTo implements Record.
func (q *ConnectRequest) AppendTo(b []byte) []byte {
	b = AppendInt32(b, q.ProtocolVersion)
	b = AppendInt64(b, q.LastZxidSeen)
	b = AppendInt32(b, q.Timeout)
	b = AppendInt64(b, q.SessionID)
	b = AppendBuffer(b, q.Passwd)
	if q.HasReadOnly {
		b = AppendBool(b, q.ReadOnly)
	}
	return b
}

// Decode implements Record.
func (q *ConnectRequest) Decode(r *Reader) {
	q.ProtocolVersion = r.Int32()
	q.LastZxidSeen = r.Int64()
	q.Timeout = r.Int32()
	q.SessionID = r.Int64()
	q.Passwd = r.Buffer()
	q.HasReadOnly = r.err == nil && len(r.b) > 0
	q.ReadOnly = q.HasReadOnly && r.Bool()
}

// ConnectResponse answers a ConnectRequest. A refused session has Timeout 0, SessionID 0 and a password of 16 zero bytes. The
// trailing boolean goes only to a client that sent its own.
type ConnectResponse struct {
	ProtocolVersion int32
	Timeout         int32 // ms, as negotiated
	SessionID       int64
	Passwd          []byte
	ReadOnly        bool
	HasReadOnly     bool
}

// AppendTo implements Record.
func (p *ConnectResponse) AppendTo(b []byte) []byte {
	b = AppendInt32(b, p.ProtocolVersion)
	b = AppendInt32(b, p.Timeout)
	b = AppendInt64(b, p.SessionID)
	b = AppendBuffer(b, p.Passwd)
	if p.HasReadOnly {
		b = AppendBool(b, p.ReadOnly)
	}
	return b
}

// Decode implements Record.
func (p *ConnectResponse) Decode(r *Reader) {
	p.ProtocolVersion = r.Int32()
	p.Timeout = r.Int32()
	p.SessionID = r.Int64()
	p.Passwd = r.Buffer()
	p.HasReadOnly = r.err == nil && len(r.b) > 0
	p.ReadOnly = p.HasReadOnly && r.Bool()
}
