package txlog

import "github.com/zookit-go/zookit/internal/wire"

// Create is the body of create and create2. An ephemeral's owner is the header's session.
type Create struct {
	Path           string
	Data           []byte
	ACL            []wire.ACL
	Ephemeral      bool
	ParentCversion int32 // the parent's count of creates from now on; -1 is one more than before
	Old            bool  // the form without ParentCversion, which is -1 then; create alone has it
}

// AppendTo implements wire.Record.
func (c *Create) AppendTo(b []byte) []byte {
	b = wire.AppendBool(appendNode(b, c.Path, c.Data, c.ACL), c.Ephemeral)
	if c.Old {
		return b
	}
	return wire.AppendInt32(b, c.ParentCversion)
}

// Decode implements wire.Record.
func (c *Create) Decode(r *wire.Reader) {
	c.Path, c.Data, c.ACL = node(r)
	c.Ephemeral = r.Bool()
	if c.Old = r.Err() == nil && len(r.Rest()) == 0; c.Old {
		c.ParentCversion = -1
		return
	}
	c.ParentCversion = r.Int32()
}

// CreateContainer is the body of createContainer.
type CreateContainer struct {
	Path           string
	Data           []byte
	ACL            []wire.ACL
	ParentCversion int32 // as Create's
}

// AppendTo implements wire.Record.
func (c *CreateContainer) AppendTo(b []byte) []byte {
	return wire.AppendInt32(appendNode(b, c.Path, c.Data, c.ACL), c.ParentCversion)
}

// Decode implements wire.Record.
func (c *CreateContainer) Decode(r *wire.Reader) {
	c.Path, c.Data, c.ACL = node(r)
	c.ParentCversion = r.Int32()
}

// CreateTTL is the body of createTTL.
type CreateTTL struct {
	Path           string
	Data           []byte
	ACL            []wire.ACL
	ParentCversion int32 // as Create's
	TTL            int64 // ms
}

// AppendTo implements wire.Record.
func (c *CreateTTL) AppendTo(b []byte) []byte {
	return wire.AppendInt64(wire.AppendInt32(appendNode(b, c.Path, c.Data, c.ACL), c.ParentCversion), c.TTL)
}

// Decode implements wire.Record.
func (c *CreateTTL) Decode(r *wire.Reader) {
	c.Path, c.Data, c.ACL = node(r)
	c.ParentCversion = r.Int32()
	c.TTL = r.Int64()
}

// What all creates begin with.

func appendNode(b []byte, path string, data []byte, acl []wire.ACL) []byte {
	return wire.AppendACLs(wire.AppendBuffer(wire.AppendString(b, path), data), acl)
}

func node(r *wire.Reader) (path string, data []byte, acl []wire.ACL) {
	return r.Path(), r.Buffer(), r.ACLs()
}
