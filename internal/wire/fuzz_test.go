package wire_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// Framing: whatever the pieces in which a stream arrives, it is split as the plain way splits it.
func FuzzFrames(f *testing.F) {
	for _, peer := range peers {
		var client, server []byte
		for _, x := range golden(f, peer) {
			client, server = append(client, x.frame...), append(server, x.reply...)
		}
		f.Add(client, uint16(64), uint64(1))
		f.Add(server, uint16(1<<15), uint64(2))
	}
	f.Fuzz(func(t *testing.T, stream []byte, limit uint16, seed uint64) {
		sameFrames(t, stream, int(limit), newChunked(stream, seed))
	})
}

// One target a record. Whatever the bytes, decoding them must not panic, and a record that was decoded must mean the same
// when it is encoded and decoded again.
func FuzzEmpty(f *testing.F)                        { fuzz(f, &wire.Empty{}) }
func FuzzRequestHeader(f *testing.F)                { fuzz(f, &wire.RequestHeader{}) }
func FuzzReplyHeader(f *testing.F)                  { fuzz(f, &wire.ReplyHeader{}) }
func FuzzConnectRequest(f *testing.F)               { fuzz(f, &wire.ConnectRequest{}) }
func FuzzConnectResponse(f *testing.F)              { fuzz(f, &wire.ConnectResponse{}) }
func FuzzPathRequest(f *testing.F)                  { fuzz(f, &wire.PathRequest{}) }
func FuzzPathWatchRequest(f *testing.F)             { fuzz(f, &wire.PathWatchRequest{}) }
func FuzzPathVersionRequest(f *testing.F)           { fuzz(f, &wire.PathVersionRequest{}) }
func FuzzPathResponse(f *testing.F)                 { fuzz(f, &wire.PathResponse{}) }
func FuzzCreateRequest(f *testing.F)                { fuzz(f, &wire.CreateRequest{}) }
func FuzzCreateTTLRequest(f *testing.F)             { fuzz(f, &wire.CreateTTLRequest{}) }
func FuzzCreate2Response(f *testing.F)              { fuzz(f, &wire.Create2Response{}) }
func FuzzSetDataRequest(f *testing.F)               { fuzz(f, &wire.SetDataRequest{}) }
func FuzzGetDataResponse(f *testing.F)              { fuzz(f, &wire.GetDataResponse{}) }
func FuzzStatResponse(f *testing.F)                 { fuzz(f, &wire.StatResponse{}) }
func FuzzGetACLResponse(f *testing.F)               { fuzz(f, &wire.GetACLResponse{}) }
func FuzzSetACLRequest(f *testing.F)                { fuzz(f, &wire.SetACLRequest{}) }
func FuzzGetChildrenResponse(f *testing.F)          { fuzz(f, &wire.GetChildrenResponse{}) }
func FuzzGetChildren2Response(f *testing.F)         { fuzz(f, &wire.GetChildren2Response{}) }
func FuzzGetAllChildrenNumberResponse(f *testing.F) { fuzz(f, &wire.GetAllChildrenNumberResponse{}) }
func FuzzGetEphemeralsRequest(f *testing.F)         { fuzz(f, &wire.GetEphemeralsRequest{}) }
func FuzzMultiRequest(f *testing.F)                 { fuzz(f, &wire.MultiRequest{}) }
func FuzzMultiResponse(f *testing.F)                { fuzz(f, &wire.MultiResponse{}) }
func FuzzReconfigRequest(f *testing.F)              { fuzz(f, &wire.ReconfigRequest{}) }
func FuzzCreateSessionRequest(f *testing.F)         { fuzz(f, &wire.CreateSessionRequest{}) }
func FuzzAuthRequest(f *testing.F)                  { fuzz(f, &wire.AuthRequest{}) }
func FuzzSASLToken(f *testing.F)                    { fuzz(f, &wire.SASLToken{}) }
func FuzzWhoAmIResponse(f *testing.F)               { fuzz(f, &wire.WhoAmIResponse{}) }
func FuzzSetWatchesRequest(f *testing.F)            { fuzz(f, &wire.SetWatchesRequest{}) }
func FuzzSetWatches2Request(f *testing.F)           { fuzz(f, &wire.SetWatches2Request{}) }
func FuzzAddWatchRequest(f *testing.F)              { fuzz(f, &wire.AddWatchRequest{}) }
func FuzzErrorResponse(f *testing.F)                { fuzz(f, &wire.ErrorResponse{}) }
func FuzzWatchesRequest(f *testing.F)               { fuzz(f, &wire.WatchesRequest{}) }
func FuzzWatcherEvent(f *testing.F)                 { fuzz(f, &wire.WatcherEvent{}) }

func fuzz(f *testing.F, kind wire.Record) {
	f.Helper()
	for _, b := range seeds(f, kind) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		kept := bytes.Clone(b)
		rec, again := like(kind), like(kind)
		if wire.Unmarshal(b, rec) != nil {
			return
		}
		encoded := rec.AppendTo(nil)
		if err := wire.Unmarshal(encoded, again); err != nil {
			t.Fatalf("%#v encoded as %x: %v", rec, encoded, err)
		}
		if !reflect.DeepEqual(again, rec) {
			t.Fatalf("%#v became %#v", rec, again)
		}
		if twice := again.AppendTo(nil); !bytes.Equal(twice, encoded) {
			t.Fatalf("encoded %x, then %x", encoded, twice)
		}
		if !bytes.Equal(b, kept) {
			t.Fatal("decoding wrote to its bytes")
		}
	})
}

// seeds are the bodies of one record's type in the golden files and the samples.
func seeds(tb testing.TB, kind wire.Record) [][]byte {
	tb.Helper()
	typ := reflect.TypeOf(kind)
	var all [][]byte
	for _, rec := range samples {
		if reflect.TypeOf(rec) == typ {
			all = append(all, rec.AppendTo(nil))
		}
	}
	for _, peer := range peers {
		for _, x := range golden(tb, peer) {
			request, response := wire.Record(&wire.ConnectRequest{}), wire.Record(&wire.ConnectResponse{})
			frame, reply := x.frame[4:], []byte(nil)
			switch x.kind {
			case "connect":
				reply = x.reply[4:]
			case "notify":
				request, frame = &wire.WatcherEvent{}, frame[wire.ReplyHeaderSize:]
			case "request":
				row := operation(tb, x)
				request, response = row.Request(), row.Response()
				frame, reply = frame[wire.RequestHeaderSize:], x.reply[4+wire.ReplyHeaderSize:]
			}
			if reflect.TypeOf(request) == typ {
				all = append(all, frame)
			}
			if reflect.TypeOf(response) == typ {
				all = append(all, reply)
			}
		}
	}
	return all
}
