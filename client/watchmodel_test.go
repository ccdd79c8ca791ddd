package client_test

import (
	"fmt"
	"testing"

	"github.com/zookit-go/zookit/internal/watching"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Random users on few paths each hear what they are owed and nothing else, on servers of every age.
func TestSharedWatches(t *testing.T) {
	for _, version := range server.Versions() {
		for seed := range uint64(20) {
			t.Run(fmt.Sprintf("%v/%d", version, seed), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					watching.Run(t, watching.Setup{
						Client: w.Connect(t, "a"), Writer: w.Connect(t, "writer"),
						Theirs: true, Steps: 150, Seed: seed,
						Short: version == server.V34 || version == server.V35, Blind: version == server.V34,
					})
				}, zktest.Version(version))
			})
		}
	}
}

// The same while the watching client's connection is cut now and then.
func TestSharedWatchesAcrossCuts(t *testing.T) {
	for _, version := range server.Versions() {
		for seed := range uint64(20) {
			t.Run(fmt.Sprintf("%v/%d", version, seed), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					watching.Run(t, watching.Setup{
						Client: w.Connect(t, "a"), Writer: w.Connect(t, "writer"),
						Cut: w.Host("a").Cut, Steps: 150, Seed: seed,
						Short: version == server.V34 || version == server.V35, Blind: version == server.V34,
					})
				}, zktest.Version(version))
			})
		}
	}
}
