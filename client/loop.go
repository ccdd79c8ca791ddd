package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// Retry runs calls, and again from the beginning after each failure for which Retryable is true, as the client's policy allows, in one
// session: if that ends meanwhile, Retry fails with its error, which matches ErrSessionLost, even if calls did not notice. It first waits for a
// connection.
//
// The context that calls gets ends with the session, too. The calls that are made with it share the policy's pauses with Retry, so that
// attempts do not multiply. calls must be such that it can be run again after it failed half-way: what it does not find out about a
// write whose outcome is unknown (see Resolve), nobody does.
func (c *Client) Retry(ctx context.Context, calls func(ctx context.Context) error) error {
	session, err := c.connectedSession(ctx)
	if err != nil {
		return fmt.Errorf("client: retry: %w", err)
	}
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(session.Context(), func() { cancel(session.Err()) })()
	pauses := &sharedPauses{pauses: c.pauses(ctx)}
	within = context.WithValue(within, pausesKey{c.janitor}, pauses)
	for {
		err := calls(within)
		switch {
		case session.over():
			return fmt.Errorf("client: retry: %w", sessionEnded(session, err))
		case err == nil || !Retryable(err) || !pauses.Retries(err):
			return err
		}
		pause := pauses.NextBackOff()
		if pause == backoff.Stop {
			return err
		}
		if ended := c.pause(within, pause, errors.Is(err, ErrConnectionLoss)); ended != nil {
			return fmt.Errorf("client: retry: %w", ended)
		}
	}
}

// sessionEnded is the end of a session, with what the calls in it came to.
func sessionEnded(s *Session, err error) error {
	if err == nil || errors.Is(err, s.Err()) {
		return s.Err()
	}
	return fmt.Errorf("%w (%w)", s.Err(), err)
}

// connectedSession waits for a connection and returns its session.
func (c *Client) connectedSession(ctx context.Context) (*Session, error) {
	for {
		now, up := c.states.present()
		if now.State.Connected() && !now.Session.over() {
			return now.Session, nil
		}
		select {
		case <-up:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-c.life.Done():
			return nil, ErrClosed
		}
	}
}

// pausesKey is where a context has the pauses that the calls within one Retry share. The janitor stands for the session, which
// views have in common.
type pausesKey struct{ j *janitor }

// pauses are those of one call: the client's, or those of the Retry that it is part of.
func (c *Client) pauses(ctx context.Context) backoff.BackOff {
	if shared, ok := ctx.Value(pausesKey{c.janitor}).(*sharedPauses); ok {
		return shared
	}
	return c.retry()
}

// sharedPauses is a BackOff for several goroutines.
type sharedPauses struct {
	mu     sync.Mutex // guards what follows
	pauses backoff.BackOff
}

func (s *sharedPauses) NextBackOff() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pauses.NextBackOff()
}

func (s *sharedPauses) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pauses.Reset()
}

// Retries implements ErrorPolicy.
func (s *sharedPauses) Retries(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return allows(s.pauses, err)
}
