package benchrecipes

import (
	"context"

	"github.com/go-zookeeper/zk"
)

// zkRecipes are those of go-zookeeper.
var zkRecipes = map[string]recipe{"mutex": zkMutex}

func zkMutex(_ context.Context, contenders int, addr, path string) (*setup, error) {
	s := &setup{contenders: contenders}
	conns := make([]*zk.Conn, contenders)
	locks := make([]*zk.Lock, contenders)
	for i := range locks {
		conn, events, err := zk.Connect([]string{addr}, session, zk.WithLogger(mute{}))
		if err != nil {
			(&local{setup: s}).end()
			return nil, err
		}
		conns[i] = conn
		s.close = append(s.close, conn.Close)
		for e := range events { // it is drained below, too: zk.Conn wants to be heard
			if e.State == zk.StateHasSession {
				break
			}
		}
		go func() { // ends with the connection
			for range events {
				continue
			}
		}()
		locks[i] = zk.NewLock(conn, path, zk.WorldACL(zk.PermAll))
	}
	s.abort = func() {
		for _, conn := range conns {
			conn.Close()
		}
	}
	s.cycle = func(_ context.Context, i int) error {
		if err := locks[i].Lock(); err != nil {
			return err
		}
		return locks[i].Unlock()
	}
	return s, nil
}

type mute struct{}

func (mute) Printf(string, ...any) {}
