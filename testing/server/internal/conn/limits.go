package conn

import (
	"net"
	"sync"
	"sync/atomic"
)

// Limits bound what clients may take up together; 0 is no limit.
type Limits struct {
	PerHost     int   // connections from one address
	Conns       int   // connections
	Outstanding int64 // requests without a reply, above which they are not read from who waits for one
	Queued      int64 // bytes that wait for clients to read them
}

// relaxed is how few must be outstanding until reading goes on: a good part below the limit, so that the next requests are
// many, not one for each reply.
func (l *Limits) relaxed() int64 { return l.Outstanding - l.Outstanding/4 }

// admission counts the connections that are open.
type admission struct {
	mu     sync.Mutex // guards all below; nothing else is locked while it is held
	total  int
	byHost map[string]int
}

// enter counts a connection, unless one of the limits has been reached.
func (a *admission) enter(l *Limits, host string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l.Conns > 0 && a.total >= l.Conns || l.PerHost > 0 && a.byHost[host] >= l.PerHost {
		return false
	}
	a.total++
	a.byHost[host]++
	return true
}

func (a *admission) leave(host string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.byHost[host]--; a.byHost[host] == 0 {
		delete(a.byHost, host)
	}
}

// hostOf is what connections from one address have in common. On a network in memory it is a name.
func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}

// mayRead is how many requests the limit of outstanding ones leaves, with mark in its place, to a connection that has queued
// some of them already. One request is always left to who waits for none.
func mayRead(outstanding *atomic.Int64, mark int64, queued int) int {
	left := int(mark + 1 - outstanding.Load())
	if queued == 0 {
		return max(left, 1)
	}
	return left
}

// mayResume tells whether the limit of outstanding requests lets a reader go on that has stopped. The caller holds mu.
func (c *Conn) mayResume() bool {
	l := &c.env.Limits
	return l.Outstanding == 0 || mayRead(&c.env.Counters.Outstanding, l.relaxed(), c.queued) > 0
}
