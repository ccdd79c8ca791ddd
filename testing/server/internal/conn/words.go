package conn

import (
	"encoding/binary"
	"io"
	"net"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// begin reads what a connection begins with. It returns the stream with that put back, or false if it was a four-letter word,
// which is served now, or nothing.
func (c *Conn) begin() (stream io.Reader, ok bool) {
	first := make([]byte, fourletter.Size)
	if _, err := io.ReadFull(c.link, first); err != nil {
		c.explain(err)
		return nil, false
	}
	w, is := fourletter.Lookup(first)
	if !is || !c.env.Era.KnowsWord(string(w)) {
		return &resumed{Conn: c.link, head: first}, true
	}
	c.received.Add(1)
	m := &c.env.Counters.Meter
	m.wordsIn.Add(1)
	m.BytesIn.Add(int64(len(first)))
	c.bytesIn.Add(int64(len(first)))
	c.mu.Lock()
	c.probe = true
	c.mu.Unlock()
	answer := fourletter.Refusal(w)
	if c.env.Words[w] || w == fourletter.Isro && c.env.Sessions.Frozen() { // clients ask read-only servers for it
		mask, err := c.mask(w)
		if err != nil {
			c.explain(err)
			return nil, false
		}
		answer = c.env.Answer(w, mask)
	}
	c.endWith(answer)
	c.discard()
	return nil, false
}

// mask reads what follows stmk.
func (c *Conn) mask(w fourletter.Word) (int64, error) {
	if w != fourletter.Stmk {
		return 0, nil
	}
	b := make([]byte, fourletter.MaskSize)
	_, err := io.ReadFull(c.link, b)
	return int64(binary.BigEndian.Uint64(b)), err
}

// endWith sends the answer to a word and closes the connection behind it.
func (c *Conn) endWith(answer []byte) {
	n := fourletter.Packets(answer)
	c.env.Counters.Meter.wordsOut.Add(n)
	c.mu.Lock()
	if !c.aborted && !c.closing {
		c.out = append(c.out, answer...)
		c.sent += n
		c.bytesOut += int64(len(answer))
		c.closingLocked()
	}
	c.mu.Unlock()
	signal(c.wake)
}

// resumed is a connection from which something has been read, which comes again.
type resumed struct {
	net.Conn
	head []byte
}

func (r *resumed) Read(p []byte) (int, error) {
	if len(r.head) == 0 {
		return r.Conn.Read(p)
	}
	n := copy(p, r.head)
	r.head = r.head[n:]
	return n, nil
}

// Describe lists the connections in the order in which they came.
func (s *Set) Describe() []fourletter.Conn {
	all := make([]fourletter.Conn, 0)
	for _, c := range s.ordered() {
		if d, ok := c.describe(); ok {
			all = append(all, d)
		}
	}
	return all
}

// ResetStats forgets what the connections have counted.
func (s *Set) ResetStats() {
	for _, c := range s.ordered() {
		c.resetStats()
	}
}
