package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	// loadJobs and loadBytes bound one transaction; a server takes a mebibyte.
	loadJobs  = 256
	loadBytes = 512 << 10
)

// job is writes that belong together, and what to do if a transaction with the jobs of others did not go well.
type job struct {
	ctx   context.Context
	ops   []client.Op
	size  int          // of the data, in bytes
	ready func() error // why it must not be sent any more; nil if that never happens

	// alone does it by itself. lost is the error of a transaction of which nobody knows whether it was done; nil if it was not.
	alone func(ctx context.Context, lost error) (paths []string, err error)
	after func(err error) // told the end, if not nil

	done chan struct{} // closed at the end; then:
	made []string      // the paths of what ops create
	err  error

	onWay chan struct{} // closed when sent is set

	// Guarded by the carrier's mu.
	taken   bool                               // it is about to be sent
	dropped bool                               // its waiter has gone before that
	sent    *client.Future[[]client.TxnResult] // its first transaction
	lost    error                              // what became of that, if it is in doubt
	running bool                               // alone is called
}

// carrier sends jobs, one transaction at a time: what comes meanwhile goes together in the next, in order. So who waits for each of his
// writes has one round trip for each, and many at once have few requests. It has a goroutine while it has work.
type carrier struct {
	c       *client.Client
	life    context.Context
	resolve bool                      // whether a lost transaction may be found to be not done
	missing func(ctx context.Context) // sends what may be missing, before what was refused for that goes by itself, if not nil

	mu    sync.Mutex // guards what follows
	queue []*job
	under []*job        // what was taken from queue and is being carried
	idle  chan struct{} // closed when there is no work; nil if there is none
}

// begin makes what others wait for. It comes before anybody else knows of the job.
func (j *job) begin() *job {
	if j.done == nil {
		j.done, j.onWay = make(chan struct{}), make(chan struct{})
	}
	return j
}

// add takes a job on.
func (k *carrier) add(j *job) {
	j.begin()
	if len(j.ops) == 0 {
		j.end(nil, nil)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.queue = append(k.queue, j)
	if k.idle == nil {
		k.idle = make(chan struct{})
		go k.run(k.idle)
	}
}

// pending is how many jobs have not ended.
func (k *carrier) pending() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.queue) + len(k.under)
}

// flush waits until the jobs that were added before have ended, and returns their errors, or err if ctx ended first.
func (k *carrier) flush(ctx context.Context) (failures, err error) {
	k.mu.Lock()
	jobs := slices.Concat(k.under, k.queue)
	k.mu.Unlock()
	for _, j := range jobs {
		select {
		case <-j.done:
			failures = errors.Join(failures, j.err)
		case <-ctx.Done():
			return failures, context.Cause(ctx)
		}
	}
	return failures, nil
}

func (k *carrier) run(idle chan struct{}) {
	for {
		load := k.load()
		if load == nil {
			close(idle)
			return
		}
		k.carry(load)
		k.mu.Lock()
		k.under = nil
		k.mu.Unlock()
	}
}

// load takes jobs for one transaction.
func (k *carrier) load() []*job {
	k.mu.Lock()
	defer k.mu.Unlock()
	n, size := 0, 0
	for n < len(k.queue) && n < loadJobs && (n == 0 || size+k.queue[n].size <= loadBytes) {
		size += k.queue[n].size
		n++
	}
	if n == 0 {
		k.queue, k.idle = nil, nil
		return nil
	}
	load := k.queue[:n:n]
	k.queue = k.queue[n:]
	k.under = load
	return load
}

// carry brings a load to its end.
func (k *carrier) carry(load []*job) {
	var ops []client.Op
	sent := load[:0:0]
	for _, j := range load {
		if err := k.take(j); err != nil {
			j.end(nil, err)
			continue
		}
		sent, ops = append(sent, j), append(ops, j.ops...)
	}
	if len(sent) == 0 {
		return
	}
	future := k.c.Txn(ops...).Async(k.life)
	k.mark(sent, func(j *job) {
		j.sent = future
		close(j.onWay)
	})
	results, err := future.Wait(k.life)
	if err == nil {
		for _, j := range sent {
			j.end(paths(results[:len(j.ops)]), nil)
			results = results[len(j.ops):]
		}
		return
	}
	if k.missing != nil && errors.Is(err, zk.ErrNoNode) {
		k.missing(k.life)
	}
	var lost error
	if client.MayHaveApplied(err) {
		lost = err
		k.mark(sent, func(j *job) { j.lost = lost })
		if k.resolve && k.notDone(sent, err) {
			lost = nil
			k.mark(sent, func(j *job) { j.lost, j.sent = nil, nil })
		}
	}
	for _, j := range sent {
		k.mark([]*job{j}, func(j *job) { j.running = true })
		j.end(j.alone(j.ctx, lost))
	}
}

// take makes sure of a job before it is sent.
func (k *carrier) take(j *job) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch err := context.Cause(j.ctx); {
	case err != nil:
		return err
	case j.dropped:
		return context.Canceled
	case j.ready != nil:
		if err := j.ready(); err != nil {
			return err
		}
	}
	j.taken = true
	return nil
}

func (k *carrier) mark(jobs []*job, as func(*job)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, j := range jobs {
		as(j)
	}
}

// notDone finds out whether a lost transaction was not done, as long as anybody waits.
func (k *carrier) notDone(jobs []*job, lost error) bool {
	ctx, cancel := context.WithCancel(k.life)
	defer cancel()
	var waiting atomic.Int64
	waiting.Store(int64(len(jobs)))
	for _, j := range jobs {
		defer context.AfterFunc(j.ctx, func() {
			if waiting.Add(-1) == 0 {
				cancel()
			}
		})()
	}
	outcome, err := client.Resolve(ctx, lost)
	return err == nil && outcome == client.NotDone
}

// paths are those of the znodes that a transaction has made.
func paths(results []client.TxnResult) []string {
	var made []string
	for _, r := range results {
		if r.Path != "" {
			made = append(made, r.Path)
		}
	}
	return made
}

func (j *job) end(made []string, err error) {
	j.made, j.err = made, err
	if j.after != nil {
		j.after(err)
	}
	close(j.done)
}

// wait waits for a job's end, or for that of its context. What was not sent by then is not sent any more.
func (k *carrier) wait(j *job) ([]string, error) {
	select {
	case <-j.done:
		return j.made, j.err
	case <-j.ctx.Done():
	}
	k.mu.Lock()
	j.dropped = !j.taken
	k.mu.Unlock()
	if j.dropped {
		return nil, context.Cause(j.ctx)
	}
	<-j.onWay
	k.mu.Lock()
	sent, lost, running := j.sent, j.lost, j.running
	k.mu.Unlock()
	switch {
	case running:
		<-j.done // its calls end with the context, too
		return j.made, j.err
	case lost != nil:
		return nil, errors.Join(context.Cause(j.ctx), lost)
	case sent == nil:
		return nil, context.Cause(j.ctx) // it was not done, and what is done alone ends with the context
	}
	if _, err := sent.Wait(j.ctx); err != nil {
		return nil, err
	}
	<-j.done
	return j.made, j.err
}

// join waits for the goroutine. The carrier's life has ended, and nobody adds to it.
func (k *carrier) join() {
	k.mu.Lock()
	idle := k.idle
	k.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
