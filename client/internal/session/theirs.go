package session

import (
	"github.com/zookit-go/zookit/internal/wire"
)

// watchFrame tells whether a frame of zk.Conn's may set watches.
func watchFrame(op wire.Op) bool {
	return op == wire.OpGetData || op == wire.OpExists || op == wire.OpGetChildren || op == wire.OpGetChildren2 || op == wire.OpSetWatches
}

// takeWatchFrame takes a frame of zk.Conn's that may set watches, the last in c.out. The caller holds c.mu.
//
// What zk.Conn wants to hear of is kept, so that taking away ours leaves it that. Where a mode of ours stands on the path, the frame goes
// without its flag: servers before 3.9 would replace the mode, and its events are told zk.Conn as well.
func (c *conn) takeWatchFrame(e entry, op wire.Op, frame []byte) error {
	body := frame[4+wire.RequestHeaderSize:]
	if op == wire.OpSetWatches {
		c.inflight.push(e)
		return c.takeSetWatches(body)
	}
	if len(body) == 0 || body[len(body)-1] == 0 {
		c.inflight.push(e)
		return nil
	}
	var q wire.PathWatchRequest
	if err := wire.Unmarshal(body, &q); err != nil {
		return err
	}
	e.flight = &flight{op: op, path: q.Path}
	c.seam.watches.flag(e.flight, c.out)
	c.inflight.push(e)
	return nil
}

// flag notes a request that is about to be sent, whose frame ends out, and clears the flag at its end if the watch needs none at the
// server.
func (t *watchTable) flag(f *flight, out []byte) {
	if !t.depart(f) {
		out[len(out)-1] = 0
	}
}

// landed takes the reply to a request that sets a watch.
func (s *Seam) landed(f *flight, h wire.ReplyHeader) {
	if s.watches.land(f, h.Err, h.Zxid) {
		s.settle(f.path)
	}
}

// takeSetWatches follows zk.Conn's own setWatches, which it sends after a reconnect, with the modes on the paths in it: servers before
// 3.9 have just replaced them.
func (c *conn) takeSetWatches(body []byte) error {
	var q wire.SetWatchesRequest
	if err := wire.Unmarshal(body, &q); err != nil {
		return err
	}
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	undone := map[*watched]struct{}{}
	for k, paths := range [][]string{WatchData: q.Data, WatchExist: q.Exist, WatchChild: q.Child} {
		on := WatchKind(k).side()
		for _, path := range paths {
			w := t.paths[path]
			switch {
			case w == nil:
			case w.served(on):
				undone[w] = struct{}{}
			default:
				w.native[on] = true
			}
		}
	}
	c.setModes(undone)
	return nil
}
