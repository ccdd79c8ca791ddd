package fault

import (
	"fmt"
	"slices"
	"time"
)

// Action is what becomes of a frame: one of the constants, or a Delay.
type Action int64

// The actions.
const (
	// Pass lets the frame pass.
	Pass Action = 0
	// Drop makes exactly this frame vanish. The connection lives.
	Drop Action = -1
	// Cut loses this frame and resets the connection: on a request, it never arrived; on a reply, it was done but its
	// client will not be told. The sender gets ECONNRESET at once but for the write in question, which succeeds; the
	// receiver gets it behind the frames before this one.
	Cut Action = -2
	// CutAfter delivers this frame and then resets the connection, as Cut does.
	CutAfter Action = -3
)

// Delay makes the frame take d longer. What follows it in its direction waits behind it. A d of 0 or less is Pass.
func Delay(d time.Duration) Action { return Action(max(d, 0)) }

func (a Action) delay() time.Duration { return time.Duration(max(a, 0)) }

// String is the action's name.
func (a Action) String() string {
	switch a {
	case Pass:
		return "pass"
	case Drop:
		return "drop"
	case Cut:
		return "cut"
	case CutAfter:
		return "cut after"
	}
	if a < 0 {
		return fmt.Sprintf("action %d", int64(a))
	}
	return "delay " + time.Duration(a).String()
}

// interceptor is a pointer's worth of identity for a func.
type interceptor struct{ decide func(Frame) Action }

// Intercept calls decide for every frame of ZooKeeper's client protocol that any connection sends from now on, and does
// to the frame what decide returns. Of several interceptors each sees every frame, and the first that does not say Pass
// decides. remove ends it; a call that is under way may still be running then.
//
// decide runs in the goroutine that wrote the end of the frame, before a byte of it is sent, and may block and call any
// method of the Network. Calls for one direction of a connection come one after another, others at the same time. While
// somebody intercepts, a connection delivers only whole frames; other protocols pass untouched and unseen. A frame of
// which the first bytes were sent before Intercept is not shown.
func (n *Network) Intercept(decide func(Frame) Action) (remove func()) {
	in := &interceptor{decide}
	n.changeInterceptors(func(all []*interceptor) []*interceptor { return append(all, in) })
	return func() {
		n.changeInterceptors(func(all []*interceptor) []*interceptor {
			return slices.DeleteFunc(all, func(other *interceptor) bool { return other == in })
		})
	}
}

func (n *Network) changeInterceptors(change func([]*interceptor) []*interceptor) {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []*interceptor
	if now := n.interceptors.Load(); now != nil {
		all = slices.Clone(*now)
	}
	if all = change(all); len(all) == 0 {
		n.interceptors.Store(nil)
		return
	}
	n.interceptors.Store(&all)
}

// ask asks every interceptor. It wants no lock held.
func (n *Network) ask(f Frame) Action {
	all := n.interceptors.Load()
	if all == nil {
		return Pass
	}
	action := Pass
	for _, in := range *all {
		if a := in.decide(f); action == Pass {
			action = a
		}
	}
	return action
}
