package session

import "time"

// Freeze begins or ends the time in which sessions cannot be agreed on with anybody. While it lasts, those that were there stay as
// they are, and new ones are local: they are made and end without a transaction, and are forgotten at its end. Either way all that
// live through it get their full timeout again. It returns false if that was so before; then nothing changes.
func (t *Table) Freeze(on bool, now time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.frozen.Load() == on {
		return false
	}
	t.frozen.Store(on)
	t.restart(now)
	return true
}

// Frozen tells whether the table is. It takes no lock.
func (t *Table) Frozen() bool { return t.frozen.Load() }

// Local tells whether there is such a session and nobody but this server knows of it.
func (t *Table) Local(id int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[id]
	return s != nil && s.local
}

// Global tells whether there is such a session and others know of it, too.
func (t *Table) Global(id int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[id]
	return s != nil && !s.local
}

// Locals is the number of local sessions.
func (t *Table) Locals() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, s := range t.sessions {
		if s.local {
			n++
		}
	}
	return n
}
