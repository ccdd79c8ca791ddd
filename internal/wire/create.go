package wire

// CreateMode is the flags field of the create operations.
type CreateMode int32

// The create modes.
const (
	Persistent              CreateMode = 0
	Ephemeral               CreateMode = 1
	PersistentSequential    CreateMode = 2
	EphemeralSequential     CreateMode = 3
	Container               CreateMode = 4
	PersistentTTL           CreateMode = 5
	PersistentSequentialTTL CreateMode = 6
)

// Valid tells whether the mode is one of the seven.
func (m CreateMode) Valid() bool { return m >= Persistent && m <= PersistentSequentialTTL }

// IsEphemeral tells whether the znode dies with its session.
func (m CreateMode) IsEphemeral() bool { return m == Ephemeral || m == EphemeralSequential }

// IsSequential tells whether the server appends a number to the path.
func (m CreateMode) IsSequential() bool {
	return m == PersistentSequential || m == EphemeralSequential || m == PersistentSequentialTTL
}

// IsTTL tells whether the mode needs a time to live.
func (m CreateMode) IsTTL() bool { return m == PersistentTTL || m == PersistentSequentialTTL }

// CreateRequest is the body of create, create2 and createContainer.
type CreateRequest struct {
	Path string
	Data []byte
	ACL  []ACL
	Mode CreateMode
}

// AppendTo implements Record.
func (q *CreateRequest) AppendTo(b []byte) []byte {
	b = AppendString(b, q.Path)
	b = AppendBuffer(b, q.Data)
	b = AppendACLs(b, q.ACL)
	return AppendInt32(b, int32(q.Mode))
}

// Decode implements Record.
func (q *CreateRequest) Decode(r *Reader) {
	q.Path = r.Path()
	q.Data = r.Buffer()
	q.ACL = r.ACLs()
	q.Mode = CreateMode(r.Int32())
}

// CreateTTLRequest is the body of createTTL.
type CreateTTLRequest struct {
	CreateRequest
	TTL int64 // ms
}

// AppendTo implements Record.
func (q *CreateTTLRequest) AppendTo(b []byte) []byte {
	return AppendInt64(q.CreateRequest.AppendTo(b), q.TTL)
}

// Decode implements Record.
func (q *CreateTTLRequest) Decode(r *Reader) {
	q.CreateRequest.Decode(r)
	q.TTL = r.Int64()
}

// Create2Response answers create2, createContainer and createTTL.
type Create2Response struct {
	Path string
	Stat Stat
}

// AppendTo implements Record.
func (p *Create2Response) AppendTo(b []byte) []byte { return p.Stat.AppendTo(AppendString(b, p.Path)) }

// Decode implements Record.
func (p *Create2Response) Decode(r *Reader) {
	p.Path = r.String()
	p.Stat.Decode(r)
}
