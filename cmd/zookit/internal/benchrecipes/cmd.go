// Package benchrecipes is `zookit bench recipes`: our recipes beside Curator's, kazoo's and zk.Lock, in one run on one server of
// Apache's. Rates are measured in turns, directly; requests and watch events are the server's own counters over those turns; round trips
// are counted in a run of their own, by a relay between the clients and the server.
//
// Curator is a Java program of ours, compiled when the command runs with Debian's javac and against Debian's jars in /usr/share/java; kazoo
// is Debian's. Apache's server must be there. Peers that are not there are left out, and the heading says why, or the command fails, as
// --peers says.
package benchrecipes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/apache"
)

// Cmd is the command line.
type Cmd struct {
	Rounds   int           `help:"Rounds to measure, at most. In each, every side has its turn." default:"7"`
	Duration time.Duration `help:"How long a turn is." default:"120ms"`
	Peers    string        `help:"Compare with Curator and kazoo: auto (with those that are there), require (both) or off." enum:"auto,require,off" default:"auto"`
	Quick    bool          `help:"A look instead of a measurement: two rounds of 30 ms, and small trees."`
	Only     string        `help:"Only the rows that match this regular expression, such as mutex or 'long, 8'." placeholder:"RE"`
	Most     time.Duration `help:"End after so long. On a busy machine there are fewer rounds then." default:"4m40s"`
}

// ErrNothing is what Run returns where nothing would be measured.
var ErrNothing = errors.New("bench: a round, and a turn that ends, are the least to measure")

// errMost is why a row was not measured.
var errMost = errors.New("no time left, see --most")

// bench is one run of the command.
type bench struct {
	Cmd
	w      io.Writer
	err    error // the first in writing
	only   *regexp.Regexp
	srv    *server
	keeper *keeper
	sides  []side
	absent []string // why peers are left out
	missed []string // aims
	failed []error  // what ours did not do
	opened int      // so that every setup has a folder of its own
}

// Run measures and prints. It fails if ours cannot be measured, once all the rest is; that an aim is missed is no failure, since a machine may be
// busy with other things, nor is it if a peer does not do what it is asked.
func (c *Cmd) Run(ctx context.Context, w io.Writer) (err error) {
	b := &bench{Cmd: *c, w: w}
	if b.Quick {
		b.Rounds, b.Duration = 2, 30*time.Millisecond
	}
	if b.Rounds < 1 || b.Duration <= 0 || b.Most <= 0 {
		return ErrNothing
	}
	if b.only, err = regexp.Compile(b.Only); err != nil {
		return fmt.Errorf("bench: --only: %w", err)
	}
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, b.Most, errMost)
	defer cancel()
	defer b.dismiss()
	if err := b.begin(ctx); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	b.heading()
	b.measure(ctx, began)
	b.ending()
	return errors.Join(append(b.failed, b.err)...)
}

// measure does row by row. Every row has a line of its own, whatever became of it.
func (b *bench) measure(ctx context.Context, began time.Time) {
	var mine []row
	p := pace{end: began.Add(time.Duration(kept * float64(b.Most)))}
	for _, r := range rows {
		if b.only.MatchString(r.name) {
			r.weight = max(1, r.weight)
			p.left += r.weight
			mine = append(mine, r)
		}
	}
	for _, r := range mine {
		share := p.next(r.weight)
		if ctx.Err() != nil {
			b.failure(r.name, r.name, &result{side: "ours", failed: context.Cause(ctx)})
			continue
		}
		b.row(ctx, r, share)
	}
}

// begin starts the server and the sides. What it started is dismiss's to end, also after an error.
func (b *bench) begin(ctx context.Context) error {
	classPath, err := apache.ClassPath()
	if err != nil {
		return err
	}
	if b.srv, err = startServer(ctx, classPath); err != nil {
		return err
	}
	if b.keeper, err = newKeeper(ctx, b.srv.addr); err != nil {
		return err
	}
	return b.gather(ctx)
}

// gather starts the sides.
func (b *bench) gather(ctx context.Context) error {
	b.sides = []side{newLocal("ours", ourRecipes)}
	if b.Peers != "off" {
		for _, start := range []func(context.Context) (*peer, error){startCurator, startKazoo} {
			p, err := start(ctx)
			switch {
			case err == nil:
				b.sides = append(b.sides, p)
			case b.Peers == "require" || !errors.Is(err, errAbsent):
				return err
			default:
				b.absent = append(b.absent, err.Error())
			}
		}
	}
	b.sides = append(b.sides, newLocal("zk.Lock", zkRecipes))
	return nil
}

// dismiss ends all.
func (b *bench) dismiss() {
	for _, s := range b.sides {
		s.end()
	}
	if b.keeper != nil {
		b.keeper.close()
	}
	if b.srv != nil {
		b.srv.kill()
	}
}

func (b *bench) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(b.w, format, args...); err != nil && b.err == nil {
		b.err = fmt.Errorf("bench: %w", err)
	}
}
