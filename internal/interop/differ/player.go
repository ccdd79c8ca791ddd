package differ

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// player plays a check to one server.
type player struct {
	addr  string
	base  int64 // the zxid before the check
	zxids bool  // notifications tell theirs
	links [Slots]*link
	codes map[wire.Op]map[wire.Code]int // of replies
	told  int                           // events
	memory
}

// play does one step and describes all that it brought, to whom.
func (p *player) play(s *Step) (string, error) {
	var line strings.Builder
	if s.Connect != nil {
		if err := p.connect(&line, s.Slot, s.Connect); err != nil {
			return line.String(), err
		}
		err := p.barrier(&line)
		return line.String(), err
	}
	if p.links[s.Slot] == nil {
		if err := p.connect(&line, s.Slot, &Connect{Timeout: 30000}); err != nil {
			return line.String(), err
		}
	}
	l := p.links[s.Slot]
	if l == nil {
		return line.String(), nil
	}
	var out []byte
	owed := 0
	unordered := false
	for i := range s.Requests {
		r := &s.Requests[i]
		out = l.encode(out, r, p.base)
		if !r.Bare {
			owed++
		}
		unordered = unordered || r.Op == wire.OpCloseSession
	}
	l.write(out)
	last := false
	for i := range owed {
		h, body, open, err := p.reply(&line, s.Slot)
		if err != nil {
			return line.String(), err
		}
		if !open {
			break
		}
		op := s.Requests[i].Op
		p.count(op, h.Err)
		fmt.Fprintf(&line, "reply xid %d zxid %d %v ", h.Xid, h.Zxid, h.Err)
		if h.Err == wire.OK {
			line.WriteString(p.describe(op, body))
		} else {
			fmt.Fprintf(&line, "body %x", body)
		}
		line.WriteString("\n")
		last = h.Zxid == -1 || h.Err == wire.AuthFailed || op == wire.OpCloseSession
		if op == wire.OpCloseSession && h.Err == wire.OK {
			l.session.ended = true
		}
	}
	if last && p.links[s.Slot] != nil {
		if err := p.end(&line, s.Slot); err != nil {
			return line.String(), err
		}
	}
	err := p.barrier(&line)
	if unordered {
		return sortEvents(line.String()), err
	}
	return line.String(), err
}

// sortEvents sorts events that come in a row: the end of a session removes znodes in no order.
func sortEvents(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for from := 0; from < len(lines); from++ {
		to := from
		for to < len(lines) && strings.HasPrefix(lines[to], "event ") {
			to++
		}
		slices.Sort(lines[from:to])
		from = max(from, to-1)
	}
	return strings.Join(lines, "")
}

// reply returns the next frame that is no notification, and writes down those before it. At the connection's end the slot is free.
func (p *player) reply(line *strings.Builder, slot int) (h wire.ReplyHeader, body []byte, open bool, err error) {
	for {
		frame, open, err := p.links[slot].next()
		if err != nil {
			return h, nil, false, err
		}
		if !open {
			fmt.Fprintf(line, "%d closed\n", slot)
			p.free(slot)
			return h, nil, false, nil
		}
		rd := wire.NewReader(frame)
		h.Decode(&rd)
		if rd.Err() != nil {
			return h, nil, false, fmt.Errorf("differ: reply %x: %w", frame, rd.Err())
		}
		if h.Xid != wire.XidNotification {
			return h, rd.Rest(), true, nil
		}
		line.WriteString(p.notification(h, rd.Rest()))
	}
}

func (p *player) count(op wire.Op, code wire.Code) {
	if p.codes[op] == nil {
		p.codes[op] = make(map[wire.Code]int)
	}
	p.codes[op][code]++
}

func (p *player) notification(h wire.ReplyHeader, body []byte) string {
	p.told++
	var e wire.WatcherEvent
	if err := wire.Unmarshal(body, &e); err != nil || string(e.AppendTo(nil)) != string(body) {
		return fmt.Sprintf("odd notification %x\n", body)
	}
	if p.zxids {
		return fmt.Sprintf("event %+v zxid %d %v\n", e, h.Zxid, h.Err)
	}
	return fmt.Sprintf("event %+v %v\n", e, h.Err)
}

// end waits for the server to close a connection.
func (p *player) end(line *strings.Builder, slot int) error {
	for p.links[slot] != nil {
		h, body, open, err := p.reply(line, slot)
		if err != nil {
			return err
		}
		if open {
			fmt.Fprintf(line, "%d after the end: xid %d zxid %d %v %x\n", slot, h.Xid, h.Zxid, h.Err, body)
		}
	}
	return nil
}

func (p *player) free(slot int) {
	p.links[slot].close()
	p.links[slot] = nil
}

// barrier brings in what the step has told to others, and to its own connection behind the replies: whoever answers a ping has sent
// all events of what was answered before the ping.
func (p *player) barrier(line *strings.Builder) error {
	ping := wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{})
	for _, l := range p.links {
		if l != nil {
			l.write(ping)
		}
	}
	for slot, l := range p.links {
		if l == nil {
			continue
		}
		fmt.Fprintf(line, "to %d:\n", slot)
		h, body, open, err := p.reply(line, slot)
		if err != nil {
			return err
		}
		if open {
			fmt.Fprintf(line, "ping of %d: xid %d zxid %d %v %x\n", slot, h.Xid, h.Zxid, h.Err, body)
		}
	}
	return nil
}
