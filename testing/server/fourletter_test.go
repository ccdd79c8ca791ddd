package server_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// say sends a connection's first bytes and returns all that comes back until the server closes it.
func say(t *testing.T, nc net.Conn, parts ...string) string {
	t.Helper()
	defer nc.Close()
	for i, part := range parts {
		if i > 0 {
			time.Sleep(5 * time.Millisecond) // not in one packet, if it can be helped
		}
		if _, err := io.WriteString(nc, part); err != nil {
			t.Fatalf("%q: %v", parts, err)
		}
	}
	_ = nc.SetReadDeadline(time.Now().Add(3 * patience)) // the server gives up before
	answer, err := io.ReadAll(nc)
	if err != nil {
		t.Fatalf("%q: %q, then %v", parts, answer, err)
	}
	return string(answer)
}

func TestFourLetterWordsAreTheFirstBytes(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		mask := string(binary.BigEndian.AppendUint64(nil, 258))
		for _, c := range []struct {
			send []string
			want string
		}{
			{[]string{"ruok"}, "imok"},
			{[]string{"r", "u", "ok"}, "imok"},
			{[]string{"ruok\n"}, "imok"},
			{[]string{"ruokruok" + strings.Repeat("x", 100)}, "imok"},
			{[]string{"isro"}, "rw"},
			{[]string{"gtmk"}, "306"},
			{[]string{"stmk", mask[:3], mask[3:]}, "258"},
			{[]string{"gtmk"}, "258"},
			{[]string{"srst"}, "Server stats reset.\n"},
			{[]string{"crst"}, "Connection stats reset.\n"},
			{[]string{"dirs"}, "datadir_size: 0\nlogdir_size: 0\n"},
			{[]string{"hash"}, ""},
			{[]string{"wchs"}, "0 connections watching 0 paths\nTotal watches:0\n"},
			{[]string{"wchc"}, "\n"},
			{[]string{"wchp"}, "\n"},
			{[]string{"RUOK"}, ""}, // a length that cannot be, as are the others
			{[]string{"kill"}, ""},
			{[]string{"reqs"}, ""},
		} {
			if got := say(t, dial(), c.send...); got != c.want {
				t.Errorf("%q: %q, want %q", c.send, got, c.want)
			}
		}
		c := connect(t, dial())
		c.write([]byte("ruok"))
		c.gone()
	}, server.WithFourLetterWords("*"))
}

func TestFourLetterWordsAreOnAList(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		if got := say(t, dial(), "ruok"); got != "ruok is not executed because it is not in the whitelist.\n" {
			t.Errorf("%q", got)
		}
		if got := say(t, dial(), "srvr"); !strings.HasPrefix(got, "Zookeeper version: 3.9.5-") {
			t.Errorf("%q", got)
		}
	})
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		for word, listed := range map[string]bool{"ruok": true, "isro": true, "srvr": true, "stat": false, "stmk": false} {
			if got := say(t, dial(), word); strings.Contains(got, "whitelist") == listed {
				t.Errorf("%s: %q", word, got)
			}
		}
	}, server.WithFourLetterWords("ruok", "isro"))
	if _, err := server.New(server.WithFourLetterWords("ruok", "kill")); err == nil || !strings.Contains(err.Error(), `"kill"`) {
		t.Errorf("%v", err)
	}
}

// Who asks half a word is closed like everyone who does not shake hands, after 10 to 20 s, when a span of 10 s since the start of the
// server is over; a word that waits for nothing ends with the server.
func TestFourLetterWordsEnd(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		for _, half := range []string{"ru", "stmk\x00\x00"} {
			begin := time.Now()
			if got := say(t, dial(), half); got != "" || time.Since(begin) != 20*time.Second {
				t.Errorf("%q: %q after %v", half, got, time.Since(begin))
			}
		}
		if got := say(t, dial(), "mntr"); !strings.Contains(got, "zk_sessionless_connections_expired\t2\n") {
			t.Error("who was closed is not counted")
		}
		open := dial()
		defer open.Close()
		if _, err := io.WriteString(open, "stmk"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}, server.WithFourLetterWords("*"))
}

