package wire

// GetChildrenResponse answers getChildren and getEphemerals. Names of children come without their parent's path, in no order.
type GetChildrenResponse struct{ Children []string }

// AppendTo implements Record.
func (p *GetChildrenResponse) AppendTo(b []byte) []byte { return AppendStrings(b, p.Children) }

// Decode implements Record.
func (p *GetChildrenResponse) Decode(r *Reader) { p.Children = r.Strings() }

// GetChildren2Response answers getChildren2.
type GetChildren2Response struct {
	Children []string
	Stat     Stat
}

// AppendTo implements Record.
func (p *GetChildren2Response) AppendTo(b []byte) []byte {
	return p.Stat.AppendTo(AppendStrings(b, p.Children))
}

// Decode implements Record.
func (p *GetChildren2Response) Decode(r *Reader) {
	p.Children = r.Strings()
	p.Stat.Decode(r)
}

// GetAllChildrenNumberResponse counts all descendants.
type GetAllChildrenNumberResponse struct{ Number int32 }

// AppendTo implements Record.
func (p *GetAllChildrenNumberResponse) AppendTo(b []byte) []byte { return AppendInt32(b, p.Number) }

// Decode implements Record.
func (p *GetAllChildrenNumberResponse) Decode(r *Reader) { p.Number = r.Int32() }

// GetEphemeralsRequest asks for the calling session's ephemerals whose path begins with Prefix; "" is all.
type GetEphemeralsRequest struct{ Prefix string }

// AppendTo implements Record.
func (q *GetEphemeralsRequest) AppendTo(b []byte) []byte { return AppendString(b, q.Prefix) }

// Decode implements Record.
func (q *GetEphemeralsRequest) Decode(r *Reader) { q.Prefix = r.String() }
