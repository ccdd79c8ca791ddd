package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/admin"
)

// side is one of the two servers, with what happened on it.
type side struct {
	url      string // of its admin server
	sessions []int64
}

// play does the same on a server: two sessions, one of them with an ephemeral, watches, and a namespace with a quota.
func (s *side) play(tb testing.TB, addr string) {
	tb.Helper()
	s.ask(tb, "stat_reset") // forgets the questions whether it has started
	conns := [2]*zk.Conn{dial(tb, addr), dial(tb, addr)}
	for _, c := range conns {
		s.sessions = append(s.sessions, c.SessionID())
	}
	create := func(path, data string, flags int32) {
		tb.Helper()
		if _, err := conns[0].Create(path, []byte(data), flags, zk.WorldACL(zk.PermAll)); err != nil {
			tb.Fatalf("%s: %v", path, err)
		}
	}
	create("/a", "xyz", 0)
	create("/a/e", "", zk.FlagEphemeral)
	create("/a/f", "", zk.FlagEphemeral)
	create("/b", "", 0)
	create("/zookeeper/quota/b", "", 0)
	create("/zookeeper/quota/b/zookeeper_limits", "count=7,bytes=-1", 0)
	create("/zookeeper/quota/b/zookeeper_stats", "", 0)
	for _, c := range conns {
		for _, path := range []string{"/a", "/a/e"} {
			if _, _, _, err := c.GetW(path); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if _, _, _, err := conns[1].ExistsW("/nope"); err != nil {
		tb.Fatal(err)
	}
}

// longest is a session's timeout, so that no ping is due within the test.
const longest = 10 * time.Minute

func dial(tb testing.TB, addr string) *zk.Conn {
	tb.Helper()
	c, events, err := zk.Connect([]string{addr}, longest, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	for e := range events {
		if e.State == zk.StateHasSession {
			break
		}
	}
	return c
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func (s *side) ask(tb testing.TB, command string) string {
	tb.Helper()
	status, body := get(tb, http.MethodGet, s.url+"/commands/"+command)
	if status != http.StatusOK {
		tb.Errorf("%s: status %d", command, status)
	}
	return body
}

// What must differ: time, addresses, the version, what is on disk.
var blurred = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`"3\.\d+\.\d+-.*, built on .*?"`), `"VERSION"`},
	{regexp.MustCompile(`"127\.0\.0\.1:\d+"`), `"ADDR"`},
	{regexp.MustCompile(`("(client_port|established|last_response_time|uptime|timestamp|data_?dir_size|log_?dir_size|(last|min|max|avg)_latency)" : )-?\d+(,|\n)`), "${1}N$4"},
	{regexp.MustCompile(`("avg_latency" : )\d+\.\d+(E-\d)?`), "${1}R"},
	{regexp.MustCompile(`("(data_dir|data_log_dir)" : )".*?"`), `$1"S"`},
}

// Lists and lines that Apache writes in the order of its hash tables, or of what its library finds in a class: other runs have others.
var (
	hashed = regexp.MustCompile(`\[ [^\[\]{}]+ \]`)
	unruly = []string{"server_stats", "srvr", "connections", "cons", "stats", "stat", "watches", "wchc", "watches_by_path", "wchp"}
)

func (s *side) blur(command, body string) string {
	for _, b := range blurred {
		body = b.what.ReplaceAllString(body, b.with)
	}
	for i, id := range s.sessions {
		body = strings.ReplaceAll(body, fmt.Sprint(id), fmt.Sprintf("SESSION%d", i))
	}
	body = hashed.ReplaceAllStringFunc(body, func(l string) string {
		items := strings.Split(strings.Trim(l, "[ ]"), ", ")
		slices.Sort(items)
		return "[ " + strings.Join(items, ", ") + " ]"
	})
	if slices.Contains(unruly, command) {
		lines := strings.Split(body, "\n")
		for i := range lines {
			lines[i] = strings.TrimSuffix(lines[i], ",")
		}
		slices.Sort(lines)
		body = strings.Join(lines, "\n")
	}
	return body
}

// pair is Apache's server and ours.
type pair struct{ apaches, ours side }

// Most is asked of the two of them after the same has happened on both. The parts are in this order: the last one forgets.
func TestAgainstApache(t *testing.T) {
	theirs := apache.StartAdmin(t, "forceSync=yes", "maxClientCnxns=60", fmt.Sprintf("maxSessionTimeout=%d", longest.Milliseconds()))
	srv := start(t, server.WithDataDir(t.TempDir()), server.WithSessionTimeouts(4*time.Second, longest))
	p := &pair{apaches: side{url: "http://" + theirs.Admin()}}
	var file struct {
		Text string `json:"initial_configuration"`
	}
	decode(t, p.apaches.ask(t, "icfg"), &file)
	web := httptest.NewServer(admin.Handler(srv, admin.WithInitialConfiguration(file.Text)))
	t.Cleanup(web.Close)
	p.ours.url = web.URL

	t.Run("methods", p.methods)
	t.Run("environment", p.environment)
	p.apaches.play(t, theirs.Addr())
	p.ours.play(t, srv.Addr())
	t.Run("monitor", p.monitor)
	t.Run("dump", p.dump)
	t.Run("commands", p.commands)
}

func (p *pair) commands(t *testing.T) {
	for _, command := range []string{
		"configuration", "conf", "config", "connections", "cons", "dirs", "get_trace_mask", "gtmk", "hash", "initial_configuration",
		"icfg", "is_read_only", "isro", "last_snapshot", "lsnp", "leader", "lead", "observers", "obsr", "ruok", "server_stats", "srvr",
		"stats", "stat", "voting_view", "watch_summary", "wchs", "watches", "wchc", "watches_by_path", "wchp", "zabstate",
		"set_trace_mask", "stmk?traceMask=", "stmk?traceMask=x&traceMask=3", "set_trace_mask?traceMask=258", "gtmk", "stmk?traceMask=306",
		"nope", "RUOK", "ruok/", "/ruok", "n%20%22%5C%3C%C3%BC%09", "snapshot", "restore",
		"observer_connection_stat_reset", "orst", "connection_stat_reset", "crst", "cons", "stat_reset", "srst", "srvr",
	} {
		got, want := p.ours.blur(command, p.ours.ask(t, command)), p.apaches.blur(command, p.apaches.ask(t, command))
		if got != want {
			t.Errorf("%s: ours\n%s\nApache's\n%s", command, got, want)
		}
	}
}

func decode(tb testing.TB, body string, into any) {
	tb.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		tb.Fatalf("%v in %s", err, body)
	}
}

