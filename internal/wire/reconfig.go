package wire

// ReconfigRequest changes the ensemble's membership; each list is comma-separated, "" is none.
type ReconfigRequest struct {
	Joining     string
	Leaving     string
	NewMembers  string
	CurConfigID int64 // -1 is any
}

// AppendTo implements Record.
func (q *ReconfigRequest) AppendTo(b []byte) []byte {
	b = AppendString(b, q.Joining)
	b = AppendString(b, q.Leaving)
	b = AppendString(b, q.NewMembers)
	return AppendInt64(b, q.CurConfigID)
}

// Decode implements Record.
func (q *ReconfigRequest) Decode(r *Reader) {
	q.Joining = r.String()
	q.Leaving = r.String()
	q.NewMembers = r.String()
	q.CurConfigID = r.Int64()
}

// CreateSessionRequest is the body of the internal createSession.
type CreateSessionRequest struct{ Timeout int32 }

// AppendTo implements Record.
func (q *CreateSessionRequest) AppendTo(b []byte) []byte { return AppendInt32(b, q.Timeout) }

// Decode implements Record.
func (q *CreateSessionRequest) Decode(r *Reader) { q.Timeout = r.Int32() }
