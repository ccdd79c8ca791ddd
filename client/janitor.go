package client

import (
	"context"
	"errors"
	"sync"
)

// janitor finishes in the background what must not stay undone: deletes whose answer was lost. It runs one goroutine while it has
// work, and none otherwise.
type janitor struct {
	c *Client

	mu      sync.Mutex // guards what follows
	jobs    []func(context.Context) error
	running bool
	idle    chan struct{} // closed when the goroutine has ended
}

func (j *janitor) add(job func(context.Context) error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.c.closed() {
		return
	}
	j.jobs = append(j.jobs, job)
	if !j.running {
		j.running = true
		j.idle = make(chan struct{})
		go j.run(j.idle)
	}
}

func (j *janitor) run(idle chan struct{}) {
	defer close(idle)
	for {
		j.mu.Lock()
		if len(j.jobs) == 0 || j.c.closed() {
			j.jobs, j.running = nil, false
			j.mu.Unlock()
			return
		}
		job := j.jobs[0]
		j.jobs = j.jobs[1:]
		j.mu.Unlock()
		j.finish(job)
	}
}

// finish repeats a job until the server has given an answer that another attempt would not change.
func (j *janitor) finish(job func(context.Context) error) {
	ctx := j.c.life
	pauses := janitorPauses()
	for err := job(ctx); err != nil && Retryable(err); err = job(ctx) {
		if j.c.pause(ctx, pauses.NextBackOff(), errors.Is(err, ErrConnectionLoss)) != nil {
			return
		}
	}
}

// wait returns when the goroutine has ended; the client's life must have ended before.
func (j *janitor) wait() {
	j.mu.Lock()
	idle := j.idle
	j.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
