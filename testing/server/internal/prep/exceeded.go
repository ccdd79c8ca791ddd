package prep

import (
	"maps"
	"strings"
	"sync"
)

// exceeded counts what hard limits have refused, by namespace: the znode below the root that it was in.
type exceeded struct {
	mu sync.Mutex // guards by; taken only when something is refused, or by who asks
	by map[string]int64
}

func (e *exceeded) add(path string) {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.by == nil {
		e.by = make(map[string]int64)
	}
	e.by[strings.Clone(name)]++ // only what has a quota gets here, so there are not many
}

// Exceeded is how many requests hard limits have refused, by namespace. Anyone may ask.
func (p *Prep) Exceeded() map[string]int64 {
	p.exceeded.mu.Lock()
	defer p.exceeded.mu.Unlock()
	return maps.Clone(p.exceeded.by)
}

// ResetExceeded begins anew; a namespace that has been told is told on. Anyone may ask for it.
func (p *Prep) ResetExceeded() {
	p.exceeded.mu.Lock()
	defer p.exceeded.mu.Unlock()
	for name := range p.exceeded.by {
		p.exceeded.by[name] = 0
	}
}
