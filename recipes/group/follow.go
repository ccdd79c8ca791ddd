package group

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
)

const (
	firstPause = 20 * time.Millisecond
	// lossPause is the longest pause after a lost connection, when there is one again.
	lossPause = time.Second
	// refusalPause is the longest pause after a refusal.
	refusalPause = 30 * time.Second
)

// run follows the group until life ends.
func (v *View) run(life context.Context, done chan<- struct{}) {
	defer close(done)
	for tries := 0; life.Err() == nil; tries++ {
		seen := false
		err := v.follow(life, func() { seen = true })
		if seen {
			tries = 0
		}
		switch {
		case life.Err() != nil:
			return
		case errors.Is(err, client.ErrClosed):
			v.board.Close(client.ErrClosed)
			return
		}
		v.rest(life, err, tries)
	}
}

// rest tells of a refusal, and waits until another attempt makes sense.
func (v *View) rest(life context.Context, err error, tries int) {
	most := lossPause
	if client.Retryable(err) {
		_ = v.c.WaitConnected(life) // what is wrong the next attempt tells
	} else {
		most = refusalPause
		v.board.Post(func(s sight) sight {
			s.refused = err
			return s
		})
	}
	pause := min(firstPause<<min(tries, 12), most)
	timer := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // chance, not secrecy
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-life.Done():
	}
}

// follow shows what one cache has, until the server refuses or the client is closed. The cache itself goes on over lost connections and sessions.
func (v *View) follow(life context.Context, loaded func()) error {
	kids, err := v.cache()
	if err != nil {
		return err
	}
	if err := kids.Start(life); err != nil {
		return err
	}
	defer func() { _ = kids.Close(context.WithoutCancel(life)) }() // which takes a second at most
	var shown *cache.Snapshot
	for range kids.Events(life) {
		now := kids.Snapshot()
		if now == shown { // which had the change already
			continue
		}
		if _, there := now.Get(v.path); !there {
			if err := v.refused(life); err != nil {
				return err
			}
		}
		shown = now
		loaded()
		v.show(now)
	}
	if life.Err() != nil {
		return context.Cause(life)
	}
	return client.ErrClosed // nobody else ends a cache
}

// refused asks why there is no group: caches leave out what may not be read.
func (v *View) refused(ctx context.Context) error {
	_, _, err := v.c.Children(v.path).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return err
}
