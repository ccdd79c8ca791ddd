package server_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/store"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// onDisk is the options of a server on a folder, which stay small and go through many files. Its ticks are long: no session is to expire
// while a slow machine looks at what is there.
func onDisk(dir string, more ...server.Option) []server.Option {
	return append([]server.Option{
		server.WithDataDir(dir), server.WithSnapCount(40), server.WithPrealloc(1 << 12), server.WithExtendedTypes(true),
		server.WithSuperDigest("super:" + superHash), server.WithTick(time.Minute),
	}, more...)
}

// superHash is of super:secret.
const superHash = "lK75jTNcA+U9vtVEw5vB51mj/w4="

// superuser connects as somebody who may read everything.
func superuser(t *testing.T, addr string) *raw {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	c.ok(wire.OpAuth, digest("super:secret"), nil)
	return c
}

// restart starts a server on a folder and returns what it finds there.
func restart(t *testing.T, dir string, more ...server.Option) []string {
	t.Helper()
	s := start(t, onDisk(dir, more...)...)
	defer s.Kill()
	return superuser(t, s.Addr()).dump()
}

// Whatever clients do is there again, to the last field, after a stop and after a crash of the process, snapshots, logs and several
// folders included.
func TestDisk(t *testing.T) {
	for _, end := range []string{"stop", "kill"} {
		for _, kind := range []string{"one folder", "two folders", "compressed", "not forced"} {
			t.Run(kind+", "+end, func(t *testing.T) {
				dir := t.TempDir()
				more := map[string][]server.Option{
					"two folders": {server.WithDataLogDir(t.TempDir())},
					"compressed":  {server.WithSnapshotCompression("gz")},
					"not forced":  {server.WithForceSync(false), server.WithLogSizeLimit(5000)},
				}[kind]
				s := start(t, onDisk(dir, more...)...)
				for _, sc := range slices.Concat(scripts, ttlScripts, quotaScripts) {
					play(t, s.Addr(), sc.steps)
				}
				c := superuser(t, s.Addr())
				c.ok(wire.OpCreate, create("/mine", "x", wire.Ephemeral), nil)
				before := c.dump()
				if len(before) < 100 {
					t.Errorf("only %d znodes", len(before))
				}
				if end == "stop" {
					if err := s.Stop(t.Context()); err != nil {
						t.Fatal(err)
					}
				} else {
					s.Kill()
				}
				if lines := differ(before, restart(t, dir, more...)); len(lines) > 0 {
					t.Errorf("lost and found:\n%s", strings.Join(lines, "\n"))
				}
				if names := glob(t, dir, "snapshot.*"); len(names) < 3 {
					t.Errorf("snapshots %q", names)
				}
			})
		}
	}
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "version-2", pattern))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A session outlives the process, with its timeout, its password and its ephemerals, and a session that ended does not.
func TestDiskSessions(t *testing.T) {
	dir := t.TempDir()
	s := start(t, onDisk(dir, server.WithTick(2*time.Second))...)
	stays, goes := connect(t, dialTCP(t, s.Addr())), connect(t, dialTCP(t, s.Addr()))
	for _, c := range []*raw{stays, goes} {
		for i := range 60 { // a snapshot comes in between
			c.ok(wire.OpCreate, create(fmt.Sprintf("/%x-%d", c.session.SessionID, i), "", wire.Ephemeral), nil)
		}
	}
	goes.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	s.Kill()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := s.Sessions()
	if len(all) != 1 || all[0].ID != stays.session.SessionID || all[0].Timeout != 10*time.Second || all[0].Connected {
		t.Fatalf("sessions %+v", all)
	}
	again := newRaw(t, dialTCP(t, s.Addr()))
	again.resume(stays)
	var mine wire.GetChildrenResponse
	again.ok(wire.OpGetEphemerals, &wire.GetEphemeralsRequest{}, &mine)
	if len(mine.Children) != 60 {
		t.Errorf("%d ephemerals", len(mine.Children))
	}
	var rest wire.GetChildrenResponse
	again.ok(wire.OpGetChildren, read("/"), &rest)
	if len(rest.Children) != 61 {
		t.Errorf("%d znodes below the root", len(rest.Children))
	}
	if !s.ExpireSession(all[0].ID) {
		t.Fatal("not expired")
	}
	s.Kill()
	if got := restart(t, dir); len(got) != 4 {
		t.Errorf("left: %q", got)
	}
}

