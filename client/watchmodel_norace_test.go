//go:build !race

// zk.Conn itself has a data race when it reconnects with watches: its loop reads the last zxid that its receiver writes. The detector would
// fail this test for it.

package client_test

import (
	"fmt"
	"testing"

	"github.com/zookit-go/zookit/internal/watching"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Hand-written code that watches the same paths, across cuts: its own setWatches come after ours and must undo nothing.
func TestSharedWatchesOfTwoSpeakersAcrossCuts(t *testing.T) {
	for _, version := range server.Versions() {
		for seed := range uint64(20) {
			t.Run(fmt.Sprintf("%v/%d", version, seed), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					watching.Run(t, watching.Setup{
						Client: w.Connect(t, "a"), Writer: w.Connect(t, "writer"),
						Theirs: true, Cut: w.Host("a").Cut, Steps: 150, Seed: seed,
						Short: version == server.V34 || version == server.V35, Blind: version == server.V34,
					})
				}, zktest.Version(version))
			})
		}
	}
}
