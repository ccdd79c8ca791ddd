package server_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/testing/server"
)

// unpack makes the data folders that the three members of an ensemble of Apache's, 3.8.0, have left, and returns the folder that they
// are in: s1, s2 and s3.
func unpack(t *testing.T) string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "apache-3.8.0.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) {
			continue
		}
		path := filepath.Join(dir, h.Name)
		b, err := io.ReadAll(files)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Folders that Apache's servers have left are served, and what is served is what they had: the members of an ensemble agree.
func TestApacheFolders(t *testing.T) {
	dir := unpack(t)
	var first []string
	for _, name := range []string{"s1", "s2", "s3"} {
		s := start(t, onDisk(filepath.Join(dir, name))...)
		c := superuser(t, s.Addr())
		got := c.dump()
		if first == nil {
			first = got
		}
		lines := differ(first, got)
		lines = slices.DeleteFunc(lines, func(line string) bool { // each member made it itself, at a time of its own
			return strings.Contains(line, "/zookeeper/config ")
		})
		if len(lines) > 0 || len(got) < 20 {
			t.Errorf("%s has %d znodes, other than s1's:\n%s", name, len(got), strings.Join(lines, "\n"))
		}
		c.mk("/served")
		s.Kill()
		if lines := differ(got, restart(t, filepath.Join(dir, name))); len(lines) != 3 { // /served is new, the root has it
			t.Errorf("%s, afterwards:\n%s", name, strings.Join(lines, "\n"))
		}
	}
}

// What Apache's server serves from a folder of its own, ours does.
func TestApacheFoldersAgainstApache(t *testing.T) {
	ours, theirs := unpack(t), unpack(t)
	for _, name := range []string{"s1", "s2", "s3"} {
		a := apache.Start(t, "dataDir="+filepath.Join(theirs, name), superKey, longTicks)
		want := superuser(t, a.Addr()).dump()
		a.Kill()
		if lines := differ(want, restart(t, filepath.Join(ours, name))); len(lines) > 0 {
			t.Errorf("%s:\n%s", name, strings.Join(lines, "\n"))
		}
	}
}

// longTicks are onDisk's.
const longTicks = "tickTime=60000"

const superKey = "DigestAuthenticationProvider.superDigest=super:" + superHash

// What clients did to our server, Apache's finds in our folder, and the other way round.
func TestFoldersTraded(t *testing.T) {
	change := func(t *testing.T, addr string) []string {
		t.Helper()
		for _, sc := range slices.Concat(scripts, ttlScripts, quotaScripts) {
			play(t, addr, sc.steps)
		}
		return superuser(t, addr).dump()
	}
	t.Run("ours to Apache's", func(t *testing.T) {
		for _, more := range [][]server.Option{nil, {server.WithSnapshotCompression("gz")}} {
			dir := t.TempDir()
			s := start(t, onDisk(dir, more...)...)
			want := change(t, s.Addr())
			s.Kill()
			kept := t.TempDir()
			if err := os.CopyFS(kept, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			a := apache.Start(t, "dataDir="+dir, superKey, longTicks)
			theirs := superuser(t, a.Addr()).dump()
			if lines := differ(want, theirs); len(lines) > 0 {
				t.Errorf("Apache's has, %v:\n%s", more, strings.Join(lines, "\n"))
			}
			if lines := strictly(theirs, restart(t, kept, more...)); len(lines) > 0 {
				t.Errorf("%v: started again, ours has, against Apache's:\n%s", more, strings.Join(lines, "\n"))
			}
		}
	})
	t.Run("Apache's to ours", func(t *testing.T) {
		dir := t.TempDir()
		a := apache.Start(t, "dataDir="+dir, superKey, longTicks, "snapCount=100", "forceSync=yes", "preAllocSize=64")
		want := change(t, a.Addr())
		a.Kill()
		if lines := differ(want, restart(t, dir)); len(lines) > 0 {
			t.Errorf("ours has:\n%s", strings.Join(lines, "\n"))
		}
	})
}
