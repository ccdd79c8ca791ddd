package session

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"
)

// The search for a server that writes, with the pauses of Apache's client.
const (
	firstSeek = 100 * time.Millisecond
	maxSeek   = time.Minute
	seekLimit = time.Second // for one server's answer
)

// errFoundWriter ends a connection to a read-only server.
var errFoundWriter = errors.New("session: there is a server that writes")

// seek looks for a server that writes, as long as c serves from one that does not. What it finds is connected to next.
func (s *Seam) seek(c *conn) {
	ctx := c.life
	for pause := firstSeek; ; pause = min(2*pause, maxSeek) {
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		for _, server := range s.pace.list() {
			if s.writes(ctx, server) {
				s.pace.prefer(server)
				c.retire(errFoundWriter)
				return
			}
		}
	}
}

// writes asks a server whether it does.
func (s *Seam) writes(ctx context.Context, server Server) bool {
	ctx, cancel := context.WithTimeout(server.within(ctx), seekLimit)
	defer cancel()
	conn, err := s.opts.Dial(ctx, "tcp", server.Addr)
	if err != nil {
		return false
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		if stop() {
			_ = conn.Close()
		}
	}()
	if _, err := io.WriteString(conn, "isro"); err != nil {
		return false
	}
	answer := make([]byte, 2)
	_, err = io.ReadFull(conn, answer)
	return err == nil && string(answer) == "rw"
}
