package conn

import "sync/atomic"

// Meter is what the four-letter words tell and srst takes back to nothing.
type Meter struct {
	Reads       Latency
	Updates     Latency
	BytesIn     atomic.Int64
	ReplyBytes  atomic.Int64
	EventBytes  atomic.Int64
	Handshakes  atomic.Int64
	Rejected    atomic.Int64 // connections above a limit
	Sessionless atomic.Int64 // connections that sent nothing in time
	Requests    atomic.Int64 // handed to the pipeline
	Insecure    atomic.Int64 // TLS handshakes that failed

	wordsIn  atomic.Int64 // packets that the words themselves cost, which are no frames
	wordsOut atomic.Int64

	// Sizes of replies, one more, so that 0 is none.
	last, smallest, largest atomic.Int64

	baseReceived, baseSent atomic.Int64 // what Counters had counted at the last Reset
}

// Reset begins anew.
func (n *Counters) Reset() {
	m := &n.Meter
	m.Reads.Reset()
	m.Updates.Reset()
	for _, a := range []*atomic.Int64{
		&m.BytesIn, &m.ReplyBytes, &m.EventBytes, &m.Handshakes, &m.Rejected, &m.Sessionless, &m.Insecure,
		&m.Requests, &m.wordsIn, &m.wordsOut, &m.last, &m.smallest, &m.largest,
	} {
		a.Store(0)
	}
	m.baseReceived.Store(n.Received.Load())
	m.baseSent.Store(n.Sent.Load())
}

// PacketsReceived is all packets since Reset.
func (n *Counters) PacketsReceived() int64 {
	return n.Received.Load() - n.Meter.baseReceived.Load() + n.Meter.wordsIn.Load()
}

// PacketsSent is all packets since Reset.
func (n *Counters) PacketsSent() int64 {
	return n.Sent.Load() - n.Meter.baseSent.Load() + n.Meter.wordsOut.Load()
}

// ReplySizes are in bytes, without the frame's length; -1 if there was no reply.
func (m *Meter) ReplySizes() (last, smallest, largest int64) {
	return m.last.Load() - 1, m.smallest.Load() - 1, m.largest.Load() - 1
}

// sizes are those of frames with a header, which are all but the answer to a handshake; one more, so that 0 is none.
type sizes struct{ last, smallest, largest int64 }

func (s *sizes) add(size int64) {
	s.last = size + 1
	if s.smallest == 0 || s.last < s.smallest {
		s.smallest = s.last
	}
	s.largest = max(s.largest, s.last)
}

func (m *Meter) replied(s *sizes) {
	if s.last == 0 {
		return
	}
	m.last.Store(s.last)
	lower(&m.smallest, s.smallest)
	raise(&m.largest, s.largest)
}
