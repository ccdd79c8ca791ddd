package wire

// AuthRequest is the body of auth: it adds an identity to the connection.
type AuthRequest struct {
	Type   int32 // always 0
	Scheme string
	Auth   []byte
}

// AppendTo implements Record.
func (q *AuthRequest) AppendTo(b []byte) []byte {
	return AppendBuffer(AppendString(AppendInt32(b, q.Type), q.Scheme), q.Auth)
}

// Decode implements Record.
func (q *AuthRequest) Decode(r *Reader) {
	q.Type = r.Int32()
	q.Scheme = r.String()
	q.Auth = r.Buffer()
}

// SASLToken is the body of sasl, both ways.
type SASLToken struct{ Token []byte }

// AppendTo implements Record.
func (q *SASLToken) AppendTo(b []byte) []byte { return AppendBuffer(b, q.Token) }

// Decode implements Record.
func (q *SASLToken) Decode(r *Reader) { q.Token = r.Buffer() }

// ClientInfo is one identity of a connection.
type ClientInfo struct {
	Scheme string
	User   string
}

// WhoAmIResponse answers whoAmI.
type WhoAmIResponse struct{ Clients []ClientInfo }

// AppendTo implements Record.
func (p *WhoAmIResponse) AppendTo(b []byte) []byte {
	b = AppendInt32(b, int32(len(p.Clients)))
	for _, c := range p.Clients {
		b = AppendString(AppendString(b, c.Scheme), c.User)
	}
	return b
}

// Decode implements Record.
func (p *WhoAmIResponse) Decode(r *Reader) {
	p.Clients = make([]ClientInfo, max(r.Len(8), 0))
	for i := range p.Clients {
		p.Clients[i].Scheme = r.String()
		p.Clients[i].User = r.String()
	}
}
