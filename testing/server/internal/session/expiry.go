package session

import "time"

// schedule puts the session into the bucket of its next expiry: the first whole tick that is later than its timeout. The
// caller holds mu.
func (t *Table) schedule(s *session, now time.Duration) {
	b := int64((now+s.timeout)/t.tick) + 1
	if b == s.bucket {
		return
	}
	t.unschedule(s)
	s.bucket = b
	if t.buckets[b] == nil {
		t.buckets[b] = make(map[*session]struct{})
	}
	t.buckets[b][s] = struct{}{}
}

func (t *Table) unschedule(s *session) {
	in := t.buckets[s.bucket]
	delete(in, s)
	if len(in) == 0 {
		delete(t.buckets, s.bucket)
	}
	s.bucket = 0
}

// Expire marks the sessions whose time has come as closing and returns them. A frozen table forgets the time of those that are not
// local; Restart gives them another.
func (t *Table) Expire(now time.Duration) []int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ids []int64
	for last := int64(now / t.tick); t.looked <= last; t.looked++ {
		for s := range t.buckets[t.looked] {
			if !s.closing && (s.local || !t.frozen.Load()) {
				s.closing, s.expired = true, true
				ids = append(ids, s.id)
			}
			s.bucket = 0
		}
		delete(t.buckets, t.looked)
	}
	return ids
}

// NextTick is how long to wait until Expire may find something.
func (t *Table) NextTick(now time.Duration) time.Duration { return t.tick - now%t.tick }
