package interop

import (
	"context"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

func TestKazoo(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := foreign.Start(t, python, "testdata/kazoo/peer.py", addr)
		if err := p.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
	})
}
