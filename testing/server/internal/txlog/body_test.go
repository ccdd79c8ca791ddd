package txlog_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

var acl = []wire.ACL{{Perms: wire.PermRead, Scheme: "digest", ID: "ann:hash="}, {Perms: wire.PermAll, Scheme: "ip", ID: "::1"}}

// bodies has every type, with all fields filled, and the forms that the format tells apart.
var bodies = []struct {
	op   wire.Op
	body wire.Record
}{
	{wire.OpCreate, &txlog.Create{Path: "/a", Data: []byte("x"), ACL: acl, Ephemeral: true, ParentCversion: 3}},
	{wire.OpCreate, &txlog.Create{Path: "/a", Data: []byte{}, ACL: []wire.ACL{}}},
	{wire.OpCreate, &txlog.Create{Path: "/a"}},
	{wire.OpCreate2, &txlog.Create{Path: "/a", Data: []byte("x"), ACL: acl, Ephemeral: true, ParentCversion: 3}},
	{wire.OpCreateContainer, &txlog.CreateContainer{Path: "/a", Data: []byte("x"), ACL: acl, ParentCversion: 3}},
	{wire.OpCreateTTL, &txlog.CreateTTL{Path: "/a", Data: []byte("x"), ACL: acl, ParentCversion: 3, TTL: 1 << 35}},
	{wire.OpDelete, &txlog.Delete{Path: "/a"}},
	{wire.OpDeleteContainer, &txlog.Delete{Path: "/a"}},
	{wire.OpSetData, &txlog.SetData{Path: "/a", Data: []byte("x"), Version: 4}},
	{wire.OpSetData, &txlog.SetData{Path: "/a"}},
	{wire.OpReconfig, &txlog.SetData{Path: "/zookeeper/config", Data: []byte("x"), Version: -1}},
	{wire.OpSetACL, &txlog.SetACL{Path: "/a", ACL: acl, Version: 5}},
	{wire.OpCreateSession, &txlog.CreateSession{Timeout: 4000}},
	{wire.OpCloseSession, &txlog.CloseSession{Paths: []string{"/a", "/b"}}},
	{wire.OpCloseSession, &txlog.CloseSession{Paths: []string{}}},
	{wire.OpError, &txlog.Error{Code: wire.NoNode}},
	{wire.OpMulti, &txlog.Multi{Ops: []txlog.Sub{{Type: wire.OpDelete, Data: []byte{0, 0, 0, 0}}, {Type: wire.OpCheck, Data: []byte{}}, {Type: wire.OpError}}}},
	{wire.OpMulti, &txlog.Multi{Ops: []txlog.Sub{}}},
}

func TestRoundTrip(t *testing.T) {
	for _, b := range bodies {
		for _, digest := range []txlog.Digest{{}, {Version: 2, Sum: 1<<63 + 5}} {
			txn := txlog.Txn{Header: txlog.Header{Session: 1 << 60, Cxid: -2, Zxid: 3 << 32, Time: now, Type: b.op}, Body: b.body, Digest: digest}
			payload := txn.AppendTo([]byte("before"))[len("before"):]
			var got txlog.Txn
			if err := got.Unmarshal(payload); err != nil {
				t.Errorf("%+v: %v", txn, err)
				continue
			}
			if !reflect.DeepEqual(got, txn) {
				t.Errorf("decoded %+v, want %+v", got, txn)
			}
			for n := range payload {
				cut := payload[:n:n]
				var got txlog.Txn
				err := got.Unmarshal(cut)
				// What is cut between body and digest is whole, and so are the old forms.
				if err == nil && !bytes.Equal(got.AppendTo(nil), cut) {
					t.Errorf("%v cut to %d of %d bytes: %+v", b.op, n, len(payload), got)
				}
				if err != nil && !errors.Is(err, txlog.ErrBody) {
					t.Errorf("%v cut to %d of %d bytes: %v", b.op, n, len(payload), err)
				}
			}
		}
	}
}

