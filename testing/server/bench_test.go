package server_test

import (
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

var asked = map[string]step{
	"getData": {0, wire.OpGetData, read("/n")},
	"setData": {0, wire.OpSetData, set("/n", "0123456789", -1)},
	"create":  {0, wire.OpCreate, create("/n/c", "0123456789", wire.PersistentSequential)},
}

// BenchmarkOneByOne is one client that waits for every reply.
func BenchmarkOneByOne(b *testing.B) {
	for name, q := range asked {
		b.Run(name, func(b *testing.B) {
			s, err := server.New()
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			defer s.Kill()
			c := connect(b, dialTCP(b, s.Addr()))
			c.mk("/n")
			b.ReportAllocs()
			for b.Loop() {
				c.ok(q.op, q.body, nil)
			}
		})
	}
}

// BenchmarkPipelined is one client that never waits for a reply before it sends the next request.
func BenchmarkPipelined(b *testing.B) {
	for name, q := range asked {
		b.Run(name, func(b *testing.B) {
			s, err := server.New()
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			defer s.Kill()
			c := connect(b, dialTCP(b, s.Addr()))
			c.mk("/n")
			b.ReportAllocs()
			b.ResetTimer()
			go func() {
				var out []byte
				for i := range b.N {
					out = wire.AppendRequest(out, int32(i), q.op, q.body)
					if len(out) > 16<<10 || i == b.N-1 {
						if _, err := c.nc.Write(out); err != nil {
							return
						}
						out = out[:0]
					}
				}
			}()
			for range b.N {
				if _, err := c.frames.Next(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}
