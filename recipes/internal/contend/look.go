package contend

import "context"

// Sort orders names of children as contenders stand.
func (q Queue) Sort(names []string) { order(names, q.key) }

// Recheck looks who is ahead by now: one request. For who holds a place over a time without a connection. It must not run beside Await.
func (p *Place) Recheck(ctx context.Context) error { return p.look(ctx) }
