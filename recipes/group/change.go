package group

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
)

// Kind is what happened to a member.
type Kind int

// The kinds.
const (
	// Joined: the member is there. Data is what it says.
	Joined Kind = iota + 1
	// Changed: it says something else. Data is the new.
	Changed
	// Left: it is not there any more. Data is what it said last.
	Left
)

// String is the kind's name.
func (k Kind) String() string {
	switch k {
	case Joined:
		return "Joined"
	case Changed:
		return "Changed"
	case Left:
		return "Left"
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Change is one change of a group.
type Change struct {
	Kind Kind
	ID   string // the member's
	Data []byte // must not be changed
}

// since are the changes that lead from one sight of a group to another, by id. One whose znode was made anew has left and joined.
func since(was, now *cache.Snapshot) iter.Seq[Change] {
	return func(yield func(Change) bool) {
		for path, ev := range cache.Diff(was, now) {
			if path == now.Path() {
				continue
			}
			change := Change{ID: client.Base(path)}
			switch ev.Kind {
			case cache.Created:
				change.Kind, change.Data = Joined, ev.New.Data()
			case cache.Deleted:
				change.Kind, change.Data = Left, ev.Old.Data()
			case cache.Changed:
				if bytes.Equal(ev.Old.Data(), ev.New.Data()) {
					continue
				}
				change.Kind, change.Data = Changed, ev.New.Data()
			case cache.Initialized: // no difference
				continue
			}
			if !yield(change) {
				return
			}
		}
	}
}
