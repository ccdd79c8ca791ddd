package session

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// A long reply that dribbles in is no silence, nor is a connection that is asked nothing.
func TestLongIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		first := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		second := r.seam.Send(t.Context(), wire.OpGetData, get("/b"), "/b", nil)
		h, _ := r.peer.next()
		reply := wire.AppendReply(nil, wire.ReplyHeader{Xid: h.Xid, Zxid: 1}, &wire.GetDataResponse{Data: make([]byte, 4*readBuffer)})
		start := time.Now()
		for len(reply) > 0 { // for 5 s in all
			n := min(readBuffer/8, len(reply))
			r.peer.write(reply[:n])
			reply = reply[n:]
			time.Sleep(5 * time.Second / 33)
		}
		if <-first.Done(); first.Err() != nil {
			t.Errorf("the first read: %v after %v", first.Err(), time.Since(start))
		}
		h, _ = r.peer.next()
		r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
		if <-second.Done(); second.Err() != nil || time.Since(start) < silenceLimit(timeout) {
			t.Errorf("the second read: %v after %v", second.Err(), time.Since(start))
		}
		r.end()
	})
}

// Silence counts from the first request that is not answered, to the moment.
func TestSilence(t *testing.T) {
	for _, asked := range []time.Duration{0, time.Second, 2699 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			time.Sleep(asked)
			start := time.Now()
			call := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
			r.peer.next()
			go r.peer.drain()
			if <-call.Done(); call.Err() == nil {
				t.Error("answered by nobody")
			}
			if d := time.Since(start); d != silenceLimit(timeout) {
				t.Errorf("asked after %v, given up after %v", asked, d)
			}
			r.close()
		})
	}
}
