package txlog_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// toolkit lets Apache's own tool print a log. It loads the body of every transaction.
func toolkit(t *testing.T, file string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := foreign.Start(t, foreign.Java(t, foreign.ZooKeeper(t), "org.apache.zookeeper.server.persistence.TxnLogToolkit", "-d", file)...)
	if err := p.Wait(ctx); err != nil {
		t.Errorf("TxnLogToolkit: %v\n%s", err, p.Output())
	}
	return p.Output()
}

// Apache's tool finds in our log what we wrote.
func TestApacheReads(t *testing.T) {
	path := t.TempDir()
	dir, err := disk.Open(path)
	ok(t, err)
	w := txlog.NewWriter(dir, txlog.Options{Prealloc: 1 << 16})
	var txns []txlog.Txn
	for i, b := range bodies {
		if _, isMulti := b.body.(*txlog.Multi); isMulti {
			m := new(txlog.Multi)
			m.Add(wire.OpCreate, bodies[0].body)
			m.Add(wire.OpSetData, &txlog.SetData{Path: "/a", Data: []byte("x"), Version: 4})
			m.Add(wire.OpCheck, &txlog.Check{Path: "/a", Version: 3})
			m.Add(wire.OpError, &txlog.Error{Code: wire.NoNode})
			b.body = m
		}
		txns = append(txns, txlog.Txn{
			Header: txlog.Header{Session: 0x1122334455667788, Cxid: 0x77, Zxid: 5<<32 + int64(i) + 1, Time: now, Type: b.op}, Body: b.body,
		})
		if i%2 == 0 {
			txns[i].Digest = txlog.Digest{Version: 2, Sum: 0xabc}
		}
	}
	old := txlog.Txn{Header: txns[0].Header, Body: &txlog.Create{Path: "/old", ACL: wire.OpenACL, ParentCversion: -1, Old: true}}
	old.Zxid = 5<<32 + int64(len(txns)) + 1
	end := txlog.Txn{Header: old.Header, Body: &txlog.CloseSession{Old: true}}
	end.Type, end.Zxid = wire.OpCloseSession, old.Zxid+1
	txns = append(txns, old, end)
	ok(t, w.Append(txns[:5]...))
	ok(t, w.Append(txns[5:]...))
	ok(t, w.Close())

	out := toolkit(t, filepath.Join(path, txlog.Name(txns[0].Zxid)))
	if !strings.Contains(out, fmt.Sprintf("EOF reached after %d txns.", len(txns))) || strings.Contains(out, "CRC") {
		t.Errorf("%d transactions were written:\n%s", len(txns), out)
	}
	for _, txn := range txns {
		line := fmt.Sprintf("session 0x%x cxid 0x%x zxid 0x%x", txn.Session, txn.Cxid, txn.Zxid)
		if !strings.Contains(out, line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
	for _, want := range []string{
		" create /a,x,[1,s{'digest,'ann:hash=}", " create /a,,null,false,0\n", " create /old,,", "],false,-1\n", " createTtl /a,x,", "],3,34359738368\n",
		" delete '/a\n", " deleteContainer '/a\n", " setData /a,x,4\n", " reconfig /zookeeper/config,x,-1\n", " createSession 4000\n",
		" closeSession v{'/a,'/b}\n", " closeSession v{}\n", " error -101\n", ";setData:",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}

	// What we cut, Apache finds cut there.
	ok(t, txlog.TruncateAfter(dir, txns[6].Zxid, txlog.MaxPayload))
	if out := toolkit(t, filepath.Join(path, txlog.Name(txns[0].Zxid))); !strings.Contains(out, "EOF reached after 7 txns.") {
		t.Errorf("cut behind 7:\n%s", out)
	}
}