// The counters of the words can be reset; those of Stats cannot.
func TestFourLetterWordsCount(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.mk("/a")
		c.call(wire.OpDelete, version("/missing", -1))
		cons := say(t, dial(), "cons")
		if !strings.Contains(cons, "recved=3,sent=3,") || !strings.Contains(cons, ",lop=NA,") || !strings.Contains(cons, ",lcxid=0x2,lzxid=0x3,") {
			t.Errorf("%q", cons)
		}
		say(t, dial(), "crst")
		if cons := say(t, dial(), "cons"); !strings.Contains(cons, "recved=0,sent=0,") || !strings.Contains(cons, ",lop=NA,") || !strings.Contains(cons, ",to=10000,lzxid=0xffffffffffffffff,lresp=0,") {
			t.Errorf("%q", cons)
		}
		say(t, dial(), "srst")
		if srvr := say(t, dial(), "srvr"); !strings.Contains(srvr, "\nReceived: 1\nSent: 1\nConnections: 2\nOutstanding: 0\nZxid: 0x3\n") {
			t.Errorf("%q", srvr)
		}
		if got := s.Stats(); got.PacketsReceived != 3 || got.PacketsSent != 3 {
			t.Errorf("the words have changed Stats: %+v", got)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if mntr := say(t, dial(), "mntr"); !strings.Contains(mntr, "zk_uptime\t0\n") || !strings.Contains(mntr, "zk_packets_received\t1\n") {
			t.Errorf("after a restart: %q", mntr)
		}
	}, server.WithFourLetterWords("*"))
}

// scene is what the two servers are asked about: two sessions, one of them with an ephemeral and watches, and a connection
// that has not shaken hands.
func scene(t *testing.T, addr string) []*raw {
	t.Helper()
	one, two, idle := connect(t, dialTCP(t, addr)), connect(t, dialTCP(t, addr)), newRaw(t, dialTCP(t, addr))
	one.ok(wire.OpCreate, create("/a", "xyz", wire.Persistent), nil)
	one.ok(wire.OpCreate, create("/a/e", "", wire.Ephemeral), nil)
	one.mk("/zookeeper/quota/a")
	one.ok(wire.OpCreate, create("/zookeeper/quota/a/zookeeper_limits", "count=9,bytes=-1=;byteHardLimit=1000", wire.Persistent), nil)
	one.ok(wire.OpCreate, create("/zookeeper/quota/a/zookeeper_stats", "", wire.Persistent), nil)
	one.mk("/zookeeper/quota/b")
	one.ok(wire.OpCreate, create("/zookeeper/quota/b/zookeeper_limits", "count=9,bytes=-1", wire.Persistent), nil)
	one.mk("/b")
	one.mk("/b/ü")
	one.ok(wire.OpMulti, multi(op(wire.OpCheck, version("/b", -1)), op(wire.OpSetData, set("/b", "12345", -1)), op(wire.OpDelete, version("/b/ü", -1))), nil)
	one.ok(wire.OpMultiRead, multi(op(wire.OpGetData, read("/b")), op(wire.OpGetChildren, read("/a")), op(wire.OpGetData, read("/none"))), nil)
	one.ok(wire.OpGetChildren2, read("/a"), nil)
	one.ok(wire.OpGetACL, at("/a"), nil)
	one.ok(wire.OpSync, at("/a"), nil)
	one.ok(wire.OpGetAllChildrenNumber, at("/a"), nil)
	one.ok(wire.OpExists, read("/a/e"), nil)
	one.ok(wire.OpSetACL, &wire.SetACLRequest{Path: "/b", ACL: wire.OpenACL, Version: -1}, nil)
	one.ok(wire.OpGetData, watch("/a"), nil)
	one.call(wire.OpExists, watch("/nope"))
	two.ok(wire.OpGetData, watch("/a"), nil)
	two.ok(wire.OpGetChildren, watch("/a"), nil)
	two.ok(wire.OpGetData, watch("/a/e"), nil)
	one.ok(wire.OpSetData, set("/a/e", "new", -1), nil)
	two.call(wire.OpDelete, version("/a", 7))
	for _, c := range []*raw{two, one} {
		c.write(wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{}))
		if r := c.recv(); r.Xid != wire.XidPing {
			t.Errorf("%+v for a ping", r)
		}
	}
	return []*raw{one, two, idle}
}

