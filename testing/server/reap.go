package server

import (
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// reap looks from time to time for containers and znodes with a time to live that are due, and asks for their removal as a client
// would, so that it takes its place in the history. It must have ended before expire closes the pipeline's input.
func (r *run) reap() {
	defer close(r.reaped)
	interval, pace := time.NewTicker(r.s.cfg.checkInterval), time.NewTimer(0)
	defer interval.Stop()
	defer pace.Stop()
	for r.reapAt(interval.C) {
		now, unused := time.Now().UnixMilli(), r.s.cfg.maxUnused.Milliseconds()
		for _, path := range r.tree.Due(now, unused) {
			if !r.reapAt(pace.C) {
				return
			}
			pace.Reset(r.s.cfg.checkPace)
			r.s.cfg.log.Info("removing a znode that is due", "path", path)
			if !r.submit([]request.Request{{Op: wire.OpDeleteContainer, Body: &wire.PathRequest{Path: path}}}) {
				return
			}
		}
	}
}

// reapAt waits for the time. It returns false if the server ends before.
func (r *run) reapAt(c <-chan time.Time) bool {
	select {
	case <-c:
		return true
	case <-r.asked:
	case <-r.killed:
	}
	return false
}
