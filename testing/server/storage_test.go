package server_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// slowDir is a folder whose files take their time to be safe.
type slowDir struct {
	disk.Dir
	sync time.Duration
}

func (d slowDir) Create(name string) (disk.File, error) {
	f, err := d.Dir.Create(name)
	return slowFile{f, d.sync}, err
}

type slowFile struct {
	disk.File
	sync time.Duration
}

func (f slowFile) Sync() error {
	time.Sleep(f.sync)
	return f.File.Sync()
}

// has checks for lines of mntr.
func has(t *testing.T, mntr string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(mntr, line+"\n") {
			t.Errorf("no %q in %s", line, mntr)
		}
	}
}

// What the disk costs is told, to who looks at the clock and to who asks how often it was too long.
func TestTheDiskIsMeasured(t *testing.T) {
	for _, took := range []time.Duration{300 * time.Millisecond, 1300 * time.Millisecond} {
		on := func(v server.Version) []server.Option {
			memory := disk.NewMemory()
			open := func(string) (disk.Dir, error) { return slowDir{memory, took}, nil }
			return []server.Option{server.WithDataDir("slow"), server.WithDisk(open), server.WithVersion(v), server.WithFourLetterWords("*")}
		}
		t.Run("3.9, "+took.String(), func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
				c := connect(t, dial())
				c.mk("/a")
				total, one := "600", "300"
				if took > time.Second {
					total, one = "2600", "1300"
				}
				c.ok(wire.OpExists, read("/a"), nil) // needs no disk
				has(t, say(t, dial(), "mntr"), "zk_cnt_fsynctime\t2", "zk_sum_fsynctime\t"+total, "zk_min_fsynctime\t"+one, "zk_max_fsynctime\t"+one,
					"zk_cnt_snapshottime\t1", "zk_sum_snapshottime\t"+one, "zk_cnt_dbinittime\t1", "zk_sum_dbinittime\t0",
					"zk_cnt_startup_snap_load_time\t1", "zk_cnt_startup_txns_loaded\t0")
				say(t, dial(), "srst")
				has(t, say(t, dial(), "mntr"), "zk_cnt_fsynctime\t0", "zk_cnt_snapshottime\t0", "zk_sum_dbinittime\t0", "zk_cnt_dbinittime\t0")
				c.mk("/b")
				s.Kill()
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				has(t, say(t, dial(), "mntr"), "zk_cnt_fsynctime\t0", "zk_cnt_snapshottime\t1", "zk_cnt_startup_txns_load_time\t1", "zk_sum_startup_txns_loaded\t3")
			}, on(server.V39)...)
		})
		t.Run("3.4, "+took.String(), func(t *testing.T) {
			virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
				connect(t, dial()).mk("/a")
				slow := "0"
				if took > time.Second {
					slow = "2"
				}
				has(t, say(t, dial(), "mntr"), "zk_fsync_threshold_exceed_count\t"+slow)
				say(t, dial(), "srst")
				has(t, say(t, dial(), "mntr"), "zk_fsync_threshold_exceed_count\t"+slow)
			}, on(server.V34)...)
		})
	}
}
