package snapshot_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// database is all that a snapshot has, in memory.
type database struct {
	sessions []snapshot.Session
	lists    []snapshot.List
	nodes    []snapshot.Node
	snapshot.Trailer
}

func (d *database) visitor() snapshot.Visitor {
	return snapshot.Visitor{
		Session: func(s snapshot.Session) error { d.sessions = append(d.sessions, s); return nil },
		List:    func(l snapshot.List) error { d.lists = append(d.lists, l); return nil },
		Node: func(n *snapshot.Node) error {
			c := *n
			c.Data = bytes.Clone(n.Data)
			d.nodes = append(d.nodes, c)
			return nil
		},
	}
}

func (d *database) source() *snapshot.Source {
	return &snapshot.Source{Sessions: d.sessions, Lists: d.lists, Trailer: d.Trailer, Nodes: func(yield func(*snapshot.Node) bool) {
		var n snapshot.Node // one for all, as Nodes may
		for _, n = range d.nodes {
			if !yield(&n) {
				return
			}
		}
	}}
}

func (d *database) node(path string) *snapshot.Node {
	for i := range d.nodes {
		if d.nodes[i].Path == path {
			return &d.nodes[i]
		}
	}
	return nil
}

func (d *database) paths() []string {
	var paths []string
	for _, n := range d.nodes {
		paths = append(paths, n.Path)
	}
	slices.Sort(paths)
	return paths
}

func decode(src io.Reader) (*database, error) {
	var d database
	t, err := snapshot.Read(src, snapshot.MaxBuffer, d.visitor())
	d.Trailer = t
	return &d, err
}

func encode(tb testing.TB, d *database) []byte {
	tb.Helper()
	var b bytes.Buffer
	ok(tb, snapshot.Write(tb.Context(), &b, d.source()))
	return b.Bytes()
}

// theirs are the snapshots that an Apache server wrote, by their names.
func theirs(tb testing.TB) map[string][]byte {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "s2", "snapshot.*"))
	ok(tb, err)
	if len(paths) == 0 {
		tb.Fatal("testdata/s2 has no snapshots")
	}
	files := make(map[string][]byte)
	for _, p := range paths {
		files[filepath.Base(p)], err = os.ReadFile(p)
		ok(tb, err)
	}
	return files
}

// put makes a safe file of one's own making.
func put(tb testing.TB, dir disk.Dir, name string, content []byte) {
	tb.Helper()
	f, err := dir.Create(name)
	ok(tb, err)
	_, err = f.WriteAt(content, 0)
	ok(tb, err)
	ok(tb, f.Sync())
	ok(tb, f.Close())
	ok(tb, dir.Sync())
}

var readOnly = []wire.ACL{{Perms: wire.PermRead, Scheme: "world", ID: "anyone"}}

// fresh is a database that nobody has used.
func fresh() *database {
	var lists snapshot.Table
	read := lists.ID(readOnly)
	return &database{
		lists: lists.Lists(),
		nodes: []snapshot.Node{
			{Path: "", Data: []byte{}, ACL: snapshot.Open},
			{Path: "/zookeeper", Data: []byte{}, ACL: snapshot.Open},
			{Path: "/zookeeper/config", Data: []byte{}, ACL: read, Stat: snapshot.Stat{Version: -1, Aversion: -1}},
			{Path: "/zookeeper/quota", Data: []byte{}, ACL: snapshot.Open},
		},
	}
}

// rich has all that a database can have.
func rich() *database {
	last := int64(3<<32 + 9)
	d := fresh()
	var lists snapshot.Table
	read := lists.ID(readOnly)
	ann := lists.ID([]wire.ACL{{Perms: wire.PermAll, Scheme: "digest", ID: "ann:hash="}, {Perms: wire.PermRead, Scheme: "ip", ID: "::1"}})
	empty := lists.ID([]wire.ACL{})
	d.lists = lists.Lists()
	d.sessions = []snapshot.Session{{ID: 1 << 56, Timeout: 4000}, {ID: -1, Timeout: 40000}}
	d.nodes = append(d.nodes,
		snapshot.Node{Path: "/a", Data: []byte("data"), ACL: ann, Stat: snapshot.Stat{
			Czxid: 1, Mzxid: 2, Ctime: 3, Mtime: 4, Version: 5, Cversion: 6, Aversion: 7, EphemeralOwner: 8, Pzxid: 9}},
		snapshot.Node{Path: "/a/b", ACL: empty},
		snapshot.Node{Path: "/a/b/ä日", Data: make([]byte, 20_000), ACL: read},
		snapshot.Node{Path: "/ab", Data: []byte{}, ACL: snapshot.Open, Stat: snapshot.Stat{EphemeralOwner: -1 << 63}},
	)
	d.Trailer = snapshot.Trailer{Digest: &snapshot.Digest{Zxid: last, Version: 2, Sum: 1<<63 + 1}, LastZxid: &last}
	return d
}
