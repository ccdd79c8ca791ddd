package differ

import (
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// connect puts a new connection into a slot.
func (p *player) connect(line *strings.Builder, slot int, c *Connect) error {
	q := wire.ConnectRequest{
		Timeout: c.Timeout, Passwd: make([]byte, wire.PasswdSize), LastZxidSeen: since(c.Seen, p.base),
		HasReadOnly: c.ReadOnly < 2, ReadOnly: c.ReadOnly == 1,
	}
	var old *session
	if c.Session > 0 && len(p.sessions) > 0 {
		old = p.sessions[(c.Session-1)%len(p.sessions)]
		q.SessionID = old.id
		if !c.Wrong {
			q.Passwd = old.passwd
		}
	}
	l, err := dial(p.addr)
	if err != nil {
		return err
	}
	l.write(wire.AppendFrame(nil, &q))
	frame, open, err := l.next()
	if err != nil {
		l.close()
		return err
	}
	if err := p.taken(line, slot, old, open); err != nil {
		l.close()
		return err
	}
	if old := p.links[slot]; old != nil {
		p.links[slot] = nil
		if err := old.leave(); err != nil {
			l.close()
			return err
		}
	}
	if !open {
		fmt.Fprintf(line, "%d closed for its handshake\n", slot)
		l.close()
		return nil
	}
	p.links[slot] = l
	return p.greeted(line, slot, old, frame)
}

// taken waits for the end of the connections that a session had, which a handshake for it brings about, right or wrong.
func (p *player) taken(line *strings.Builder, slot int, old *session, heard bool) error {
	for i, l := range p.links {
		if !heard || l == nil || old == nil || l.session != old {
			continue
		}
		if err := p.end(line, i); err != nil {
			return fmt.Errorf("%w: connection %d, whose session went to %d", err, i, slot)
		}
	}
	return nil
}

// greeted describes the answer to a handshake. A refusal is followed by the connection's end.
func (p *player) greeted(line *strings.Builder, slot int, old *session, frame []byte) error {
	var a wire.ConnectResponse
	if err := wire.Unmarshal(frame, &a); err != nil {
		return fmt.Errorf("differ: connect response %x: %w", frame, err)
	}
	exact := string(a.AppendTo(nil)) == string(frame)
	fmt.Fprintf(line, "%d connected: timeout %d, %d bytes, exact %v, ", slot, a.Timeout, len(frame), exact)
	s := old
	switch {
	case a.SessionID == 0:
		fmt.Fprintf(line, "refused with %x\n", a.Passwd)
		return p.end(line, slot)
	case old == nil:
		s = &session{number: len(p.sessions) + 1, id: a.SessionID, passwd: a.Passwd}
		p.sessions = append(p.sessions, s)
	case string(old.passwd) != string(a.Passwd):
		line.WriteString("another password, ")
	}
	p.links[slot].session = s
	fmt.Fprintf(line, "session %d, its own %v\n", s.number, a.SessionID == s.id)
	return nil
}
