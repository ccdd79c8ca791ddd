package differ

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// Expiry lets a session that owns some znodes end of silence, and describes what others hear of it and what is left. The server must
// allow timeouts as short as the one given.
func Expiry(addr string, timeout time.Duration) (string, error) {
	p := &player{addr: addr, codes: make(map[wire.Op]map[wire.Code]int), memory: memory{times: make(map[int64]int64)}}
	create := func(path string, mode wire.CreateMode) Request {
		return Request{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: path, Data: []byte("x"), ACL: wire.OpenACL, Mode: mode}}
	}
	watch := func(op wire.Op, path string) Request {
		return Request{Op: op, Body: &wire.PathWatchRequest{Path: path, Watch: true}}
	}
	var lines []string
	for _, s := range []Step{
		{Slot: 0, Requests: []Request{create("/p", wire.Persistent), create("/p/stays", wire.Persistent)}},
		{Slot: 1, Connect: &Connect{Timeout: int32(timeout.Milliseconds())}},
		{Slot: 1, Requests: []Request{create("/mine", wire.Ephemeral), create("/p/mine-", wire.EphemeralSequential), create("/p/mine-", wire.EphemeralSequential)}},
		{Slot: 0, Requests: []Request{
			{Op: wire.OpAddWatch, Body: &wire.AddWatchRequest{Path: "/", Mode: wire.AddPersistentRecursive}},
			watch(wire.OpGetChildren, "/p"), watch(wire.OpGetData, "/p/mine-0000000001"), watch(wire.OpExists, "/p/mine-0000000002"),
		}},
	} {
		line, err := p.play(&s)
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	silent := p.links[1]
	p.links[1] = nil // nobody pings there any more
	defer silent.close()
	var heard strings.Builder
	for end := time.Now().Add(patience); p.told < 4 && time.Now().Before(end); time.Sleep(timeout / 4) {
		if err := p.barrier(&heard); err != nil {
			return "", err
		}
	}
	var events []string
	for line := range strings.Lines(heard.String()) {
		if strings.HasPrefix(line, "event") {
			events = append(events, line)
		}
	}
	slices.Sort(events) // the znodes go in no order
	lines = append(lines, events...)
	if _, open, err := silent.next(); err != nil || open {
		return "", fmt.Errorf("differ: the expired session's connection: open %v, %w", open, err)
	}
	for _, s := range []Step{
		{Slot: 0, Requests: []Request{
			{Op: wire.OpGetChildren2, Body: &wire.PathWatchRequest{Path: "/p"}}, {Op: wire.OpExists, Body: &wire.PathWatchRequest{Path: "/"}},
		}},
		{Slot: 1, Connect: &Connect{Session: 2, Timeout: 30000}}, // refused
	} {
		line, err := p.play(&s)
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n"), nil
}