func TestOldForms(t *testing.T) {
	h := txlog.Header{Session: 1, Zxid: 2, Time: now}
	for _, body := range []wire.Record{
		&txlog.Create{Path: "/a", Data: []byte("x"), ACL: acl, Ephemeral: true, ParentCversion: -1, Old: true},
		&txlog.CloseSession{Old: true},
	} {
		for _, op := range []wire.Op{wire.OpCreate, wire.OpCreate2, wire.OpCloseSession} {
			if _, isCreate := body.(*txlog.Create); isCreate == (op == wire.OpCloseSession) {
				continue
			}
			h.Type = op
			want := txlog.Txn{Header: h, Body: body}
			var got txlog.Txn
			err := got.Unmarshal(want.AppendTo(nil))
			if op == wire.OpCreate2 {
				if !errors.Is(err, txlog.ErrBody) {
					t.Errorf("create2 has no old form, but: %v", err)
				}
				continue
			}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("decoded %+v, %v, want %+v", got, err, want)
			}
		}
	}
	sub := txlog.Sub{Type: wire.OpCreate2, Data: (&txlog.Create{Path: "/a", Old: true}).AppendTo(nil)}
	if _, err := sub.Decode(); !errors.Is(err, txlog.ErrBody) {
		t.Errorf("create2 in a multi: %v", err)
	}
}

// No paths are written as an empty list, whatever they are in memory.
func TestNoPaths(t *testing.T) {
	if b := (&txlog.CloseSession{}).AppendTo(nil); !bytes.Equal(b, make([]byte, 4)) {
		t.Errorf("%x", b)
	}
}

func TestUnknownTypes(t *testing.T) {
	for _, op := range []wire.Op{wire.OpCheck, wire.OpGetData, wire.OpPing, 99, -99} {
		txn := txlog.Txn{Header: txlog.Header{Zxid: 1, Type: op}, Body: &txlog.Check{Path: "/a"}}
		if err := new(txlog.Txn).Unmarshal(txn.AppendTo(nil)); !errors.Is(err, txlog.ErrBody) {
			t.Errorf("%v: %v", op, err)
		}
	}
}

func TestMulti(t *testing.T) {
	var m txlog.Multi
	for _, b := range bodies {
		m.Add(b.op, b.body)
	}
	m.Add(wire.OpCheck, &txlog.Check{Path: "/a", Version: 3})
	if !m.Failed() || (&txlog.Multi{Ops: m.Ops[:2]}).Failed() {
		t.Error("a multi has failed if an error is in it")
	}
	for i, sub := range m.Ops {
		body, err := sub.Decode()
		switch sub.Type {
		case wire.OpMulti, wire.OpSetACL, wire.OpReconfig, wire.OpCreateSession, wire.OpCloseSession:
			if !errors.Is(err, txlog.ErrBody) {
				t.Errorf("%v in a multi: %v", sub.Type, err)
			}
		case wire.OpCheck:
			if err != nil || !reflect.DeepEqual(body, &txlog.Check{Path: "/a", Version: 3}) {
				t.Errorf("%+v, %v", body, err)
			}
		default:
			if err != nil || !reflect.DeepEqual(body, bodies[i].body) {
				t.Errorf("%v: %+v, %v, want %+v", sub.Type, body, err, bodies[i].body)
			}
		}
		if sub.Data = sub.Data[:len(sub.Data)-1]; sub.Type == wire.OpError {
			continue
		}
		if _, err := sub.Decode(); !errors.Is(err, txlog.ErrBody) {
			t.Errorf("%v without its end: %v", sub.Type, err)
		}
	}
	// Apache makes an error of an operation and leaves the operation's bytes.
	changed := txlog.Sub{Type: wire.OpError, Data: m.Ops[0].Data}
	if body, err := changed.Decode(); err != nil || body.(*txlog.Error).Code != wire.RuntimeInconsistency {
		t.Errorf("%+v, %v", body, err)
	}
}

// The first record of an Apache log, by hand.
func TestBytes(t *testing.T) {
	const want = "0300001bd3cc0000" + "00000000" + "0000000100000001" + "000001a1ffcd9156" + "fffffff6" + "00002710" + "00000002" + "0000000051c6d660"
	txn := txlog.Txn{
		Header: txlog.Header{Session: 0x0300001bd3cc0000, Zxid: 1<<32 + 1, Time: 0x1a1ffcd9156, Type: wire.OpCreateSession},
		Body:   &txlog.CreateSession{Timeout: 10000}, Digest: txlog.Digest{Version: 2, Sum: 0x51c6d660},
	}
	payload := txn.AppendTo(nil)
	if got := hex.EncodeToString(payload); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := hex.EncodeToString(record(payload)[:12]); got != "00000000ebb20b8e00000030" {
		t.Errorf("checksum and length %s", got)
	}
}