// What expires together depends on the moment, and Apache lists moments at which nothing expires any more.
func (p *pair) dump(t *testing.T) {
	var told [2]string
	for i, s := range []*side{&p.apaches, &p.ours} {
		body := s.ask(t, "dump")
		var dump struct {
			Expiries   map[int64][]int64  `json:"expiry_time_to_session_ids"`
			Ephemerals map[int64][]string `json:"session_id_to_ephemeral_paths"`
		}
		decode(t, body, &dump)
		var all []int64
		for _, ids := range dump.Expiries {
			all = append(all, ids...)
		}
		slices.Sort(all)
		paths := dump.Ephemerals[s.sessions[0]]
		slices.Sort(paths)
		keys := regexp.MustCompile(`(?m)^  "\w+"`).FindAllString(body, -1)
		told[i] = fmt.Sprint(slices.Equal(all, slices.Sorted(slices.Values(s.sessions))), paths, len(dump.Ephemerals), keys)
	}
	if told[0] != told[1] || !strings.HasPrefix(told[0], "true [/a/e /a/f] 1 ") {
		t.Errorf("ours %s, Apache's %s", told[1], told[0])
	}
}

// later is what 3.9 has added.
var later = regexp.MustCompile(`^((\w+_)?restore_\w+|snapshot_(error|rate)_\w+)$`)

