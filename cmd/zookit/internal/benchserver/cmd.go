// Package benchserver is `zookit bench server`: our server and Apache's side by side, in one run and in turns, with a bare echo as the
// limit of the machine. Whatever is measured runs in a process of its own, and is asked by the same client.
package benchserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/apache"
	"github.com/zookit-go/zookit/cmd/zookit/internal/load"
)

// Cmd is the command line.
type Cmd struct {
	Rounds   int           `help:"Rounds to measure. In each, every server has its turn." default:"5"`
	Duration time.Duration `help:"How long a turn is." default:"500ms"`
	Ops      int           `help:"End a turn after so many requests on each connection, too; 0 is no bound." default:"0" placeholder:"N"`
	Apache   string        `help:"Compare with Apache's server: auto (if it is there), require or off." enum:"auto,require,off" default:"auto"`
	Quick    bool          `help:"A look instead of a measurement: two rounds of 50 ms."`
	Million  bool          `help:"Measure our memory with 1,000,000 znodes, too."`
	Only     string        `help:"Only what matches this regular expression, such as memory/get/1/256, durable, resident, start or inside." placeholder:"RE"`

	znodes int // in the measurement of memory; 0 is 100,000
}

// ErrNoRounds is what Run returns where nothing would be measured.
var ErrNoRounds = errors.New("bench: a round, and a turn that ends, are the least to measure")

// bench is one run of the command.
type bench struct {
	Cmd
	w         io.Writer
	err       error // the first in writing
	only      *regexp.Regexp
	classPath string // of Apache's server; "" is none
}

// Run measures and prints. It fails if something cannot be measured; that an aim is missed is no failure, since a machine may be busy
// with other things.
func (c *Cmd) Run(ctx context.Context, w io.Writer) error {
	b := &bench{Cmd: *c, w: w}
	if b.Quick {
		b.Rounds, b.Duration = 2, 50*time.Millisecond
	}
	if b.znodes == 0 {
		b.znodes = 100_000
	}
	if b.Rounds < 1 || b.Duration <= 0 && b.Ops < 1 {
		return ErrNoRounds
	}
	var err error
	if b.only, err = regexp.Compile(b.Only); err != nil {
		return fmt.Errorf("bench: --only: %w", err)
	}
	if b.Apache != "off" {
		if b.classPath, err = apache.ClassPath(); err != nil && b.Apache == "require" {
			return fmt.Errorf("bench: %w", err)
		}
	}
	b.heading(err)
	before := stolen()
	for _, part := range []func(context.Context) error{b.inMemory, b.durable, b.resident, b.starts, b.insides} {
		if err := part(ctx); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		if b.err != nil {
			return b.err
		}
	}
	b.ending(before)
	return b.err
}

func (b *bench) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(b.w, format, args...); err != nil && b.err == nil {
		b.err = fmt.Errorf("bench: %w", err)
	}
}

func (b *bench) until() load.Until { return load.Until{Ops: b.Ops, For: b.Duration} }

// sides are the servers that are compared.
func (b *bench) sides() []side {
	if b.classPath == "" {
		return []side{ours()}
	}
	return []side{ours(), apacheServer("Apache", b.classPath)}
}

// startAll starts one server of each kind.
func startAll(ctx context.Context, sides []side, durable bool) (all []*process, err error) {
	for _, s := range sides {
		p, err := start(ctx, s, durable)
		if err != nil {
			killAll(all)
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func killAll(all []*process) {
	for _, p := range all {
		p.kill()
	}
}
