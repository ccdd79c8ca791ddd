package history

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// seedVariable names a seed to run again.
const seedVariable = "ZOOKIT_SEED"

// Seeds runs a test with some random seeds, each a subtest with the seed for its name; or with the one in ZOOKIT_SEED.
func Seeds(t *testing.T, runs int, test func(t *testing.T, r *rand.Rand)) {
	t.Helper()
	seeds := make([]uint64, runs)
	for i := range seeds {
		seeds[i] = rand.Uint64()
	}
	if text := os.Getenv(seedVariable); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
		seeds = []uint64{seed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			test(t, rand.New(rand.NewPCG(seed, 0))) //nolint:gosec // chance, not secrets
		})
	}
}
