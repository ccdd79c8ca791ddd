package benchserver

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (b *bench) heading(apacheErr error) {
	b.printf("zookit's server beside Apache ZooKeeper's. %s, %d CPUs; client and servers on one machine.\n", runtime.Version(), runtime.NumCPU())
	b.printf("%d rounds, %v for each server in a round, in turns. Ratios are the median of the rounds' (lowest to highest).\n", b.Rounds, b.Duration)
	switch {
	case apacheErr != nil:
		b.printf("Apache's is left out: %v\n", apacheErr)
	case b.classPath == "":
		b.printf("Apache's is left out, as asked for.\n")
	}
}

// ending tells how much of the machine was not ours to measure.
func (b *bench) ending(before ticks) {
	if d := stolen().minus(before); d.all > 0 {
		b.printf("\nOf the CPUs' time during this run, %.0f%% was taken by other machines on the same host.\n", 100*float64(d.steal)/float64(d.all))
	}
}

// ticks are of all CPUs together.
type ticks struct{ all, steal int64 }

func (t ticks) minus(u ticks) ticks { return ticks{t.all - u.all, t.steal - u.steal} }

// stolen asks Linux; elsewhere all is 0.
func stolen() (t ticks) {
	text, _ := os.ReadFile("/proc/stat") // none has no ticks
	line, _, _ := strings.Cut(string(text), "\n")
	for i, f := range strings.Fields(line) {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil || i > 8 { // the name; guests, who are counted as users as well
			continue
		}
		t.all += n
		if i == 8 {
			t.steal = n
		}
	}
	return t
}

// matching are the tasks of a part that are asked for.
func (b *bench) matching(part string) []task {
	return slices.DeleteFunc(tasks(), func(t task) bool { return !b.only.MatchString(part + "/" + t.String()) })
}

func (b *bench) inMemory(ctx context.Context) error {
	tasks := b.matching("memory")
	if len(tasks) == 0 {
		return nil
	}
	b.rateHeading("In memory; Apache's writes its log, and does not wait for the disk. The echo answers as many bytes, and does nothing else.")
	servers, err := startAll(ctx, append(b.sides(), echo()), false)
	if err != nil {
		return err
	}
	defer killAll(servers)
	return b.rates(ctx, tasks, servers, memoryAims)
}

func (b *bench) durable(ctx context.Context) error {
	tasks := b.matching("durable")
	if len(tasks) == 0 {
		return nil
	}
	dir := os.TempDir()
	sync, err := fsyncTime(dir)
	if err != nil {
		return err
	}
	b.rateHeading(fmt.Sprintf("Durable: a write is answered when it is on the disk. In %s a write of 4 KiB and its fsync take %v.", dir, sync.Round(10*time.Microsecond)))
	servers, err := startAll(ctx, b.sides(), true)
	if err != nil {
		return err
	}
	defer killAll(servers)
	return b.rates(ctx, tasks, servers, durableAims)
}

// fsyncTime is the median of some.
func fsyncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "zookit-bench-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // left behind it harms nobody
	defer f.Close()
	took := make([]time.Duration, 21)
	for i := range took {
		began := time.Now()
		if _, err := f.Write(make([]byte, 4<<10)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

func (b *bench) rates(ctx context.Context, tasks []task, servers []*process, aims map[string]aim) error {
	c := contest{rounds: b.Rounds, until: b.until()}
	if err := c.warm(ctx, servers); err != nil {
		return err
	}
	for _, t := range tasks {
		c.servers = servers
		if t.op != "get" { // the echo can only do that
			c.servers = slices.DeleteFunc(slices.Clone(servers), func(p *process) bool { return p.bare })
		}
		all, err := c.run(ctx, t)
		if err != nil {
			return err
		}
		b.rateRow(t, c.servers, all, aims[t.String()])
	}
	return nil
}
