package benchrecipes

import (
	"context"
	"time"
)

// side is one of those that are compared. It is asked for one setup at a time.
type side interface {
	name() string
	// has tells whether it has the recipe.
	has(recipe string) bool
	// open connects so many contenders, each in a session of its own, which share the recipe in the folder at path.
	open(ctx context.Context, recipe string, contenders int, addr, path string) error
	// prepare makes what so many cycles of each contender use up.
	prepare(ctx context.Context, cycles int) error
	// run lets each contender do so many cycles, and no more than fit into a time unless that is 0.
	run(ctx context.Context, cycles int, within time.Duration) (lap, error)
	// heap is what the side's process has on its heap after a collection of garbage, in bytes.
	heap(ctx context.Context) (int64, error)
	// close ends the setup. What was measured stands, also if that fails.
	close(ctx context.Context)
	// end ends the side.
	end()
}

// lap is what a run did.
type lap struct {
	cycles int64 // of all contenders
	took   time.Duration
	stuck  int64 // waits that it gave up
}
