package zktest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
)

// defaultPositions is how many positions a fault may have, unless WithPositions says so.
const defaultPositions = 200

// SweepOption configures a Sweep.
type SweepOption func(*sweepOptions)

type sweepOptions struct {
	faults    []Fault
	folders   []string
	frames    func(fault.Frame) bool
	positions int
	workers   int
	world     []Option

	leavesNothing bool
	within        time.Duration
	leaves        []string

	err error
}

func sweepOptionsOf(opts []SweepOption) (sweepOptions, error) {
	o := sweepOptions{faults: Faults(), positions: defaultPositions, workers: 1, frames: counts}
	for _, opt := range opts {
		opt(&o)
	}
	if len(o.folders) == 0 { // nowhere to make one
		o.faults = slices.DeleteFunc(o.faults, func(f Fault) bool { return f.Name == ForeignChild })
	}
	if len(o.faults) == 0 && o.err == nil {
		o.fail(errors.New("no faults"))
	}
	if len(o.leaves) == 0 {
		o.leaves = o.folders
	}
	if o.leavesNothing && len(o.leaves) == 0 {
		o.fail(errors.New("LeavesNothing has no path, and there are no folders"))
	}
	return o, o.err
}

func (o *sweepOptions) fail(err error) { o.err = errors.Join(o.err, err) }

// counts tells what counts as a message without WithFrames.
func counts(f fault.Frame) bool { return !f.Connect && f.Op != "ping" }

// WithFaults adds faults of the test's own. One with the name of another takes its place.
func WithFaults(faults ...Fault) SweepOption {
	return func(o *sweepOptions) {
		for _, f := range faults {
			if f.Name == "" || strings.Contains(f.Name, "/") {
				o.fail(fmt.Errorf("a fault cannot be called %q", f.Name))
			}
			if i := named(o.faults, f.Name); i >= 0 {
				o.faults[i] = f
				continue
			}
			o.faults = append(o.faults, f)
		}
	}
}

// OnlyFaults leaves the named faults, of those that there are by the options before it.
func OnlyFaults(names ...string) SweepOption { return pick(names, true) }

// WithoutFaults leaves out the named faults.
func WithoutFaults(names ...string) SweepOption { return pick(names, false) }

func pick(names []string, keep bool) SweepOption {
	return func(o *sweepOptions) {
		for _, name := range names {
			if named(o.faults, name) < 0 {
				o.fail(fmt.Errorf("there is no fault %q", name))
			}
		}
		o.faults = slices.DeleteFunc(o.faults, func(f Fault) bool { return slices.Contains(names, f.Name) != keep })
	}
}

// WithFolders says below which paths the code keeps its znodes. Faults by hand happen there: DeletedByHand and WrittenByHand to the session's ephemeral
// znodes below them, at any depth, and ForeignChild in each of the folders itself, which are made if they are missing. Without folders the first two happen
// anywhere in the tree, and there is no ForeignChild.
func WithFolders(paths ...string) SweepOption {
	return func(o *sweepOptions) { o.folders = append(o.folders, paths...) }
}

// WithFrames says which frames of the swept host are messages, instead of all but handshakes and pings. A fault sees those of them that are of the kind it is
// At.
func WithFrames(is func(fault.Frame) bool) SweepOption {
	return func(o *sweepOptions) { o.frames = is }
}

// WithPositions bounds how many positions a fault may have, 200 by default; more fail the Sweep. A scenario that meets each fault with
// more requests than the one before would never end.
func WithPositions(n int) SweepOption {
	return func(o *sweepOptions) {
		if n < 1 {
			o.fail(fmt.Errorf("%d positions", n))
		}
		o.positions = n
	}
}

// InParallel runs as many positions of a fault at a time as GOMAXPROCS says, each in a World of its own as ever. What the scenario shares with its other
// runs, such as a count of them, then needs a lock. At the end of a fault a few runs more may be made than there are positions.
func InParallel() SweepOption {
	return func(o *sweepOptions) { o.workers = runtime.GOMAXPROCS(0) }
}

// WithWorld passes options to Virtual, for every run.
func WithWorld(opts ...Option) SweepOption {
	return func(o *sweepOptions) { o.world = append(o.world, opts...) }
}

// LeavesNothing checks after each run of a Sweep, but for one that has failed already, that nothing is below the paths, or below WithFolders' if there are
// none here: what Swept.Left tells is an error. It looks that long after the scenario has returned, which is what the code has for work in
// the background. Clients that the scenario closes in a cleanup are open still; if within is shorter than their session's timeout, nothing has gone by an
// expiry that should have been deleted.
func LeavesNothing(within time.Duration, paths ...string) SweepOption {
	return func(o *sweepOptions) {
		o.leavesNothing, o.within = true, within
		o.leaves = append(o.leaves, paths...)
	}
}
