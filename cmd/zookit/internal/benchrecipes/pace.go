package benchrecipes

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errLate is what happened to what was not done when a row's time was over.
var errLate = errors.New("not in time")

const (
	// kept is what part of a run's time is dealt out to rows; the rest is for rows that take longer than theirs.
	kept = 0.8
	// patience is how much longer than its row's time a side may take for one thing, before it is left out of the row; but for shortest,
	// since every side is to be looked at once, however busy the machine is.
	patience = 2
	shortest = 20 * time.Second
)

// pace deals out the time of a run. What a row does not use is the later rows'.
type pace struct {
	end  time.Time
	left int // the weights of the rows to come
}

// next is how long the next row may measure.
func (p *pace) next(weight int) time.Duration {
	share := time.Until(p.end) * time.Duration(weight) / time.Duration(max(weight, p.left))
	p.left -= weight
	return max(0, share)
}

// within bounds one thing that a side does in a row that may take so long.
func within(ctx context.Context, share time.Duration) (context.Context, context.CancelFunc) {
	most := max(patience*share, shortest)
	return context.WithTimeoutCause(ctx, most, fmt.Errorf("%w, %v", errLate, most.Round(time.Second)))
}
