package wire

// SetDataRequest is the body of setData; version -1 is any.
type SetDataRequest struct {
	Path    string
	Data    []byte
	Version int32
}

// AppendTo implements Record.
func (q *SetDataRequest) AppendTo(b []byte) []byte {
	return AppendInt32(AppendBuffer(AppendString(b, q.Path), q.Data), q.Version)
}

// Decode implements Record.
func (q *SetDataRequest) Decode(r *Reader) {
	q.Path = r.String() // null is as wrong a path as an empty one
	q.Data = r.Buffer()
	q.Version = r.Int32()
}

// GetDataResponse answers getData and reconfig.
type GetDataResponse struct {
	Data []byte
	Stat Stat
}

// AppendTo implements Record.
func (p *GetDataResponse) AppendTo(b []byte) []byte { return p.Stat.AppendTo(AppendBuffer(b, p.Data)) }

// Decode implements Record.
func (p *GetDataResponse) Decode(r *Reader) {
	p.Data = r.Buffer()
	p.Stat.Decode(r)
}
