package leader

import (
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Policy says what ends a term while the participant's znode may still stand: Curator's error policy. Unless WithPolicy sets one it is
// the client's: UntilSuspended for client.StandardErrors, its default, and UntilLost for client.SessionErrors.
type Policy int

const (
	// UntilSuspended ends a term when there is no connection.
	UntilSuspended Policy = iota
	// UntilLost lets a term go on without a connection until the session is Lost.
	UntilLost
)

// CloseMode says what the streams of a Latch's Changes hear of its Close. A Term's Context ends with ErrClosed in either.
type CloseMode int

const (
	// Silent ends the streams with no word. It is the default.
	Silent CloseMode = iota
	// Notify tells a leader's streams first that it leads no longer.
	Notify
)

// LatchOption configures a Latch.
type LatchOption interface{ latch(*Latch) error }

// SelectorOption configures a Selector.
type SelectorOption interface{ selector(*Selector) error }

// Option configures a Latch or a Selector.
type Option interface {
	LatchOption
	SelectorOption
}

type option func(*election) error

func (o option) latch(l *Latch) error       { return o(&l.election) }
func (o option) selector(s *Selector) error { return o(&s.election) }

// WithID is the participant's name for observers, and the data of its znode. It is empty unless set.
func WithID(id string) Option {
	return option(func(e *election) error {
		e.queue.Data = []byte(id)
		return nil
	})
}

// WithPolicy says what a lost connection does to a term, whatever client.WithStateErrorPolicy says.
func WithPolicy(p Policy) Option {
	return option(func(e *election) error {
		if p != UntilSuspended && p != UntilLost {
			return fmt.Errorf("%w: policy %d", errOption, p)
		}
		e.policy, e.chosen = p, true
		return nil
	})
}

type closeMode CloseMode

// WithCloseMode says what streams of changes hear of Close.
func WithCloseMode(m CloseMode) LatchOption { return closeMode(m) }

func (m closeMode) latch(l *Latch) error {
	if CloseMode(m) != Silent && CloseMode(m) != Notify {
		return fmt.Errorf("%w: close mode %d", errOption, int(m))
	}
	l.mode = CloseMode(m)
	return nil
}

type requeue struct{}

// WithRequeue makes Run take part again after each term.
func WithRequeue() SelectorOption { return requeue{} }

func (requeue) selector(s *Selector) error {
	s.requeue = true
	return nil
}

func newElection(c *client.Client, path, name string) (election, error) {
	if err := client.CheckPath(path); err != nil {
		return election{}, err
	}
	return election{queue: contend.Queue{Client: c, Parent: path, Name: name, Data: []byte{}}}, nil
}
