package benchserver

import (
	"context"
	"fmt"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/load"
	"github.com/zookit-go/zookit/internal/wire"
)

// faster is how many times as long Apache's should take from exec to the first create.
const faster = 15

// starts prints how long servers take from exec until they are of use.
func (b *bench) starts(ctx context.Context) error {
	if !b.only.MatchString("start") {
		return nil
	}
	b.printf("\nFrom exec, in ms: to the first answer (srvr), and to the reply to the first create. Asked every %v.\n\n", between)
	b.printf("server   answer                     create                     it/ours, create\n")
	sides := b.sides()
	answers, creates := make([][]float64, len(sides)), make([][]float64, len(sides))
	for range b.Rounds {
		for i, s := range sides {
			took, err := startOnce(ctx, s, (*process).answer)
			if err != nil {
				return err
			}
			answers[i] = append(answers[i], millis(took))
			if took, err = startOnce(ctx, s, (*process).firstCreate); err != nil {
				return err
			}
			creates[i] = append(creates[i], millis(took))
		}
	}
	for i, s := range sides {
		ratio, verdict := "", ""
		if i > 0 {
			r := ratios(creates[i], creates[0])
			ratio, verdict = r.String(), aim{faster, s.name}.judge(s.name, r)
		}
		b.printf("%-8s %-26s %-26s %-24s %s\n", s.name, spreadOf(answers[i]), spreadOf(creates[i]), ratio, verdict)
	}
	return nil
}

func startOnce(ctx context.Context, s side, what func(*process, context.Context) (time.Duration, error)) (time.Duration, error) {
	p, err := launch(ctx, s, false)
	if err != nil {
		return 0, err
	}
	defer p.kill()
	took, err := what(p, ctx)
	if err != nil {
		return 0, fmt.Errorf("%s does not start: %w", s.name, err)
	}
	return took, nil
}

// firstCreate asks for a session and a znode as soon as the server serves: Apache's may never answer who asks for a session before.
func (p *process) firstCreate(ctx context.Context) (time.Duration, error) {
	if _, err := p.answer(ctx); err != nil {
		return 0, err
	}
	c, err := load.Dial(ctx, p.addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := c.Call(wire.OpCreate, create("/first")); err != nil {
		return 0, err
	}
	return time.Since(p.began), nil
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
