package leader

type kazooNames struct{}

// WithKazooNames makes a Selector take part in kazoo's elections instead of Curator's: its znode is path/<32 hex digits>__lock__<10
// digits>, WithID is kazoo's identifier, and only such znodes count. path and its missing ancestors are made persistent, as kazoo expects.
// All the rest is the same. An Observer does not know these names.
func WithKazooNames() SelectorOption { return kazooNames{} }

func (kazooNames) selector(s *Selector) error {
	s.queue = s.queue.Kazoo(kazooName, kazooName)
	return nil
}

// kazooName orders the participants of kazoo's Election, which is its Lock.
const kazooName = "__lock__"
