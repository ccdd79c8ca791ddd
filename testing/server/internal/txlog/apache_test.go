package txlog_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// Every record of Apache's means something, and what it means is written as Apache wrote it.
func TestApacheFiles(t *testing.T) {
	for _, server := range []string{"s1", "s2", "s3"} {
		dir := apache(t, server)
		names, err := dir.List()
		ok(t, err)
		for _, name := range names {
			file := content(t, dir, name)
			txns, tail, end, err := all(t, dir, name)
			if err != nil || tail != txlog.TailExact || end != int64(len(file)) || len(txns) == 0 {
				t.Errorf("%s/%s: %d transactions, %v, %v", server, name, len(txns), tail, err)
				continue
			}
			if got := txlog.Name(txns[0].Zxid); got != name {
				t.Errorf("%s/%s begins at %s", server, name, got)
			}
			again := disk.NewMemory()
			w := txlog.NewWriter(again, txlog.Options{Prealloc: 64 << 10}) // as those servers did
			ok(t, w.Append(txns...))
			ok(t, w.Close())
			want := append(file, make([]byte, 16+64<<10-len(file))...)
			if got := content(t, again, name); !bytes.Equal(got, want) {
				t.Errorf("%s/%s: written again it is %d bytes, want %d", server, name, len(got), len(want))
			}
		}
	}
}

// What the clients did to one of the servers, told by its log.
func TestApacheHistory(t *testing.T) {
	want := []string{
		"session 10000", "create /d1 one", "setData /d1 two 1", "delete /o2", "createTTL /ttl t 60000", "createContainer /cont c",
		"multi of 4, failed false", "multi of 3, failed true", "setACL /d1 [{1 world anyone}] 1", "create /seq-0000000007 ",
		"create /c2 ", "close []", "session 40000", "create /t0 ok",
	}
	var got []string
	_, err := txlog.Replay(apache(t, "s1"), 1<<32+10, txlog.MaxPayload, func(rec *txlog.Record) error {
		txn, err := rec.Txn()
		if err != nil || txn.Zxid > 2<<32 {
			return err
		}
		switch b := txn.Body.(type) {
		case *txlog.Create:
			got = append(got, "create "+b.Path+" "+string(b.Data))
		case *txlog.CreateTTL:
			got = append(got, fmt.Sprintf("createTTL %s %s %d", b.Path, b.Data, b.TTL))
		case *txlog.CreateContainer:
			got = append(got, fmt.Sprintf("createContainer %s %s", b.Path, b.Data))
		case *txlog.SetData:
			got = append(got, fmt.Sprintf("setData %s %s %d", b.Path, b.Data, b.Version))
		case *txlog.SetACL:
			got = append(got, fmt.Sprintf("setACL %s %v %d", b.Path, b.ACL, b.Version))
		case *txlog.Delete:
			got = append(got, "delete "+b.Path)
		case *txlog.Multi:
			got = append(got, fmt.Sprintf("multi of %d, failed %t", len(b.Ops), b.Failed()))
		case *txlog.CreateSession:
			got = append(got, fmt.Sprintf("session %d", b.Timeout))
		case *txlog.CloseSession:
			got = append(got, fmt.Sprintf("close %q", b.Paths))
		case *txlog.Error:
			got = append(got, b.Code.Error())
		}
		if txn.Type != wire.OpError && txn.Digest.Version != 2 {
			t.Errorf("%#x, %v has no digest", txn.Zxid, txn.Type)
		}
		return nil
	})
	ok(t, err)
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}
