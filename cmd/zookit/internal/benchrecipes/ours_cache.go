package benchrecipes

import (
	"context"
	"strconv"
	"time"

	"github.com/zookit-go/zookit/cache"
)

// ourTree loads a tree. prepare drops the last one.
func ourTree(ctx context.Context, n int, addr, path string) (*setup, error) {
	s, clients, err := ourClients(ctx, n, addr)
	if err != nil {
		return nil, err
	}
	var tree *cache.Tree
	drop := func() {
		if tree != nil {
			closeWithin(ctx, tree.Close)
			tree = nil
		}
	}
	s.close = append(s.close, drop)
	s.prepare = func(context.Context, int) error {
		drop()
		return nil
	}
	s.alone = func(ctx context.Context) (err error) {
		tree, err = startTree(ctx, func() (*cache.Tree, error) { return cache.NewTree(clients[0], path) })
		return err
	}
	return s, nil
}

// startTree returns when all is there.
func startTree(ctx context.Context, newTree func() (*cache.Tree, error)) (*cache.Tree, error) {
	tree, err := newTree()
	if err != nil {
		return nil, err
	}
	if err := tree.Start(ctx); err != nil {
		return nil, err
	}
	if err := tree.WaitInitialized(ctx); err != nil {
		closeWithin(ctx, tree.Close)
		return nil, err
	}
	return tree, nil
}

// ourListener spends the time from a writer's answer until a listener has the new data. The second contender writes.
func ourListener(ctx context.Context, n int, addr, path string) (*setup, error) {
	s, clients, err := ourClients(ctx, n, addr)
	if err != nil {
		return nil, err
	}
	tree, err := startTree(ctx, func() (*cache.Tree, error) { return cache.NewTree(clients[0], path) })
	if err != nil {
		(&local{setup: s}).end()
		return nil, err
	}
	told := make(chan time.Time, 1024)
	life, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	since := tree.Snapshot()
	go func() {
		defer close(ended)
		for range tree.Since(life, since) {
			told <- time.Now()
		}
	}()
	s.close = append(s.close, func() {
		stop()
		<-ended
		closeWithin(ctx, tree.Close)
	})
	written := 0
	s.spent = new(time.Duration)
	s.alone = func(ctx context.Context) error {
		written++
		if _, err := clients[1].Set(path).Data(strconv.AppendInt(nil, int64(written), 10)).Do(ctx); err != nil {
			return err
		}
		answered := time.Now()
		select {
		case at := <-told:
			*s.spent += max(1, at.Sub(answered))
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return s, nil
}
