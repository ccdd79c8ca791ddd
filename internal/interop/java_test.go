package interop

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// classes are those of all Java programs. Starting javac takes longer than compiling one of them, so all are compiled at once.
var classes struct {
	mu   sync.Mutex // guards path
	path string     // the class path, "" before the first test that needs it
	dir  string     // removed when all tests have ended
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "interop")
	if err != nil {
		panic(err)
	}
	classes.dir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// javaPeers is the class path of the programs in testdata/java, with Curator.
func javaPeers(tb testing.TB) string {
	tb.Helper()
	classes.mu.Lock()
	defer classes.mu.Unlock()
	if classes.path == "" {
		sources, err := filepath.Glob("testdata/java/*.java")
		if err != nil {
			tb.Fatal(err)
		}
		classes.path = foreign.CompileTo(tb, classes.dir, foreign.Curator(tb), sources...)
	}
	return classes.path
}
