package wire

// PathRequest is the body of the operations that name only a path: getACL, sync, getAllChildrenNumber; and the internal
// deleteContainer.
type PathRequest struct{ Path string }

// AppendTo implements Record.
func (q *PathRequest) AppendTo(b []byte) []byte { return AppendString(b, q.Path) }

// Decode implements Record.
func (q *PathRequest) Decode(r *Reader) { q.Path = r.Path() }

// PathWatchRequest is the body of exists, getData, getChildren and getChildren2.
type PathWatchRequest struct {
	Path  string
	Watch bool
}

// AppendTo implements Record.
func (q *PathWatchRequest) AppendTo(b []byte) []byte {
	return AppendBool(AppendString(b, q.Path), q.Watch)
}

// Decode implements Record.
func (q *PathWatchRequest) Decode(r *Reader) {
	q.Path = r.Path()
	q.Watch = r.Bool()
}

// PathVersionRequest is the body of delete and check; version -1 is any.
type PathVersionRequest struct {
	Path    string
	Version int32
}

// AppendTo implements Record.
func (q *PathVersionRequest) AppendTo(b []byte) []byte {
	return AppendInt32(AppendString(b, q.Path), q.Version)
}

// Decode implements Record.
func (q *PathVersionRequest) Decode(r *Reader) {
	q.Path = r.Path()
	q.Version = r.Int32()
}

// PathResponse answers create and sync.
type PathResponse struct{ Path string }

// AppendTo implements Record.
func (p *PathResponse) AppendTo(b []byte) []byte { return AppendString(b, p.Path) }

// Decode implements Record.
func (p *PathResponse) Decode(r *Reader) { p.Path = r.String() }
