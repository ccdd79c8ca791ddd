package contend

import "bytes"

// Revoked is the data by which a contender is asked to leave: Curator's mark.
var Revoked = []byte("__REVOKE__")

// Revoked is closed when the contender has been asked to leave, if its queue is Revocable.
func (p *Place) Revoked() <-chan struct{} { return p.revoked }

// heard looks at the data of the own znode.
func (p *Place) heard(data []byte) {
	if p.q.Revocable && !p.asked && bytes.Equal(data, Revoked) {
		p.asked = true
		close(p.revoked)
	}
}
