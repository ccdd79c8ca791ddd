package session

import (
	"testing"
	"testing/synctest"
)

// Who ends a connection tells the seam of it, but zk.Conn may have connected again before that. The owner hears of the end all the same,
// and in order.
func TestEndOvertakenByNextConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		old := r.seam.live.Load()
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")
		r.seam.live.Store(old) // as if that had not been told
		r.peer = r.accept()
		r.peer.handshake()
		r.peer.grant(7, timeout)
		r.expect(t, "disconnected", "connected")
		r.seam.down(old, ErrProtocol) // now it is
		if r.seam.live.Load() == nil {
			t.Error("the end of the old connection ended the new one")
		}
		r.end()
	})
}
