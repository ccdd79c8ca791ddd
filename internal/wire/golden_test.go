package wire_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// exchange is one group of a golden file, see testdata/golden/README.txt.
type exchange struct {
	name    string
	kind    string // connect, request or notify
	frame   []byte // the client's, or the notification
	reply   []byte
	again   []byte // of frame, where it differs
	replyAs []byte // of reply, where it differs
}

// golden reads testdata/golden/<peer>.txt.
func golden(tb testing.TB, peer string) []exchange {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", "golden", peer+".txt"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var all []exchange
	var name string
	var again *[]byte
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		if word == "#" || word == "" {
			name = rest
			continue
		}
		b, err := hex.DecodeString(strings.TrimSpace(rest))
		if err != nil {
			tb.Fatalf("%s: %s: %v", peer, name, err)
		}
		switch word {
		case "connect", "request", "notify":
			all = append(all, exchange{name: name, kind: word, frame: b})
			again = &all[len(all)-1].again
		case "accept", "reply":
			all[len(all)-1].reply = b
			again = &all[len(all)-1].replyAs
		case "again":
			*again = b
		default:
			tb.Fatalf("%s: a line that begins with %q", peer, word)
		}
	}
	if err := lines.Err(); err != nil {
		tb.Fatal(err)
	}
	return all
}

var peers = []string{"java", "java_sasl", "kazoo", "gozk"}

func TestGolden(t *testing.T) {
	seen := map[wire.Op]bool{}
	for _, peer := range peers {
		t.Run(peer, func(t *testing.T) {
			for _, x := range golden(t, peer) {
				switch x.kind {
				case "connect":
					check(t, x.name, x.frame, x.again, &wire.ConnectRequest{})
					check(t, x.name, x.reply, x.replyAs, &wire.ConnectResponse{})
				case "notify":
					h := &wire.ReplyHeader{}
					check(t, x.name, x.frame, x.again, h, &wire.WatcherEvent{})
					// Apache 3.8 has no zxid in a notification.
					if h.Xid != wire.XidNotification || h.Zxid != -1 || h.Err != wire.OK {
						t.Errorf("%s: header %+v", x.name, h)
					}
				case "request":
					h, p := &wire.RequestHeader{}, &wire.ReplyHeader{}
					row := operation(t, x)
					check(t, x.name, x.frame, x.again, h, row.Request())
					body := row.Response()
					if wire.Unmarshal(x.reply[4:], p) == nil && p.Err != wire.OK {
						body = &wire.Empty{}
					}
					check(t, x.name, x.reply, x.replyAs, p, body)
					if h.Xid != p.Xid {
						t.Errorf("%s: xid %d answered with %d", x.name, h.Xid, p.Xid)
					}
					seen[h.Op] = true
				}
			}
		})
	}
	for op, row := range wire.Operations {
		if !seen[op] && row.Kind != wire.KindInternal && op != wire.OpCheck { // check travels only in a multi
			t.Errorf("no golden bytes of %v", op)
		}
	}
}

func operation(tb testing.TB, x exchange) wire.Operation {
	tb.Helper()
	var h wire.RequestHeader
	if err := wire.Unmarshal(x.frame[4:], &h); err != nil {
		tb.Fatal(err)
	}
	row, ok := h.Op.Lookup()
	if !ok || !strings.HasPrefix(x.name, row.Name) {
		tb.Fatalf("%s: decoded as %v", x.name, h.Op)
	}
	return row
}

// check decodes the records of one frame, which must use it up, and encodes them again: to the same bytes, unless again
// says otherwise.
func check(t *testing.T, name string, frame, again []byte, recs ...wire.Record) {
	t.Helper()
	if int(binary.BigEndian.Uint32(frame)) != len(frame)-4 {
		t.Fatalf("%s: a frame of %d bytes says %d", name, len(frame), binary.BigEndian.Uint32(frame))
	}
	r := wire.NewReader(frame[4:])
	for _, rec := range recs {
		rec.Decode(&r)
	}
	if r.Err() != nil || len(r.Rest()) != 0 {
		t.Errorf("%s: error %v, %d bytes left of %x", name, r.Err(), len(r.Rest()), frame)
	}
	want := frame
	if again != nil {
		want = again
	}
	if got := wire.AppendFrame(nil, recs...); !bytes.Equal(got, want) {
		t.Errorf("%s: encoded again\n%x, want\n%x", name, got, want)
	}
}

