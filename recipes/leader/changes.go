package leader

// Change tells whether a participant leads.
type Change struct {
	Term *Term // nil if it does not lead
	Err  error // why it does not any more; nil if it has not led yet
}
