package benchserver

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what the kernel has counted for a process.
type usage struct {
	cpu    time.Duration
	reads  int64 // system calls
	writes int64
}

// usage asks the kernel. Where there is no /proc all is 0.
func (p *process) usage() (u usage) {
	proc := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	io := fields(proc + "io")
	u.reads, u.writes = io["syscr"], io["syscw"]
	text, _ := os.ReadFile(proc + "stat") // none is 0
	// Behind the name, which may have spaces, are the state and numbers; the 12th and 13th are ticks of a hundredth of a second.
	_, rest, _ := strings.Cut(string(text), ") ")
	if f := strings.Fields(rest); len(f) > 12 {
		user, _ := strconv.ParseInt(f[11], 10, 64)
		system, _ := strconv.ParseInt(f[12], 10, 64)
		u.cpu = time.Duration(user+system) * 10 * time.Millisecond
	}
	return u
}

func (u usage) minus(v usage) usage {
	return usage{u.cpu - v.cpu, u.reads - v.reads, u.writes - v.writes}
}

// memory is what a process occupies, in bytes.
type memory struct {
	resident     int64
	proportional int64 // with its share of what others use as well
}

func (p *process) memory() memory {
	proc := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	return memory{fields(proc + "status")["VmRSS"] << 10, fields(proc + "smaps_rollup")["Pss"] << 10}
}

// fields reads the lines "name: number" of a file; what is not there is 0.
func fields(file string) map[string]int64 {
	text, _ := os.ReadFile(file) // none has no fields
	values := make(map[string]int64)
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(line, ":")
		if f := strings.Fields(rest); len(f) > 0 {
			if n, err := strconv.ParseInt(f[0], 10, 64); err == nil {
				values[name] = n
			}
		}
	}
	return values
}
