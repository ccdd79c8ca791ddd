package fault

import (
	"sync"
	"time"
)

// link is a connection: two ends and the two pipes between them.
type link struct {
	net                    *Network
	clientHost, serverHost string
	client, server         *conn

	// mu guards both ends, both pipes and what follows. Nobody blocks while holding it but on a cond of a pipe, which
	// lets go of it: a goroutine that waits for a mutex would keep a synctest bubble's clock from moving.
	mu        sync.Mutex
	zookeeper bool            // the client has sent a connect request, so the bytes are frames
	session   int64           // as the server named it; 0 before that
	pending   map[int32]asked // the requests whose replies have not passed, by xid
}

func newLink(n *Network, client, server Addr) *link {
	l := &link{net: n, clientHost: hostOf(string(client)), serverHost: hostOf(string(server)), pending: map[int32]asked{}}
	up, down := newPipe(&l.mu), newPipe(&l.mu)
	l.client = &conn{link: l, in: down, out: up, local: client, remote: server}
	l.server = &conn{link: l, in: up, out: down, local: server, remote: client}
	return l
}

// reset ends the connection for both ends at once.
func (l *link) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range [...]*conn{l.client, l.server} {
		c.dead = true
		c.in.abandon()
		c.wake()
	}
}

// stall sets which directions a partition holds up.
func (l *link) stall(now time.Time, up, down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client.out.stall(now, up, l.net.latency)
	l.client.in.stall(now, down, l.net.latency)
}

// unlocked calls f without the lock, also if f panics or ends its goroutine.
func (l *link) unlocked(f func()) {
	l.mu.Unlock()
	defer l.mu.Lock()
	f()
}