// What was said, as the programs that were recorded said it.
func TestGoldenFields(t *testing.T) {
	open := wire.OpenACL
	tests := []struct {
		peer string
		op   wire.Op
		nth  int // among the peer's exchanges of this operation
		want wire.Record
	}{
		{"java", wire.OpCreate, 0, &wire.CreateRequest{Path: "/a", Data: []byte("hello"), ACL: open}},
		{"java", wire.OpCreate, 1, &wire.CreateRequest{Path: "/a/null", ACL: open}},
		{"java", wire.OpCreate, 2, &wire.CreateRequest{Path: "/a/empty", Data: []byte{}, ACL: open}},
		{"java", wire.OpCreate, 3, &wire.CreateRequest{Path: "/a/s-", Data: []byte("x"), ACL: open, Mode: wire.PersistentSequential}},
		{"java", wire.OpCreate2, 0, &wire.CreateRequest{Path: "/a/c2", Data: []byte("two"), ACL: open, Mode: wire.EphemeralSequential}},
		{"java", wire.OpCreateContainer, 0, &wire.CreateRequest{Path: "/a/container", ACL: open, Mode: wire.Container}},
		{"java", wire.OpCreateTTL, 1, &wire.CreateTTLRequest{
			CreateRequest: wire.CreateRequest{Path: "/a/ttl-", Data: []byte("t"), ACL: open, Mode: wire.PersistentSequentialTTL}, TTL: 3600000}},
		{"java", wire.OpSetACL, 0, &wire.SetACLRequest{Path: "/a", ACL: []wire.ACL{
			{Perms: wire.PermAll, Scheme: "world", ID: "anyone"}, {Perms: wire.PermRead | wire.PermWrite, Scheme: "ip", ID: "127.0.0.1/8"}}}},
		{"java", wire.OpAddWatch, 1, &wire.AddWatchRequest{Path: "/m", Mode: wire.AddPersistentRecursive}},
		{"java", wire.OpRemoveWatches, 0, &wire.WatchesRequest{Path: "/unwatched", Type: wire.WatcherAny}},
		{"java", wire.OpGetEphemerals, 1, &wire.GetEphemeralsRequest{Prefix: "/a/e"}},
		{"java", wire.OpAuth, 0, &wire.AuthRequest{Scheme: "digest", Auth: []byte("ann:secret")}},
		{"java", wire.OpReconfig, 0, &wire.ReconfigRequest{Joining: "server.2=127.0.0.1:2888:3888;2181", CurConfigID: -1}},
		{"java", wire.OpMulti, 1, &wire.MultiRequest{Ops: []wire.MultiOp{
			{Op: wire.OpCheck, Body: &wire.PathVersionRequest{Path: "/a", Version: -1}},
			{Op: wire.OpDelete, Body: &wire.PathVersionRequest{Path: "/nowhere", Version: -1}},
			{Op: wire.OpSetData, Body: &wire.SetDataRequest{Path: "/a", Version: -1}}}}},
		{"kazoo", wire.OpDelete, 0, &wire.PathVersionRequest{Path: "/none", Version: -1}},
		{"gozk", wire.OpCreateTTL, 0, &wire.CreateTTLRequest{
			CreateRequest: wire.CreateRequest{Path: "/g/ttl", Data: []byte("t"), ACL: open, Mode: wire.PersistentTTL}, TTL: 60000}},
	}
	for _, tt := range tests {
		x := nth(t, tt.peer, tt.op, tt.nth)
		got := like(tt.want)
		if err := wire.Unmarshal(x.frame[4+wire.RequestHeaderSize:], got); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s, %v %d: %#v, %v; want %#v", tt.peer, tt.op, tt.nth, got, err, tt.want)
		}
	}
}

func TestGoldenReplies(t *testing.T) {
	body := func(op wire.Op, n int, into wire.Record) {
		t.Helper()
		x := nth(t, "java", op, n)
		if err := wire.Unmarshal(x.reply[4+wire.ReplyHeaderSize:], into); err != nil {
			t.Fatalf("%v %d: %v", op, n, err)
		}
	}
	var who wire.WhoAmIResponse
	body(wire.OpWhoAmI, 0, &who)
	if want := []wire.ClientInfo{{Scheme: "digest", User: "ann"}, {Scheme: "ip", User: "127.0.0.1"}}; !reflect.DeepEqual(who.Clients, want) {
		t.Errorf("whoAmI: %+v", who.Clients)
	}
	var data wire.GetDataResponse
	if body(wire.OpGetData, 1, &data); data.Data != nil {
		t.Errorf("null data reads as %q", data.Data)
	}
	if body(wire.OpGetData, 2, &data); data.Data == nil || len(data.Data) != 0 {
		t.Errorf("empty data reads as %#v", data.Data)
	}
	var multi wire.MultiResponse
	body(wire.OpMulti, 1, &multi)
	var codes []wire.Code
	for _, res := range multi.Results {
		codes = append(codes, res.Err)
	}
	if want := []wire.Code{wire.OK, wire.NoNode, wire.RuntimeInconsistency}; !reflect.DeepEqual(codes, want) {
		t.Errorf("failed multi: %v", codes)
	}
	body(wire.OpMultiRead, 0, &multi)
	if r := multi.Results; len(r) != 5 || string(r[0].Data) != "there" || r[0].Stat.Version != 1 || len(r[1].Children) == 0 ||
		r[2].Err != wire.NoNode || r[3].Data != nil || r[4].Children == nil {
		t.Errorf("multiRead: %+v", r)
	}
}

// nth returns a peer's nth exchange of an operation.
func nth(t *testing.T, peer string, op wire.Op, n int) exchange {
	t.Helper()
	for _, x := range golden(t, peer) {
		if x.kind == "request" && wire.Op(int32(binary.BigEndian.Uint32(x.frame[8:]))) == op {
			if n == 0 {
				return x
			}
			n--
		}
	}
	t.Fatalf("%s: too few exchanges of %v", peer, op)
	return exchange{}
}
