package benchfailover

import (
	"sync"
	"time"
)

// pulse tells when something succeeded for the first time after a moment.
type pulse struct {
	mu    sync.Mutex
	after time.Time
	first chan time.Time // nil while nobody waits
}

// await asks for the first success after a moment.
func (p *pulse) await(after time.Time) <-chan time.Time {
	first := make(chan time.Time, 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.after, p.first = after, first
	return first
}

// beat notes a success, which is now.
func (p *pulse) beat() {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first != nil && now.After(p.after) {
		p.first <- now
		p.first = nil
	}
}
