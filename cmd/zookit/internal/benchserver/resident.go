package benchserver

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/cmd/zookit/internal/load"
	"github.com/zookit-go/zookit/internal/wire"
)

const (
	oneFifth  = 5  // of Apache's memory is what ours may have
	tenfold   = 10 // so many times the znodes are the million
	smallHeap = "-Xmx96m"
)

// resident prints what the servers occupy.
func (b *bench) resident(ctx context.Context) error {
	if !b.only.MatchString("resident") {
		return nil
	}
	b.printf("\nResident memory in MiB, and the part of it that is not shared with other programs (PSS): empty, and right after %d znodes of\n"+
		"%d bytes were created.\n\n", b.znodes, dataBytes)
	b.printf("server             empty    PSS    full    PSS   bytes/znode   ours/it\n")
	sides := b.sides()
	if b.classPath != "" {
		sides = append(sides, apacheServer("Apache "+smallHeap, b.classPath, smallHeap))
	}
	var our float64
	for i, s := range sides {
		times := 0
		if i == 0 && b.Million {
			times = tenfold
		}
		rows, err := b.fill(ctx, s, times)
		if err != nil {
			return err
		}
		full := float64(rows[1].resident)
		ratio, verdict := "", ""
		switch i {
		case 0:
			our = full
		case 1:
			ratio, verdict = fmt.Sprintf("%.2f", our/full), "aim <= 0.2 "+atMost(our*oneFifth, full)
		default:
			ratio, verdict = fmt.Sprintf("%.2f", our/full), "aim < 1 "+atMost(our, full)
		}
		b.residentRow(s.name, rows[0], rows[1], b.znodes, ratio, verdict)
		if len(rows) > 2 {
			b.residentRow(s.name+", tenfold", rows[0], rows[2], b.znodes*times, "", "")
		}
	}
	return nil
}

func (b *bench) residentRow(name string, empty, full memory, znodes int, ratio, verdict string) {
	const mib = 1 << 20
	b.printf("%-15s %8.1f %6.1f %7.1f %6.1f   %11.0f   %-7s   %s\n", name,
		float64(empty.resident)/mib, float64(empty.proportional)/mib, float64(full.resident)/mib, float64(full.proportional)/mib,
		float64(full.resident-empty.resident)/float64(znodes), ratio, verdict)
}

// fill starts a server and returns its memory empty and with the znodes, and with so many times as many unless times is 0.
func (b *bench) fill(ctx context.Context, s side, times int) ([]memory, error) {
	p, err := start(ctx, s, false)
	if err != nil {
		return nil, err
	}
	defer p.kill()
	c, err := load.Dial(ctx, p.addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.Call(wire.OpCreate, create("/bench")); err != nil {
		return nil, err
	}
	rows := []memory{p.memory()}
	ask := load.NewAsk(wire.OpCreate, create("/bench/n########"))
	for _, n := range []int{b.znodes, b.znodes*times - b.znodes} {
		if n <= 0 {
			break
		}
		if _, err := c.Run(ask, 256, load.Count(n)); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, p.memory())
	}
	return rows, nil
}
