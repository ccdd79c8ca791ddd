package session

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// What leaves with one write counts as sent when the first of it came: the clock is read once a write, and what the clock is for, knowing
// that the server heard of us no earlier, stays true.
func TestGatheredFramesShareOneStamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		synctest.Wait()
		c := r.seam.live.Load()
		send := func() *Call {
			return r.seam.Send(t.Context(), wire.OpExists, &wire.PathWatchRequest{Path: "/a"}, "/a", nil)
		}
		holdWrites := func(on bool) {
			c.mu.Lock()
			c.writing = on
			c.mu.Unlock()
			c.wake()
		}
		for range 3 { // each write has a stamp of its own
			time.Sleep(100 * time.Millisecond) // all rounds are over before zk.Conn's first ping
			holdWrites(true)
			first := r.seam.now()
			const calls = 20
			for range calls {
				send()
				time.Sleep(time.Millisecond)
			}
			c.mu.Lock()
			if c.inflight.len() != calls {
				t.Errorf("%d frames in flight, want %d", c.inflight.len(), calls)
			}
			for i := range c.inflight.len() {
				if e := c.inflight.buf[(c.inflight.head+i)%len(c.inflight.buf)]; e.sent != first {
					t.Errorf("frame %d counts as sent at %v, want %v", i, time.Duration(e.sent), time.Duration(first))
				}
			}
			c.mu.Unlock()
			holdWrites(false)
			for range calls {
				h, _ := r.peer.next()
				r.peer.reply(h.Xid, 1, &wire.StatResponse{})
			}
			synctest.Wait()
			if got := r.seam.answered.Load(); got != first {
				t.Errorf("the last answered frame was sent at %v, want %v", time.Duration(got), time.Duration(first))
			}
		}
		r.end()
	})
}
