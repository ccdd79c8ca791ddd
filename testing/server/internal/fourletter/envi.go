package fourletter

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/era"
)

func envi(e *era.Era) string {
	var b strings.Builder
	b.WriteString("Environment:\n")
	for _, p := range Environment(e) {
		b.WriteString(p.Key + "=" + p.Value + "\n")
	}
	return b.String()
}

// Pair is a key with its value.
type Pair struct{ Key, Value string }

// Environment tells of the process. What only Java has is there, since readers look for it, and says what stands in its place.
func Environment(e *era.Era) []Pair {
	host, _ := os.Hostname() // an empty name tells as much as an error
	home, _ := os.UserHomeDir()
	dir, _ := os.Getwd()
	exe, _ := os.Executable()
	all := []Pair{
		{"zookeeper.version", e.Full()},
		{"host.name", host},
		{"java.version", runtime.Version()},
		{"java.vendor", "Go"},
		{"java.home", filepath.Dir(exe)},
		{"java.class.path", exe},
		{"java.library.path", ""},
		{"java.io.tmpdir", filepath.Clean(os.TempDir())},
		{"java.compiler", runtime.Compiler},
		{"os.name", strings.ToUpper(runtime.GOOS[:1]) + runtime.GOOS[1:]},
		{"os.arch", runtime.GOARCH},
		{"os.version", release()},
		{"user.name", os.Getenv("USER")},
		{"user.home", home},
		{"user.dir", dir},
	}
	if e.Memory {
		all = append(all, memory()...)
	}
	return all
}

func memory() []Pair {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	limit := uint64(debug.SetMemoryLimit(-1))
	return []Pair{
		{"os.memory.free", megabytes(mem.HeapIdle - mem.HeapReleased)},
		{"os.memory.max", megabytes(limit)},
		{"os.memory.total", megabytes(mem.HeapSys)},
	}
}

func megabytes(n uint64) string { return fmt.Sprintf("%dMB", n>>20) }

// release is the kernel's, where the system tells it as a file.
func release() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease") // elsewhere there is none
	return strings.TrimSpace(string(text))
}

// descriptors is how many files the process has open and may have, -1 where the system does not tell.
func descriptors() (have, limit int64) {
	have, limit = -1, -1
	if entries, err := os.ReadDir("/proc/self/fd"); err == nil {
		have = int64(len(entries))
	}
	text, _ := os.ReadFile("/proc/self/limits") // an empty text has no such line
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Max open files"); ok {
			_, _ = fmt.Sscan(rest, &limit) // "unlimited" leaves it at -1
		}
	}
	return have, limit
}
