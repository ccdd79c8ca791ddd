package conn

import (
	"crypto/tls"
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/digestmd5"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// Security is how clients may prove who they are, beside what needs no more than a Policy.
type Security struct {
	TLS *tls.Config // for connections that are not Plain

	SASL        func() *digestmd5.Server // begins an exchange; nil if there are no users
	AllowFailed bool                     // who fails in SASL may go on without it
}

// identify serves what is about who the client is, and turns away who has not said so yet where that is asked for. All of it is
// answered at once, before what is still on its way: an identity belongs to the connection, and counts for what comes after it.
// last means that the connection ends with it.
func (c *Conn) identify(r *request.Request) (served, last bool) {
	switch {
	case r.Op == wire.OpAuth:
		return true, !c.auth(r.Xid, r.Body.(*wire.AuthRequest))
	case r.Op == wire.OpSASL:
		return true, !c.exchange(r.Xid, r.Body.(*wire.SASLToken))
	case !c.env.Policy.Enough(r.IDs):
		c.env.Log.Warn("closing a connection: it has none of the identities asked for", "op", r.Op.String(), "session", c.session)
		c.respond(request.Reply{Xid: r.Xid, Err: wire.SessionClosedRequireSASLAuth, Close: true})
		return true, true
	}
	return false, false
}

func (c *Conn) auth(xid int32, q *wire.AuthRequest) bool {
	ids, ok := c.env.Policy.Add(c.IDs(), q.Scheme, q.Auth)
	reply := request.Reply{Xid: xid}
	if ok {
		c.ids.Store(&ids)
	} else {
		c.env.Log.Warn("refusing an identity", "scheme", q.Scheme, "session", c.session)
		reply.Err, reply.Close = wire.AuthFailed, true
	}
	c.respond(reply)
	return ok
}

// exchange takes SASL one step further. A server without users answers nothing, and does not mind.
func (c *Conn) exchange(xid int32, q *wire.SASLToken) bool {
	reply := request.Reply{Xid: xid, Body: new(wire.SASLToken)}
	if c.env.Security.SASL == nil {
		c.respond(reply)
		return true
	}
	if c.sasl == nil {
		c.sasl = c.env.Security.SASL()
	}
	token, err := c.sasl.Next(q.Token)
	required := slices.Contains(c.env.Policy.Required, "sasl")
	switch {
	case err == nil:
		reply.Body = &wire.SASLToken{Token: token}
		if user, done := c.sasl.User(); done {
			ids, ok := c.env.Policy.AddUser(c.IDs(), user)
			if !ok {
				c.env.Log.Warn("closing a connection: no user can have this name", "user", user, "session", c.session)
				c.Abort()
				return false
			}
			c.ids.Store(&ids)
		}
	case c.env.Security.AllowFailed && !required:
		c.env.Log.Warn("SASL failed, as it may", "session", c.session, "err", err)
	default:
		c.env.Log.Warn("refusing an identity", "scheme", "sasl", "session", c.session, "err", err)
		reply.Err, reply.Close = wire.AuthFailed, true
		if required {
			reply.Err = wire.SessionClosedRequireSASLAuth
		}
		reply.Body = &failedToken{wire.ReplyHeader{Xid: xid, Err: reply.Err}}
	}
	c.respond(reply)
	return !reply.Close
}

// failedToken is the one reply that has an error and a body: a whole frame, header and all.
type failedToken struct{ wire.ReplyHeader }

// AppendTo implements wire.Record.
func (f *failedToken) AppendTo(b []byte) []byte {
	return new(wire.SASLToken).AppendTo(f.ReplyHeader.AppendTo(b))
}
