package apply

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

func (a *Apply) createSession(c *request.Committed, ch *request.CreateSession) {
	a.sessions.Commit(c.Session)
	a.tree.SetLastZxid(c.Zxid)
	a.answer(c, welcome(c, ch.Timeout))
}

func welcome(c *request.Committed, timeout int32) request.Reply {
	return request.Reply{Connect: &wire.ConnectResponse{
		Timeout: timeout, SessionID: c.Session, Passwd: session.Passwd(c.Session),
	}}
}

// closeSession removes the session with all that dies with it. Its own events reach the closing connection before the
// reply.
func (a *Apply) closeSession(c *request.Committed, ch *request.CloseSession) {
	for _, path := range ch.Paths {
		a.remove(path, c.Zxid)
	}
	a.tree.SetLastZxid(c.Zxid)
	a.answer(c, a.part(c))
}

// part forgets the session. A connection that did not ask for the end is closed without a word.
func (a *Apply) part(c *request.Committed) request.Reply {
	holder := a.sessions.Remove(c.Session)
	if from, ok := c.From.(session.Holder); holder != nil && (!ok || holder != from) {
		holder.Abort()
	}
	return request.Reply{Close: true}
}

// beginLocal and endLocal are for sessions that no transaction tells of. They own nothing.
func (a *Apply) beginLocal(c *request.Committed, q *wire.CreateSessionRequest) request.Reply {
	return welcome(c, q.Timeout)
}

func (a *Apply) endLocal(c *request.Committed) request.Reply { return a.part(c) }
