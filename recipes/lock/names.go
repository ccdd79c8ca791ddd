package lock

import (
	"errors"
	"fmt"
	"slices"

	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Names is how contenders' znodes are called. That decides who shares a Mutex:
//
//	Names                                    is waited for by                               waits for
//	Curator, GoZookeeper                     Curator, zk.Lock; kazoo with "-lock-"          Curator, zk.Lock
//	the same, with WithPatterns("__lock__")  the same                                       all of these, and kazoo
//	Kazoo                                    kazoo, zk.Lock; Go with "__lock__"             kazoo
//	Kazoo, with WithPatterns("-lock-")       the same                                       all of these, and Curator
//
// "kazoo with" is a Lock made with extra_lock_patterns=["-lock-"]. Sharing takes waiting both ways, so Curator and kazoo as they come share no
// lock: Curator sorts kazoo's names behind all of its own, and never waits for them. For all three to share one, Curator needs a driver of its own that orders by
// what follows "__lock__", and kazoo and Go the patterns.
//
// Names of two kinds under one path are in one order, by number. All the rest, the tokens, the costs, what happens when an answer or the session is
// lost, is the same with all names: a znode whose create was not answered is found by the id in its name, as the other libraries do.
type Names int

// The libraries' names.
const (
	Curator     Names = iota // _c_<uuid>-lock-<10 digits>
	GoZookeeper              // _c_<32 hex digits>-lock-<10 digits>, zk.Lock's
	Kazoo                    // <32 hex digits>__lock__<10 digits>; path and its missing ancestors are made persistent
)

func (n Names) String() string {
	switch n {
	case Curator:
		return "Curator"
	case GoZookeeper:
		return "GoZookeeper"
	case Kazoo:
		return "Kazoo"
	}
	return fmt.Sprintf("Names(%d)", int(n))
}

// WithNames is how this contender's znodes are called. They are Curator's unless set.
func WithNames(names Names) Option {
	return func(s *settings) error {
		if names < Curator || names > Kazoo {
			return fmt.Errorf("no such names: %v", names)
		}
		s.names = names
		return nil
	}
}

// WithPatterns makes children count as contenders whose names end in one of the patterns and ten digits, by that number: kazoo's
// extra_lock_patterns, but as plain text, not as regular expressions. Without it Kazoo names count for a Mutex with such names
// alone, and Curator's and go-zookeeper's for one with theirs.
func WithPatterns(patterns ...string) Option {
	patterns = slices.Clone(patterns)
	return func(s *settings) error {
		if slices.Contains(patterns, "") {
			return errors.New("an empty pattern")
		}
		s.patterns = append(s.patterns, patterns...)
		return nil
	}
}

// kazooName is what stands between the id and the number.
const kazooName = "__lock__"

// name makes a queue's names.
func (n Names) name(q contend.Queue, patterns []string) contend.Queue {
	switch n {
	case Kazoo:
		return q.Kazoo(kazooName, append([]string{kazooName}, patterns...)...)
	case GoZookeeper:
		q = q.GoZookeeper()
	case Curator:
	}
	if patterns != nil {
		return q.Honour(patterns...)
	}
	return q
}