// A session with more ephemerals than a transaction can name ends all the same.
func TestDiskLongClose(t *testing.T) {
	dir := t.TempDir()
	s := start(t, onDisk(dir, server.WithMaxFrame(1024), server.WithSnapCount(100_000))...)
	c := connect(t, dialTCP(t, s.Addr()))
	for i := range 200 {
		c.ok(wire.OpCreate, create(fmt.Sprintf("/a-long-name-for-a-znode-%d", i), "", wire.Ephemeral), nil)
	}
	c.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	s.Kill()
	if got := restart(t, dir, server.WithMaxFrame(1024)); len(got) != 4 {
		t.Errorf("left: %q", got)
	}
}

// The longest request that the server takes is read again.
func TestDiskLongRequests(t *testing.T) {
	const most = 5 << 20
	dir := t.TempDir()
	s := start(t, onDisk(dir, server.WithMaxFrame(most))...)
	c := connect(t, dialTCP(t, s.Addr()))
	data := strings.Repeat("x", most-200)
	c.ok(wire.OpCreate, create("/big", data, wire.Persistent), nil)
	for range 60 {
		c.ok(wire.OpSetData, set("/", "", -1), nil)
	}
	c.ok(wire.OpSetData, set("/big", data+"y", -1), nil)
	s.Kill()
	s = start(t, onDisk(dir, server.WithMaxFrame(most))...)
	var got wire.GetDataResponse
	superuser(t, s.Addr()).ok(wire.OpGetData, read("/big"), &got)
	if string(got.Data) != data+"y" {
		t.Errorf("%d bytes", len(got.Data))
	}
}

// A server that has been started on a new folder has left a snapshot there, without which Apache's would not start.
func TestDiskFresh(t *testing.T) {
	dir := t.TempDir()
	s := start(t, server.WithDataDir(dir))
	if names := glob(t, dir, "*"); len(names) != 1 || filepath.Base(names[0]) != "snapshot.0" {
		t.Errorf("%q", names)
	}
	connect(t, dialTCP(t, s.Addr()))
	if names := glob(t, dir, "*"); len(names) != 2 || filepath.Base(names[0]) != "log.1" {
		t.Errorf("%q", names)
	}
}

// What the disk holds may not be to be served.
func TestDiskRefused(t *testing.T) {
	refused := func(t *testing.T, want error, opts ...server.Option) {
		t.Helper()
		s, err := server.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context()); !errors.Is(err, want) {
			s.Kill()
			t.Errorf("%v, want %v", err, want)
		}
		select {
		case <-s.Done():
		default:
			t.Error("it runs")
		}
	}
	used := func(t *testing.T) string {
		t.Helper()
		dir := t.TempDir()
		s := start(t, onDisk(dir)...)
		connect(t, dialTCP(t, s.Addr())).mk("/a")
		s.Kill()
		return dir
	}
	t.Run("logs without a snapshot", func(t *testing.T) {
		dir := used(t)
		for _, name := range glob(t, dir, "snapshot.*") {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, store.ErrNoSnapshot, onDisk(dir)...)
		if got := restart(t, dir, server.WithTrustEmptySnapshot(true)); len(got) != 5 {
			t.Errorf("%q", got)
		}
	})
	t.Run("a log among the snapshots", func(t *testing.T) {
		refused(t, store.ErrMixed, onDisk(used(t), server.WithDataLogDir(t.TempDir()))...)
	})
	t.Run("a damaged log", func(t *testing.T) {
		dir := used(t)
		name := glob(t, dir, "log.*")[0]
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b[60]++
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, txlog.ErrChecksum, onDisk(dir)...)
	})
	t.Run("a file in the place of the folder", func(t *testing.T) {
		refused(t, syscall.ENOTDIR, onDisk("/dev/null")...)
	})
}

