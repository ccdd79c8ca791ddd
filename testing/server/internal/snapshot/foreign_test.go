package snapshot_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// Apache's own tool prints what we wrote. It does not look at the sums; TestApacheStarts does.
func TestApacheFormats(t *testing.T) {
	path := t.TempDir()
	dir, err := disk.Open(path)
	ok(t, err)
	d := rich()
	ok(t, snapshot.Save(t.Context(), dir, *d.LastZxid, d.source()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := foreign.Start(t, foreign.Java(t, foreign.ZooKeeper(t), "-Dfile.encoding=UTF-8", "org.apache.zookeeper.server.SnapshotFormatter",
		"-d", filepath.Join(path, snapshot.Name(*d.LastZxid)))...)
	if err := p.Wait(ctx); err != nil {
		t.Fatalf("SnapshotFormatter: %v\n%s", err, p.Output())
	}
	out := p.Output()
	for _, want := range []string{
		"ZNode Details (count=9)", "\n/a\n", "\n/a/b\n", "\n/ab\n", "cZxid = 0x00000000000001", "dataVersion = 5",
		"ephemeralOwner = 0x00000000000008", "data = ZGF0YQ==", "0x100000000000000, 4000", "0xffffffffffffffff, 40000",
		"Last zxid: 0x300000009",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

const z = 2 << 32

// Sessions last longer than the test, even if it takes more than one attempt to start Apache on the folder: each must find the same.
const timeout = 3_600_000

// history is what our log has behind our snapshot, and what becomes of the znodes by it.
func history() (txns []txlog.Txn, want map[string]snapshot.Node) {
	const session, at = 0x0123_0000_0000_0001, 1_700_000_000_000
	stat := func(zxid int64) snapshot.Stat {
		return snapshot.Stat{Czxid: zxid, Mzxid: zxid, Pzxid: zxid, Ctime: at + zxid - z, Mtime: at + zxid - z}
	}
	add := func(op wire.Op, body wire.Record) (zxid int64) {
		zxid = z + int64(len(txns)) + 1
		txns = append(txns, txlog.Txn{
			Header: txlog.Header{Session: session, Cxid: int32(len(txns)), Zxid: zxid, Time: at + zxid - z, Type: op}, Body: body,
		})
		return zxid
	}
	want = make(map[string]snapshot.Node)
	node := func(path, data string, s snapshot.Stat) {
		want[path] = snapshot.Node{Path: path, Data: []byte(data), Stat: s}
	}

	add(wire.OpCreateSession, &txlog.CreateSession{Timeout: timeout})
	p := stat(add(wire.OpCreate, &txlog.Create{Path: "/p", Data: []byte("p"), ACL: wire.OpenACL, ParentCversion: 3}))
	c := stat(add(wire.OpCreate2, &txlog.Create{Path: "/p/c", Data: []byte("one"), ACL: readOnly, ParentCversion: 1}))
	c.Mzxid = add(wire.OpSetData, &txlog.SetData{Path: "/p/c", Data: []byte("two"), Version: 1})
	c.Mtime, c.Version = at+c.Mzxid-z, 1
	add(wire.OpSetACL, &txlog.SetACL{Path: "/p/c", ACL: wire.OpenACL, Version: 1})
	c.Aversion = 1
	node("/p/c", "two", c)
	e := stat(add(wire.OpCreate, &txlog.Create{Path: "/e", Data: []byte{}, ACL: wire.OpenACL, Ephemeral: true, ParentCversion: 4}))
	e.EphemeralOwner = session
	node("/e", "", e)
	add(wire.OpError, &txlog.Error{Code: wire.NoNode})
	k := stat(add(wire.OpCreateContainer, &txlog.CreateContainer{Path: "/k", Data: []byte("k"), ACL: wire.OpenACL, ParentCversion: 5}))
	k.EphemeralOwner = -1 << 63
	node("/k", "k", k)
	ttl := stat(add(wire.OpCreateTTL, &txlog.CreateTTL{Path: "/ttl", Data: []byte("t"), ACL: wire.OpenACL, ParentCversion: 6, TTL: 1 << 38}))
	ttl.EphemeralOwner = -1<<56 | 1<<38
	node("/ttl", "t", ttl)
	m := new(txlog.Multi)
	m.Add(wire.OpCreate, &txlog.Create{Path: "/p/m", Data: []byte("m"), ACL: wire.OpenACL, ParentCversion: 2})
	m.Add(wire.OpSetData, &txlog.SetData{Path: "/p", Data: []byte("multi"), Version: 1})
	m.Add(wire.OpCheck, &txlog.Check{Path: "/p/c", Version: 2})
	mz := add(wire.OpMulti, m)
	node("/p/m", "m", stat(mz))
	failed := new(txlog.Multi)
	failed.Add(wire.OpError, &txlog.Error{})
	failed.Add(wire.OpError, &txlog.Error{Code: wire.NoNode})
	add(wire.OpMulti, failed)
	p.Mzxid, p.Mtime, p.Version, p.Cversion = mz, at+mz-z, 1, 2
	p.Pzxid = add(wire.OpDelete, &txlog.Delete{Path: "/p/gone"})
	p.Pzxid = max(p.Pzxid, mz)
	node("/p", "multi", p)
	return txns, want
}

// Apache starts on a folder of ours, has all that we wrote, and goes on; and we read what it left.
func TestApacheStarts(t *testing.T) {
	path := t.TempDir()
	dir, err := disk.Open(filepath.Join(path, "version-2"))
	ok(t, err)
	d := rich()
	d.nodes[4].Stat = snapshot.Stat{Czxid: 3, Mzxid: 4, Ctime: 5, Mtime: 6, Version: 7, Cversion: 8, Aversion: 9, Pzxid: 10}
	d.nodes[7].Stat = snapshot.Stat{}
	d.nodes[0].Stat.Cversion, d.sessions, d.Digest = 2, d.sessions[:1], nil
	d.sessions[0].Timeout = timeout + 1
	*d.LastZxid = z
	ok(t, snapshot.Save(t.Context(), dir, z, d.source()))
	broken := encode(t, d)
	broken[len(broken)/2]++
	put(t, dir, snapshot.Name(z+100), broken) // which must be passed over

	txns, want := history()
	w := txlog.NewWriter(dir, txlog.Options{Prealloc: 1 << 16})
	ok(t, w.Append(txns[:4]...))
	ok(t, w.Roll())
	ok(t, w.Append(txns[4:]...))
	ok(t, w.Close())

	s := apache.Start(t, "dataDir="+path)
	conn, events, err := zk.Connect([]string{s.Addr()}, 20*time.Second, zk.WithLogInfo(false))
	ok(t, err)
	defer conn.Close()
	for e := range events {
		if e.State == zk.StateHasSession {
			break
		}
	}
	for p, n := range want {
		data, stat, err := conn.Get(p)
		if err != nil || string(data) != string(n.Data) || stat.Czxid != n.Stat.Czxid || stat.Mzxid != n.Stat.Mzxid || stat.Version != n.Stat.Version {
			t.Errorf("%s: %q, %+v, %v; want %+v", p, data, stat, err, n)
		}
	}
	if _, stat, err := conn.Exists("/ab"); err != nil || stat.Czxid != 0 {
		t.Errorf("/ab: %+v, %v", stat, err)
	}
	_, err = conn.Create("/theirs", []byte("x"), 0, zk.WorldACL(zk.PermAll))
	ok(t, err)
	_, err = conn.Multi(&zk.SetDataRequest{Path: "/theirs", Data: []byte("y"), Version: 0}, &zk.DeleteRequest{Path: "/ab", Version: -1})
	ok(t, err)
	conn.Close()
	s.Kill()

	// It wrote a snapshot of its own when it had loaded ours, which is our data as it understood it.
	last := txns[len(txns)-1].Zxid
	got, l, err := load(dir)
	if err != nil || l.Zxid != last || len(l.Broken) != 1 {
		t.Fatalf("%s, %v, %v", l.Name, l.Broken, err)
	}
	for i := range d.nodes[1:] {
		want[d.nodes[i+1].Path] = d.nodes[i+1]
	}
	for p, n := range want {
		g := got.node(p)
		if g == nil {
			t.Errorf("%s is not in Apache's snapshot", p)
			continue
		}
		if strings.HasPrefix(p, "/zookeeper") {
			continue // it sets its own configuration and quota
		}
		if string(g.Data) != string(n.Data) || (g.Data == nil) != (n.Data == nil) || g.Stat != n.Stat {
			t.Errorf("%s: %.20q, %+v\nwant %.20q, %+v", p, g.Data, g.Stat, n.Data, n.Stat)
		}
	}
	if len(got.nodes) != len(want)+1 {
		t.Errorf("Apache has %q", got.paths())
	}
	wantSessions := []snapshot.Session{{ID: 1 << 56, Timeout: timeout + 1}, {ID: txns[0].Session, Timeout: timeout}}
	if fmt.Sprint(bySession(got.sessions)) != fmt.Sprint(bySession(wantSessions)) {
		t.Errorf("sessions %+v", got.sessions)
	}
	if a := aclOf(got, "/a"); !reflect.DeepEqual(a, d.lists[1].ACL) {
		t.Errorf("/a has the list %v", a)
	}

	var went []string
	_, err = txlog.Replay(dir, last, txlog.MaxPayload, func(rec *txlog.Record) error {
		txn, err := rec.Txn()
		if err == nil && txn.Digest.Version != 2 {
			t.Errorf("%+v has no digest", txn)
		}
		went = append(went, txn.Type.String())
		return err
	})
	if got := strings.Join(went, " "); err != nil || !strings.Contains(got, "createSession create multi") {
		t.Errorf("Apache went on with %s, %v", got, err)
	}
}

func bySession(sessions []snapshot.Session) map[int64]int32 {
	m := make(map[int64]int32)
	for _, s := range sessions {
		m[s.ID] = s.Timeout
	}
	return m
}

func aclOf(d *database, path string) []wire.ACL {
	for _, l := range d.lists {
		if l.ID == d.node(path).ACL {
			return l.ACL
		}
	}
	return nil
}
