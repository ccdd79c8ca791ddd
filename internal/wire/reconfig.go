package wire

// ReconfigRequest changes the ensemble's membership; each list is comma-separated, "" is none. With NewMembers the change is
// a whole new membership, else it is what joins and leaves.
type ReconfigRequest struct {
	Joining     string
	Leaving     string
	NewMembers  string
	CurConfigID int64 // -1 is any
}

// AppendTo implements Record. No list is sent as null: Apache takes an empty NewMembers for a membership without members.
func (q *ReconfigRequest) AppendTo(b []byte) []byte {
	for _, list := range [...]string{q.Joining, q.Leaving, q.NewMembers} {
		if list == "" {
			b = AppendInt32(b, -1)
			continue
		}
		b = AppendString(b, list)
	}
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