// Old snapshots go, with their logs, and what is left is enough.
func TestDiskPurge(t *testing.T) {
	dir := t.TempDir()
	s := start(t, onDisk(dir, server.WithAutopurge(3, time.Hour))...)
	c := superuser(t, s.Addr())
	for i := range 400 {
		c.mk(fmt.Sprintf("/%d", i))
	}
	before := c.dump()
	s.Kill()
	many := len(glob(t, dir, "snapshot.*"))
	if lines := differ(before, restart(t, dir, server.WithAutopurge(1, time.Hour))); len(lines) > 0 {
		t.Errorf("lost and found:\n%s", strings.Join(lines, "\n"))
	}
	if left := len(glob(t, dir, "snapshot.*")); many < 6 || left != 3 {
		t.Errorf("%d of %d snapshots are left", left, many)
	}
	if lines := differ(before, restart(t, dir)); len(lines) > 0 {
		t.Errorf("lost and found after the purge:\n%s", strings.Join(lines, "\n"))
	}
}

// failing is a folder whose disk gives up after so many calls that write.
type failing struct {
	disk.Dir
	left *int
	err  error
}

func (d failing) spend() error {
	if *d.left--; *d.left < 0 {
		return d.err
	}
	return nil
}

func (d failing) Create(name string) (disk.File, error) {
	if err := d.spend(); err != nil {
		return nil, err
	}
	f, err := d.Dir.Create(name)
	return failingFile{f, d}, err
}

func (d failing) Sync() error {
	if err := d.spend(); err != nil {
		return err
	}
	return d.Dir.Sync()
}

type failingFile struct {
	disk.File
	dir failing
}

func (f failingFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.dir.spend(); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], at)
		return n, err
	}
	return f.File.WriteAt(p, at)
}

func (f failingFile) Sync() error {
	if err := f.dir.spend(); err != nil {
		return err
	}
	return f.File.Sync()
}

// When the disk is full or fails, whatever the moment, nobody is told of what is not safe, and the server ends and says why.
func TestDiskFails(t *testing.T) {
	for _, broken := range []error{syscall.ENOSPC, syscall.EIO} {
		reached := false
		for after := 0; !reached; after++ {
			memory, left := disk.NewMemory(), after
			open := func(string) (disk.Dir, error) { return failing{memory, &left, broken}, nil }
			s, err := server.New(onDisk("memory", server.WithDisk(open), server.WithSnapCount(1_000_000))...)
			if err != nil {
				t.Fatal(err)
			}
			acked := 0
			if err := s.Start(t.Context()); err != nil {
				if !errors.Is(err, broken) {
					t.Errorf("start: %v", err)
				}
			} else {
				acked, reached = writeOn(t, s, 5)
				s.Kill()
				if !reached && !errors.Is(s.Err(), broken) {
					t.Errorf("after %d calls: %v", after, s.Err())
				}
			}
			if got := recovered(t, memory.Crash(disk.Crash{})); got < acked {
				t.Fatalf("after %d calls of the disk, %d of %d acknowledged writes are there", after, got, acked)
			}
		}
	}
}

// writeOn creates /0, /1 and so on until the server ends, or n are there. It returns how many were acknowledged.
func writeOn(t *testing.T, s *server.Server, n int) (acked int, all bool) {
	t.Helper()
	nc := dialTCP(t, s.Addr())
	defer nc.Close()
	frames := wire.NewFrameReader(nc, 1<<20)
	ask := func(b []byte) bool {
		if _, err := nc.Write(b); err != nil {
			return false
		}
		_, err := frames.Next()
		return err == nil
	}
	if !ask(wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16), HasReadOnly: true})) {
		<-s.Done()
		return 0, false
	}
	for i := range n {
		if !ask(wire.AppendRequest(nil, int32(i+1), wire.OpCreate, create(fmt.Sprintf("/%d", i), "", wire.Persistent))) {
			<-s.Done()
			return i, false
		}
	}
	return n, true
}

// recovered starts a server on what is left of a disk and counts the znodes of writeOn, which must be there without a gap.
func recovered(t *testing.T, left *disk.Memory) int {
	t.Helper()
	s := start(t, onDisk("memory", server.WithDisk(func(string) (disk.Dir, error) { return left, nil }))...)
	defer s.Kill()
	var root wire.GetChildrenResponse
	connect(t, dialTCP(t, s.Addr())).ok(wire.OpGetChildren, read("/"), &root)
	n := len(root.Children) - 1
	for i := range n {
		if !slices.Contains(root.Children, fmt.Sprint(i)) {
			t.Fatalf("%d is missing: %q", i, root.Children)
		}
	}
	return n
}
