package differ

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/zookit-go/zookit/internal/wire"
)

// ErrDiffer is what Check returns, with more said, when the servers differ.
var ErrDiffer = errors.New("the servers differ")

// Pair is two servers that should do the same. Both must know SuperDigest.
type Pair struct {
	names [2]string
	addrs [2]string
	zxids bool

	Checks int                           // so far
	Asked  int                           // requests to each, those of the checks alone
	Codes  map[wire.Op]map[wire.Code]int // how often each came, from one server
	Events int                           // that came from one
}

// NewPair returns a pair that nothing has been asked yet. The judge comes first. zxids says that both tell the zxids of events.
func NewPair(judge, judgeAddr, other, otherAddr string, zxids bool) *Pair {
	return &Pair{names: [2]string{judge, other}, addrs: [2]string{judgeAddr, otherAddr}, zxids: zxids, Codes: make(map[wire.Op]map[wire.Code]int)}
}

// Check plays the steps to both and returns an error that tells the first difference. What it leaves is the same on both, whatever
// the outcome.
func (p *Pair) Check(steps []Step) error {
	players, err := p.level()
	if err != nil {
		return err
	}
	lines, errs := [2][]string{}, [2]error{}
	p.both(func(i int) {
		for at := range steps {
			var line string
			line, errs[i] = players[i].play(&steps[at])
			lines[i] = append(lines[i], line)
			if errs[i] != nil {
				break
			}
		}
		errs[i] = errors.Join(errs[i], players[i].leave())
	})
	p.Checks++
	for op, codes := range players[0].codes {
		for code, n := range codes {
			if p.Codes[op] == nil {
				p.Codes[op] = make(map[wire.Code]int)
			}
			p.Codes[op][code] += n
			p.Asked += n
		}
	}
	p.Events += players[0].told
	for at := range min(len(lines[0]), len(lines[1])) {
		if lines[0][at] != lines[1][at] {
			return fmt.Errorf("%w: step %d of %d:%#v\n%s:\n%s%s:\n%s", ErrDiffer, at, len(steps), steps[at], p.names[0], indent(lines[0][at]), p.names[1], indent(lines[1][at]))
		}
	}
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("%s: step %d: %w", p.names[i], len(lines[i])-1, err)
		}
	}
	return nil
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
}

func (p *Pair) both(f func(i int)) {
	var wg sync.WaitGroup
	for i := range p.addrs {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// level makes both servers the same, and returns who plays to them.
func (p *Pair) level() (players [2]*player, err error) {
	var keepers [2]*keeper
	var have [2]counts
	var errs [2]error
	step := func(f func(i int) error) error {
		p.both(func(i int) { errs[i] = f(i) })
		return errors.Join(errs[:]...)
	}
	if err := step(func(i int) (err error) {
		keepers[i], err = newKeeper(p.addrs[i])
		return err
	}); err != nil {
		return players, err
	}
	defer func() {
		err = errors.Join(err, step(func(i int) error { return keepers[i].close() }))
	}()
	if err := step(func(i int) error {
		if err := keepers[i].tidy(); err != nil {
			return err
		}
		var err error
		have[i], err = keepers[i].counts()
		return err
	}); err != nil {
		return players, err
	}
	if err := step(func(i int) error { return keepers[i].raise(have[i], have[1-i]) }); err != nil {
		return players, err
	}
	if err := step(func(i int) (err error) {
		have[i], err = keepers[i].counts()
		return err
	}); err != nil {
		return players, err
	}
	zxid := max(have[0].zxid, have[1].zxid)
	err = step(func(i int) error {
		if err := keepers[i].advance(have[i].zxid, zxid); err != nil {
			return err
		}
		return keepers[i].touch()
	})
	for i := range players {
		players[i] = &player{addr: p.addrs[i], base: zxid, zxids: p.zxids, codes: make(map[wire.Op]map[wire.Code]int), memory: memory{times: make(map[int64]int64)}}
	}
	return players, err
}

// leave closes all connections and ends all sessions.
func (p *player) leave() error {
	for slot, l := range p.links {
		if l == nil {
			continue
		}
		p.links[slot] = nil
		if err := l.leave(); err != nil {
			return err
		}
	}
	for _, s := range p.sessions {
		if s.ended {
			continue
		}
		if err := p.finish(s); err != nil {
			return err
		}
	}
	return nil
}

// finish ends a session, on a connection for nothing else.
func (p *player) finish(s *session) error {
	l, err := dial(p.addr)
	if err != nil {
		return err
	}
	defer l.close()
	l.write(wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 30000, SessionID: s.id, Passwd: s.passwd, HasReadOnly: true}))
	if _, open, err := l.next(); err != nil || !open {
		return fmt.Errorf("differ: session %d does not resume: %w", s.number, err)
	}
	l.write(wire.AppendRequest(nil, 1, wire.OpCloseSession, &wire.Empty{}))
	for {
		if _, open, err := l.next(); err != nil || !open {
			return err
		}
	}
}