// counted are the keys whose values do not depend on time or on how a server is built.
var counted = regexp.MustCompile(`^(server_state|ephemerals_count|num_alive_connections|outstanding_requests|znode_count|global_sessions|\w+_client_response_size|packets_\w+|watch_count|approximate_data_size|bytes_received_count|response_bytes|cnt_(read|update)latency|cnt_(fsync|snapshot|dbinit)time|(cnt|sum)_startup_txns_loaded|cnt_startup_\w+|\w+_per_namespace)$`)

func (p *pair) monitor(t *testing.T) {
	line := regexp.MustCompile(`^  "([\w.]+)" : (.*?),?$`)
	var keys [2][]string
	var values [2]map[string]string
	for i, s := range []*side{&p.apaches, &p.ours} {
		body := s.ask(t, "monitor")
		decode(t, body, &map[string]any{})
		values[i] = make(map[string]string)
		var spaces []string
		for text := range strings.Lines(body) {
			m := line.FindStringSubmatch(strings.TrimSuffix(text, "\n"))
			switch {
			case m == nil || later.MatchString(m[1]):
				continue
			case strings.HasSuffix(m[1], "_per_namespace"):
				spaces = append(spaces, m[1])
			default:
				keys[i] = append(keys[i], m[1])
			}
			values[i][m[1]] = m[2]
		}
		slices.Sort(spaces)
		keys[i] = append(keys[i], spaces...)
	}
	if !slices.Equal(keys[0], keys[1]) {
		t.Fatalf("ours\n%v\nApache's\n%v", keys[1], keys[0])
	}
	real := regexp.MustCompile(`^\d+\.\d+(E-?\d+)?$`)
	for _, key := range keys[0] {
		got, want := values[1][key], values[0][key]
		if counted.MatchString(key) && got != want || real.MatchString(got) != real.MatchString(want) {
			t.Errorf("%s: %s, Apache has %s", key, got, want)
		}
	}
}

// The machine is the same, and what Java has is there.
func (p *pair) environment(t *testing.T) {
	keys := func(body string) []string {
		return regexp.MustCompile(`(?m)^  "[\w.]+" : ("|null)`).FindAllString(body, -1)
	}
	if got, want := keys(p.ours.ask(t, "environment")), keys(p.apaches.ask(t, "env")); !slices.Equal(got, want) {
		t.Errorf("ours %v, Apache's %v", got, want)
	}
	var got, want map[string]*string
	decode(t, p.ours.ask(t, "system_properties"), &got)
	decode(t, p.apaches.ask(t, "sysp"), &want)
	for key, value := range got {
		if other, ok := want[key]; !ok || (value == nil) != (other == nil) {
			t.Errorf("%s is no property", key)
		}
	}
	if *got["os.arch"] != *want["os.arch"] || *got["os.name"] != *want["os.name"] || *got["command"] != *want["command"] {
		t.Errorf("ours %v, Apache's %v", got, want)
	}
}

func (p *pair) methods(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"} {
		for _, path := range []string{"/commands/ruok", "/commands", "/commands/", "/", "/commandsx", "/nope"} {
			got, _ := get(t, method, p.ours.url+path)
			want, _ := get(t, method, p.apaches.url+path)
			if got != want {
				t.Errorf("%s %s: %d, Apache says %d", method, path, got, want)
			}
		}
	}
	link := regexp.MustCompile(`<a href="[^"]*">\w+</a>`)
	_, got := get(t, http.MethodGet, p.ours.url+"/commands")
	_, want := get(t, http.MethodGet, p.apaches.url+"/commands")
	if ours, apaches := link.FindAllString(got, -1), link.FindAllString(want, -1); !slices.Equal(ours, apaches) {
		t.Errorf("ours %v, Apache's %v", ours, apaches)
	}
}
