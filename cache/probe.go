package cache

import (
	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// probe asks the server how far it has come, when somebody waits for a transaction and nothing else is under way.
type probe struct {
	gen    int
	asked  bool
	behind bool // the server was not far enough: it has to catch up first
	paused bool
}

type probing struct {
	gen  int
	stat *client.Future[*zk.Stat]
}

// sound sends a probe if one is needed.
func (e *engine) sound() {
	p := &e.probe
	if p.gen != e.gen {
		*p = probe{gen: e.gen}
	}
	if e.sick || e.scan != nil || e.flights > 0 || p.asked || p.paused || e.c.hub.wanted() <= e.c.hub.snapshot().zxid {
		return
	}
	p.asked = true
	if p.behind {
		e.c.c.Sync(e.c.path).Async(e.life)
	}
	f := &probing{gen: e.gen}
	f.stat = e.c.c.Exists(e.c.path).AsyncInto(e.life, e.c.in, f)
}

func (e *engine) probed(f *probing) {
	if f.gen != e.gen {
		return
	}
	e.probe.asked = false
	_, _ = f.stat.Wait(e.life) // the header has what is wanted; without an answer it is 0
	e.zxid = max(e.zxid, f.stat.Zxid())
	if e.zxid < e.c.hub.wanted() {
		if e.probe.behind {
			e.probe.paused = true
			e.timer.Reset(minPause)
		}
		e.probe.behind = true
	}
}
