package client

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// maxReports is how many reports wait for slow hooks.
const maxReports = 8192

// observer calls the hooks. It runs one goroutine while there is something to tell, and none otherwise. A nil one tells nobody.
type observer struct {
	hooks []*Hooks // of the goroutine; nil where one has panicked
	log   *slog.Logger

	mu      sync.Mutex // guards what follows
	queue   []func(*Hooks)
	dropped int
	running bool
	idle    chan struct{} // closed when the goroutine has ended
}

// newObserver returns nil if there is nobody to tell.
func newObserver(hooks []Hooks, log *slog.Logger) *observer {
	if log != nil {
		hooks = append([]Hooks{logHooks(log)}, hooks...)
	}
	if len(hooks) == 0 {
		return nil
	}
	o := &observer{log: log}
	for _, h := range hooks {
		o.hooks = append(o.hooks, &h)
	}
	return o
}

// tell never waits, so it may be called with any lock held.
func (o *observer) tell(report func(*Hooks)) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) >= maxReports || o.dropped > 0 {
		o.dropped++
		return
	}
	o.queue = append(o.queue, report)
	if !o.running {
		o.running = true
		o.idle = make(chan struct{})
		go o.run(o.idle)
	}
}

func (o *observer) run(idle chan struct{}) {
	defer close(idle)
	for {
		o.mu.Lock()
		var report func(*Hooks)
		switch {
		case len(o.queue) > 0:
			report, o.queue = o.queue[0], o.queue[1:]
		case o.dropped > 0: // since the queue was full, and so behind all that was in it
			n := o.dropped
			report, o.dropped = func(h *Hooks) { h.lost(n) }, 0
		default:
			o.queue, o.running = nil, false
			o.mu.Unlock()
			return
		}
		o.mu.Unlock()
		for i := range o.hooks {
			o.call(i, report)
		}
	}
}

func (h *Hooks) lost(n int) {
	if h.Dropped != nil {
		h.Dropped(n)
	}
}

// call tells one of the hooks, and gives it up if it panics.
func (o *observer) call(i int, report func(*Hooks)) {
	h := o.hooks[i]
	if h == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			o.hooks[i] = nil
			log := o.log
			if log == nil || i == 0 { // the log's own come first
				log = slog.Default()
			}
			log.Error("zookeeper: a hook panicked and is not called again", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	report(h)
}

// settle waits until all is told. An error that is there already comes first.
func (o *observer) settle(ctx context.Context, err *error) {
	if o == nil {
		return
	}
	o.mu.Lock()
	idle := o.idle
	o.mu.Unlock()
	if idle == nil {
		return
	}
	select {
	case <-idle:
	case <-ctx.Done():
		if *err == nil {
			*err = fmt.Errorf("client: close: a hook has not returned: %w", context.Cause(ctx))
		}
	}
}

func (o *observer) state(change StateChange) {
	o.tell(func(h *Hooks) {
		if h.State != nil {
			h.State(change)
		}
	})
}

func (o *observer) notified(e wire.WatcherEvent) {
	if o == nil {
		return
	}
	// The path is a view of the read buffer.
	o.event(zk.Event{Type: zk.EventType(e.Type), State: zk.State(e.State), Path: strings.Clone(e.Path)})
}

func (o *observer) event(ev zk.Event) {
	o.tell(func(h *Hooks) {
		if h.Watch != nil {
			h.Watch(ev)
		}
	})
}
