package group

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
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

// member is what is known of one. Nobody writes it once it is shown.
type member struct {
	data  []byte
	czxid int64 // of its znode
	mzxid int64 // of its data
}

// members are all, by id. Nobody writes the map once it is shown.
type members map[string]member

// since are the changes that lead from was to now: who left, then who joined or changed, by id. One whose znode was made anew has left and joined.
func (now members) since(was members) []Change {
	var changes []Change
	for id, m := range was {
		if next, ok := now[id]; !ok || next.czxid != m.czxid {
			changes = append(changes, Change{Left, id, m.data})
		}
	}
	for id, m := range now {
		switch old, ok := was[id]; {
		case !ok || old.czxid != m.czxid:
			changes = append(changes, Change{Joined, id, m.data})
		case old.mzxid != m.mzxid && !bytes.Equal(old.data, m.data):
			changes = append(changes, Change{Changed, id, m.data})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int {
		if last := cmp.Compare(rank(b.Kind), rank(a.Kind)); last != 0 {
			return last
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return changes
}

func rank(k Kind) int {
	if k == Left {
		return 1
	}
	return 0
}
