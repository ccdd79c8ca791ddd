// Package benchfailover is `zookit bench failover`: how long a writer waits when a server of its ensemble is killed or hangs. Three of
// Apache's servers run as processes of their own; our client and plain zk.Conn write side by side, so that both meet the same fault, and
// somebody who has no session to keep tells when the ensemble itself is back.
package benchfailover

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
	Rounds    int           `help:"Rounds to measure. In each, every fault has its turn." default:"3"`
	Tick      time.Duration `help:"The servers' tickTime." default:"2s"`
	SyncLimit int           `help:"The servers' syncLimit: so many ticks a hung leader is followed." default:"2"`
	Session   time.Duration `help:"The session timeout." default:"10s"`
	Most      time.Duration `help:"How long a client is waited for; a server hangs no longer." default:"30s"`
	Only      string        `help:"Only the faults that match this regular expression, such as kill or hang/leader." placeholder:"RE"`
}

// ErrNothing is what Run returns where nothing would be measured.
var ErrNothing = errors.New("bench: a round, a tick, a session timeout and some patience are the least to measure")

// bench is one run of the command.
type bench struct {
	Cmd
	w    io.Writer
	err  error // the first in writing
	only *regexp.Regexp
}

// Run measures and prints. It fails if something cannot be measured; that an aim is missed is no failure, since a machine may be busy
// with other things.
func (c *Cmd) Run(ctx context.Context, w io.Writer) (err error) {
	b := &bench{Cmd: *c, w: w}
	if b.Rounds < 1 || b.Tick < time.Millisecond || b.SyncLimit < 1 || b.Session < time.Millisecond || b.Most <= 0 {
		return ErrNothing
	}
	if b.only, err = regexp.Compile(b.Only); err != nil {
		return fmt.Errorf("bench: --only: %w", err)
	}
	classPath, err := apache.ClassPath()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	e, err := startEnsemble(ctx, classPath, settings{tick: b.Tick, syncLimit: b.SyncLimit})
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer e.close()
	b.heading()
	results := make([][]result, len(faults))
	for round := range b.Rounds {
		for i, f := range faults {
			if !b.only.MatchString(f.String()) {
				continue
			}
			r, err := b.turn(ctx, e, f)
			if err != nil {
				return fmt.Errorf("bench: %v: %w", f, err)
			}
			results[i] = append(results[i], r)
			b.row(round+1, f, r)
		}
	}
	b.summary(results)
	return b.err
}

func (b *bench) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(b.w, format, args...); err != nil && b.err == nil {
		b.err = fmt.Errorf("bench: %w", err)
	}
}