// What must differ: time, addresses, the version, the ids of sessions.
var blurred = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`3\.\d+\.\d+-.*, built on \d{4}-\d\d-\d\d \d\d:\d\d UTC`), "VERSION"},
	{regexp.MustCompile(`min/avg/max: \d+/\d+\.\d+(E-\d)?/\d+`), "LATENCY"},
	{regexp.MustCompile(`/127\.0\.0\.1:\d+`), "ADDR"},
	{regexp.MustCompile(`expire at \w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}:`), "expire at DATE:"},
	{regexp.MustCompile(`(est|lresp|llat|minlat|avglat|maxlat)=\d+`), "$1=N"},
	{regexp.MustCompile(`Sets \(\d+\)/`), "Sets (N)/"}, // Apache counts empty ones too
	{regexp.MustCompile(`(?m)^0 expire at DATE:\n`), ""},
	{regexp.MustCompile(`(?m)^(\d+) expire at DATE:\n`), ""}, // what expires together depends on the moment
	{regexp.MustCompile(`(clientPort|data(Log)?Dir|data(Dir|Log)Size)=.*`), "$1=..."},
	{regexp.MustCompile(`(data|log)dir_size: \d+`), "$1 size"},
}

// blurText makes answers comparable; lines that Apache writes in the order of its hash tables are sorted.
func blurText(word, s string, conns []*raw) string {
	for _, b := range blurred {
		s = b.what.ReplaceAllString(s, b.with)
	}
	for i, c := range conns {
		if id := c.session.SessionID; id != 0 {
			s = strings.ReplaceAll(s, fmt.Sprintf("0x%x", id), fmt.Sprintf("SESSION%d", i))
		}
	}
	lines := strings.SplitAfter(s, "\n")
	switch word {
	case "envi": // other machines
		for i, line := range lines {
			lines[i], _, _ = strings.Cut(line, "=")
		}
	case "stat", "cons", "dump", "wchc", "wchp":
		slices.Sort(lines)
	}
	return strings.Join(lines, "")
}

func TestFourLetterWordsAgainstApache(t *testing.T) {
	theirs := apache.Start(t, "maxClientCnxns=60").Addr()
	ours := start(t, server.WithFourLetterWords("*"), server.WithVersion(server.V38)).Addr()
	before := []string{"srst", "ruok", "isro", "gtmk", "hash", "xxxx"}
	after := []string{"srvr", "stat", "cons", "wchs", "wchc", "wchp", "dump", "dirs", "conf", "envi", "mntr", "crst", "cons", "srst", "srvr", "mntr"}
	addrs := [2]string{theirs, ours}
	var conns [2][]*raw
	ask := func(side int, word string) string {
		return blurText(word, say(t, dialTCP(t, addrs[side]), word), conns[side])
	}
	compare := func(words []string) {
		var answers [2][]string
		for side := range addrs {
			for _, w := range words {
				answers[side] = append(answers[side], ask(side, w))
			}
		}
		for i, w := range words {
			diff := difference(w, answers[1][i], answers[0][i])
			// Apache is not always done with one connection when the next asks. What is only late is there at the next question.
			for try := 0; diff != "" && try < 5; try++ {
				time.Sleep(100 * time.Millisecond) // real time: it is Apache's
				diff = difference(w, ask(1, w), ask(0, w))
			}
			if diff != "" {
				t.Errorf("%s: %s", w, diff)
			}
		}
	}
	compare(before)
	for side, addr := range addrs {
		conns[side] = scene(t, addr)
	}
	compare(after)
}

