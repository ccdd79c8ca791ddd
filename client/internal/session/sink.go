package session

import "github.com/go-zookeeper/zk"

// Sink takes what a watch would put into its channel, without limit. It is called under the table's lock, in the order in which the
// server's frames come, and must not block nor call back.
type Sink interface {
	Tell(ev zk.Event)
	Ended()
}

// Into makes a watch that nobody has asked for yet tell a sink. It has no channel then.
func (w *Watch) Into(s Sink) *Watch {
	w.sink, w.events = s, nil
	return w
}

// put hands a one-shot watch its event. There is room for one, and one is sent.
func (w *Watch) put(ev zk.Event) {
	if w.sink != nil {
		w.sink.Tell(ev)
		return
	}
	w.events <- ev
}
