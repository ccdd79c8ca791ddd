package snapshot_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

// Written again, each of Apache's files is the same.
func TestApacheFiles(t *testing.T) {
	for name, file := range theirs(t) {
		d, err := decode(bytes.NewReader(file))
		if err != nil || d.Digest == nil || d.LastZxid != nil {
			t.Errorf("%s: %+v, %v", name, d.Trailer, err)
			continue
		}
		if zxid, _ := snapshot.Zxid(name); d.Digest.Zxid != zxid || d.Digest.Version != 2 {
			t.Errorf("%s: the digest is of %#x, version %d", name, d.Digest.Zxid, d.Digest.Version)
		}
		if got := encode(t, d); !bytes.Equal(got, file) {
			t.Errorf("%s: written again\n%x, want\n%x", name, got, file)
		}
	}
}

func TestApacheFresh(t *testing.T) {
	got, err := decode(bytes.NewReader(theirs(t)["snapshot.0"]))
	ok(t, err)
	want := fresh()
	want.Digest = &snapshot.Digest{Version: 2}
	config := got.node("/zookeeper/config")
	if !strings.HasPrefix(string(config.Data), "server.1=127.0.0.1:23021:23031:participant\n") || config.Stat.Mtime == 0 {
		t.Errorf("%s, %+v", config.Data, config.Stat)
	}
	config.Data, config.Stat.Mtime = []byte{}, 0 // those of an ensemble
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestApacheContents(t *testing.T) {
	d, err := decode(bytes.NewReader(theirs(t)["snapshot.100000018"]))
	ok(t, err)
	const z = 1 << 32
	if want := strings.Fields("/a /c2 /cont /d1 /o /seq-0000000007 /t0 /ttl /zookeeper /zookeeper/config /zookeeper/quota"); !slices.Equal(d.paths()[1:], want) {
		t.Errorf("%q", d.paths())
	}
	if len(d.sessions) != 1 || d.sessions[0].Timeout != 40000 {
		t.Errorf("%+v", d.sessions)
	}
	want := []snapshot.List{{ID: 1, ACL: readOnly}, {ID: 2, ACL: wire.OpenACL}}
	if !reflect.DeepEqual(d.lists, want) {
		t.Errorf("%+v, want %+v", d.lists, want)
	}
	if root := d.node(""); root.Stat != (snapshot.Stat{Cversion: 10, Pzxid: z + 0x18}) {
		t.Errorf("root: %+v", root)
	}
	d1 := snapshot.Node{Path: "/d1", Data: []byte("three"), ACL: 1, Stat: snapshot.Stat{
		Czxid: z + 12, Mzxid: z + 17, Ctime: 1795293077672, Mtime: 1795293077703, Version: 2, Aversion: 1, Pzxid: z + 12}}
	if got := d.node("/d1"); !reflect.DeepEqual(*got, d1) {
		t.Errorf("%+v, want %+v", *got, d1)
	}
	if c, ttl := d.node("/cont").Stat.EphemeralOwner, d.node("/ttl").Stat.EphemeralOwner; c != -1<<63 || uint64(ttl) != 0xff00_0000_0000_0000|60000 {
		t.Errorf("owners %#x and %#x", uint64(c), uint64(ttl))
	}
}
