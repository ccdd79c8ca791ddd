package fourletter

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// clients is the connections in short, one a line.
func clients(conns []Conn) string {
	var b strings.Builder
	for _, c := range conns {
		b.WriteString(c.brief() + ")\n")
	}
	return b.String()
}

func cons(conns []Conn) string {
	var b strings.Builder
	for _, c := range conns {
		b.WriteString(c.brief())
		if c.Session != 0 {
			b.WriteString(c.detail())
		}
		b.WriteString(")\n")
	}
	return b.String() + "\n"
}

func (c *Conn) brief() string {
	return fmt.Sprintf(" %s[%x](queued=%d,recved=%d,sent=%d", c.Addr, c.Interest, c.Queued, c.Received, c.Sent)
}

func (c *Conn) detail() string {
	cxid := ""
	if c.LastCxid >= 0 {
		cxid = ",lcxid=" + hex(c.LastCxid)
	}
	return fmt.Sprintf(",sid=%s,lop=%s,est=%d,to=%d%s,lzxid=%s,lresp=%d,llat=%d,minlat=%d,avglat=%d,maxlat=%d",
		hex(c.Session), c.LastOp, c.Established.UnixMilli(), c.Timeout.Milliseconds(), cxid, hex(c.LastZxid),
		c.LastReply, c.Last, c.Latency.Min, c.Latency.Total/max(c.Latency.Count, 1), c.Latency.Max)
}

func dump(src Source) string {
	var b strings.Builder
	sessions := src.Expiries()
	total := 0
	for _, e := range sessions {
		total += len(e.Sessions)
	}
	old := src.Self().Era.SessionsOnly
	fmt.Fprintf(&b, "SessionTracker dump:\nSession Sets (%d)", len(sessions))
	if !old {
		fmt.Fprintf(&b, "/(%d)", total)
	}
	b.WriteString(":\n")
	for _, e := range sessions {
		fmt.Fprintf(&b, "%d expire at %s:\n", len(e.Sessions), date(e.At))
		for _, id := range e.Sessions {
			b.WriteString("\t" + hex(id) + "\n")
		}
	}
	owners := src.Ephemerals()
	fmt.Fprintf(&b, "ephemeral nodes dump:\nSessions with Ephemerals (%d):\n", len(owners))
	for _, o := range owners {
		b.WriteString(hex(o.Session) + ":\n")
		for _, path := range o.Paths {
			b.WriteString("\t" + path + "\n")
		}
	}
	if old {
		return b.String()
	}
	conns := src.Conns()
	slices.SortStableFunc(conns, func(a, b Conn) int { return a.Expires.Compare(b.Expires) })
	var sets [][]Conn
	for first := 0; first < len(conns); {
		n := first + 1
		for n < len(conns) && conns[n].Expires.Equal(conns[first].Expires) {
			n++
		}
		sets = append(sets, conns[first:n])
		first = n
	}
	fmt.Fprintf(&b, "Connections dump:\nConnections Sets (%d)/(%d):\n", len(sets), len(conns))
	for _, set := range sets {
		fmt.Fprintf(&b, "%d expire at %s:\n", len(set), date(set[0].Expires))
		for _, c := range set {
			fmt.Fprintf(&b, "\tip: %s sessionId: %s\n", c.Addr, hex(c.Session))
		}
	}
	return b.String()
}

// Bucket rounds the end of a timeout up as Apache does, where what ends at about the same time shares a set.
func Bucket(end, tick time.Duration) time.Duration { return (end/tick + 1) * tick }
