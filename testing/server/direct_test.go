package server_test

import (
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// A client that has a watch hears of a change before a read shows it the change, also where the read goes past the chain: on a socket,
// with nothing else of the client's on its way.
func TestReadsDoNotOvertakeEvents(t *testing.T) {
	s := start(t)
	writer, reader := connect(t, dialTCP(t, s.Addr())), connect(t, dialTCP(t, s.Addr()))
	writer.mk("/n")
	const changes = 500
	done := make(chan struct{})
	defer func() {
		writer.nc.Close()
		<-done
	}()
	go func() {
		defer close(done)
		for i := range int32(changes) {
			if _, err := writer.nc.Write(wire.AppendRequest(nil, i+1, wire.OpSetData, set("/n", "x", -1))); err != nil {
				return
			}
			if _, err := writer.frames.Next(); err != nil {
				return
			}
		}
	}()
	for seen := int32(0); seen < changes; {
		var had, got wire.GetDataResponse
		reader.ok(wire.OpGetData, watch("/n"), &had)
		reader.events = nil // whatever came before belongs to an earlier watch
		reader.ok(wire.OpGetData, read("/n"), &got)
		if got.Stat.Version > had.Stat.Version && len(reader.events) == 0 {
			t.Fatalf("version %d was read, and nothing has been told since version %d", got.Stat.Version, had.Stat.Version)
		}
		seen = got.Stat.Version
	}
}
