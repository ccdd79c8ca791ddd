package client

import (
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-zookeeper/zk"
)

// Curator's retry policies, with its formulas. A retry's number counts from 0.

// maxExponential is the most retries of the exponential policies: Curator's limit, by which 2^(n+1) fits into an int.
const maxExponential = 29

// ExponentialBackoff is Curator's ExponentialBackoffRetry: retries attempts more, 29 at the most, and before number n a pause of base times a
// random factor from 1 up to 2^(n+1)-1. WithRetry(ExponentialBackoff(time.Second, 3)) is what most of Curator's users have.
func ExponentialBackoff(base time.Duration, retries int) RetryPolicy {
	return BoundedExponentialBackoff(base, math.MaxInt32*time.Millisecond, retries)
}

// BoundedExponentialBackoff is Curator's BoundedExponentialBackoffRetry: as ExponentialBackoff, but no pause is longer than most.
func BoundedExponentialBackoff(base, most time.Duration, retries int) RetryPolicy {
	retries = min(retries, maxExponential)
	return func() backoff.BackOff {
		return &counted{retries: retries, pause: func(n int) time.Duration {
			factor := max(1, rand.Int64N(1<<(n+1)))
			if base > 0 && factor > int64(most/base) {
				return most
			}
			return min(most, base*time.Duration(factor))
		}}
	}
}

// RetryNTimes is Curator's policy of that name: n attempts more, with the same pause before each.
func RetryNTimes(n int, pause time.Duration) RetryPolicy {
	return func() backoff.BackOff {
		return &counted{retries: n, pause: func(int) time.Duration { return pause }}
	}
}

// RetryOneTime is Curator's policy of that name: one attempt more, after a pause.
func RetryOneTime(pause time.Duration) RetryPolicy { return RetryNTimes(1, pause) }

// RetryForever is Curator's policy of that name: always one attempt more, after the same pause, until the context ends.
func RetryForever(pause time.Duration) RetryPolicy { return RetryNTimes(math.MaxInt, pause) }

// RetryUntilElapsed is Curator's policy of that name: attempts with the same pause before each, as long as less than limit had passed since
// the first failure when the pause began.
func RetryUntilElapsed(limit, pause time.Duration) RetryPolicy {
	return func() backoff.BackOff {
		start := time.Now()
		return &counted{retries: math.MaxInt, pause: func(int) time.Duration {
			if time.Since(start) >= limit {
				return backoff.Stop
			}
			return pause
		}}
	}
}

// counted gives a number of pauses.
type counted struct {
	retries int
	pause   func(n int) time.Duration
	n       int
}

func (b *counted) Reset() { b.n = 0 }

func (b *counted) NextBackOff() time.Duration {
	if b.n >= b.retries {
		return backoff.Stop
	}
	b.n++
	return b.pause(b.n - 1)
}

// ErrorPolicy is what a policy's BackOff may implement to have a say in which failures are worth another attempt; see
// SessionFailed.
type ErrorPolicy interface {
	// Retries is asked about errors for which Retryable is true, and, before another attempt, about the end of the session in which the
	// first failed.
	Retries(err error) bool
}

// SessionFailed is Curator's SessionFailedRetryPolicy: as policy, but a call ends when the session in which it failed first does, instead of
// going on in the next. The error matches ErrSessionLost or zk.ErrSessionExpired.
func SessionFailed(policy RetryPolicy) RetryPolicy {
	return func() backoff.BackOff { return sessionFailed{policy()} }
}

type sessionFailed struct{ backoff.BackOff }

func (p sessionFailed) Retries(err error) bool {
	return !errors.Is(err, zk.ErrSessionExpired) && allows(p.BackOff, err)
}

// allows asks a policy about an error.
func allows(pauses backoff.BackOff, err error) bool {
	p, ok := pauses.(ErrorPolicy)
	return !ok || p.Retries(err)
}