// difference says how our answer differs from Apache's; "" is not at all.
func difference(word, ours, apaches string) string {
	switch {
	case word == "mntr":
		return metricsDifference(ours, apaches)
	case ours != apaches:
		return fmt.Sprintf("ours\n%s\nApache's\n%s", ours, apaches)
	}
	return ""
}

// measured are the keys whose values do not depend on time or on how a server is built.
var measured = regexp.MustCompile(`zk_(server_state|ephemerals_count|num_alive_connections|outstanding_requests|znode_count|global_sessions|\w+_client_response_size|packets_\w+|watch_count|approximate_data_size|local_sessions|bytes_received_count|response_bytes|watch_bytes|connection_request_count|connection_rejected|(prep|sync)_processor_request_queued|cnt_(read|update)latency|\w+_per_namespace)$`)

func metricsDifference(ours, apaches string) string {
	var diffs []string
	parse := func(s string) (keys []string, values map[string]string) {
		var spaces []string
		values = make(map[string]string)
		for line := range strings.Lines(s) {
			key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			switch {
			case !ok:
				continue
			case strings.HasSuffix(key, "_per_namespace"): // Apache's order is that of a hash table
				spaces = append(spaces, key)
			default:
				keys = append(keys, key)
			}
			values[key] = value
		}
		slices.Sort(spaces)
		return append(keys, spaces...), values
	}
	gotKeys, got := parse(ours)
	wantKeys, want := parse(apaches)
	if !slices.Equal(gotKeys, wantKeys) {
		diffs = append(diffs, fmt.Sprintf("keys\nours     %v\nApache's %v", gotKeys, wantKeys))
	}
	number := regexp.MustCompile(`^-?\d+$`)
	for _, key := range wantKeys {
		if measured.MatchString(key) && got[key] != want[key] {
			diffs = append(diffs, fmt.Sprintf("%s: %s, Apache has %s", key, got[key], want[key]))
		}
		if number.MatchString(got[key]) != number.MatchString(want[key]) {
			diffs = append(diffs, fmt.Sprintf("%s: %s is not like Apache's %s", key, got[key], want[key]))
		}
	}
	return strings.Join(diffs, "\n")
}

// Words are asked while clients work, and while the server ends.
func TestFourLetterWordsUnderLoad(t *testing.T) {
	s := start(t, server.WithFourLetterWords("*"), server.WithMaxClientConns(0), server.WithGlobalOutstandingLimit(50))
	words := []string{"cons", "crst", "dump", "mntr", "srst", "srvr", "stat", "wchc", "wchp", "wchs"}
	var all sync.WaitGroup
	var asked atomic.Int64
	for i := range 2 {
		all.Go(func() {
			for n := i; ; n++ {
				nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr())
				if err != nil {
					return // the server has ended
				}
				_, _ = io.WriteString(nc, words[n%len(words)]) // an error shows in the answer
				answer, _ := io.ReadAll(nc)
				nc.Close()
				if len(answer) > 0 {
					asked.Add(1)
				}
			}
		})
		c := connect(t, dialTCP(t, s.Addr()))
		all.Go(func() {
			var b []byte
			for i := range int32(100) {
				b = wire.AppendRequest(b, i+1, wire.OpExists, watch(fmt.Sprintf("/%d", i)))
				b = wire.AppendRequest(b, i+1, wire.OpCreate, create("/n-", "", wire.EphemeralSequential))
			}
			for {
				if _, err := c.nc.Write(b); err != nil {
					return
				}
				for range 200 {
					if _, err := c.frames.Next(); err != nil {
						return
					}
				}
			}
		})
	}
	for deadline := time.Now().Add(patience); asked.Load() < 100 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	s.Kill()
	all.Wait()
	if n := asked.Load(); n < 100 {
		t.Errorf("%d answers", n)
	}
}
