package wire

// Permission bits of an ACL entry.
const (
	PermRead   int32 = 1 << 0
	PermWrite  int32 = 1 << 1
	PermCreate int32 = 1 << 2
	PermDelete int32 = 1 << 3
	PermAdmin  int32 = 1 << 4
	PermAll    int32 = 31
)

// ACL is one entry of an access control list. Its fields are those of go-zookeeper's zk.ACL.
type ACL struct {
	Perms  int32
	Scheme string
	ID     string
}

// OpenACL lets anyone do anything: Apache's OPEN_ACL_UNSAFE.
var OpenACL = []ACL{{Perms: PermAll, Scheme: "world", ID: "anyone"}}

// AppendACLs appends a list of entries; nil is the protocol's null.
func AppendACLs(b []byte, acl []ACL) []byte {
	if acl == nil {
		return AppendInt32(b, -1)
	}
	b = AppendInt32(b, int32(len(acl)))
	for _, a := range acl {
		b = AppendInt32(b, a.Perms)
		b = AppendString(b, a.Scheme)
		b = AppendString(b, a.ID)
	}
	return b
}

// ACLs reads a list of entries; null is nil. A null scheme reads as "", which no server accepts; a null id behind a scheme is
// malformed.
func (r *Reader) ACLs() []ACL {
	n := r.Len(12)
	if n < 0 || r.err != nil {
		return nil
	}
	acl := make([]ACL, n)
	for i := range acl {
		acl[i].Perms = r.Int32()
		acl[i].Scheme = r.String()
		id, null := r.NullString()
		if null && acl[i].Scheme != "" {
			r.fail()
		}
		acl[i].ID = id
	}
	if r.err != nil {
		return nil
	}
	return acl
}

// GetACLResponse answers getACL.
type GetACLResponse struct {
	ACL  []ACL
	Stat Stat
}

// AppendTo implements Record.
func (p *GetACLResponse) AppendTo(b []byte) []byte { return p.Stat.AppendTo(AppendACLs(b, p.ACL)) }

// Decode implements Record.
func (p *GetACLResponse) Decode(r *Reader) {
	p.ACL = r.ACLs()
	p.Stat.Decode(r)
}

// SetACLRequest is the body of setACL. Version is checked against the Stat's Aversion; -1 is any.
type SetACLRequest struct {
	Path    string
	ACL     []ACL
	Version int32
}

// AppendTo implements Record.
func (q *SetACLRequest) AppendTo(b []byte) []byte {
	return AppendInt32(AppendACLs(AppendString(b, q.Path), q.ACL), q.Version)
}

// Decode implements Record.
func (q *SetACLRequest) Decode(r *Reader) {
	q.Path = r.String() // null is as wrong a path as an empty one
	q.ACL = r.ACLs()
	q.Version = r.Int32()
}
