package server_test

import (
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/server"
)

// wordsOf runs f with a server of every version on a network in memory.
func wordsOf(t *testing.T, f func(t *testing.T, v server.Version, ask func(word string) string), opts ...server.Option) {
	t.Helper()
	for _, v := range server.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
				f(t, v, func(word string) string { return say(t, dial(), word) })
			}, append(slices.Clone(opts), server.WithVersion(v))...)
		})
	}
}

func TestWordsThatAVersionAnswers(t *testing.T) {
	all := strings.Fields("conf cons crst dirs dump envi gtmk hash isro mntr ruok srst srvr stat wchc wchp wchs")
	wordsOf(t, func(t *testing.T, v server.Version, ask func(string) string) {
		for _, w := range all {
			unknown := w == "dirs" && v == server.V34 || w == "hash" && until(v, server.V35)
			listed := w == "srvr" || v == server.V34 && w != "wchc" && w != "wchp"
			got := ask(w)
			refused := got == w+" is not executed because it is not in the whitelist.\n"
			if (got == "") != unknown || refused == (listed || unknown) {
				t.Errorf("%s: %q", w, got)
			}
		}
	})
	wordsOf(t, func(t *testing.T, v server.Version, ask func(string) string) {
		if got := ask("ruok"); !strings.Contains(got, "whitelist") {
			t.Errorf("%v has a list of its own and answers %q", v, got)
		}
		if got := ask("wchc"); got != "\n" {
			t.Errorf("%q", got)
		}
	}, server.WithFourLetterWords("wchc"))
}

func TestWordsInTheFormOfAVersion(t *testing.T) {
	count := func(s string) int { return strings.Count(s, "\n") }
	wordsOf(t, func(t *testing.T, v server.Version, ask func(string) string) {
		date := `\d{4}-\d\d-\d\d \d\d:\d\d UTC`
		if until(v, server.V36) {
			date = `\d\d/\d\d/\d{4} \d\d:\d\d GMT`
		}
		line := regexp.QuoteMeta(v.String()) + `-zookit, built on ` + date + `\n`
		average := `0\.0`
		nodes := "5"
		if until(v, server.V35) {
			average = "0"
		}
		if v == server.V34 {
			nodes = "4"
		}
		srvr := regexp.MustCompile(`^Zookeeper version: ` + line + `Latency min/avg/max: 0/` + average + `/0\nReceived: \d+\nSent: \d+\nConnections: 1\n` +
			`Outstanding: 0\nZxid: 0x0\nMode: standalone\nNode count: ` + nodes + `\n$`)
		if got := ask("srvr"); !srvr.MatchString(got) {
			t.Errorf("srvr: %q", got)
		}
		if got := ask("envi"); !regexp.MustCompile(`\nzookeeper.version=`+line).MatchString(got) || strings.Contains(got, "memory") == (v == server.V34) {
			t.Errorf("envi: %q", got)
		}
		conf := map[server.Version]int{server.V34: 8, server.V35: 11, server.V36: 12, server.V38: 12, server.V39: 12}
		if got := ask("conf"); count(got) != conf[v] || strings.Contains(got, "secureClientPort") == (v == server.V34) {
			t.Errorf("conf: %d lines: %q", count(got), got)
		}
		if got := ask("dump"); strings.Contains(got, "Connections dump") == (v == server.V34) || strings.Contains(got, "Session Sets (0):") != (v == server.V34) {
			t.Errorf("dump: %q", got)
		}
		mntr := ask("mntr")
		if !regexp.MustCompile(`^zk_version\t` + line).MatchString(mntr) {
			t.Errorf("mntr: %q", mntr)
		}
		keys := map[string]bool{
			"zk_fsync_threshold_exceed_count\t0\n": v == server.V34, "zk_uptime\t": !until(v, server.V35), "zk_cnt_readlatency\t": !until(v, server.V35),
			"zk_watch_bytes\t": !until(v, server.V36), "zk_cnt_unavailable_time\t": !until(v, server.V36), "zk_cnt_restore_time\t": v == server.V39,
			"zk_snapshot_error_count\t": v == server.V39, "zk_znode_count\t" + nodes + "\n": true, "zk_server_state\tstandalone\n": true,
		}
		for key, want := range keys {
			if strings.Contains(mntr, key) != want {
				t.Errorf("mntr: %q is there: %v", key, !want)
			}
		}
		if lines := map[server.Version]int{server.V34: 16, server.V35: 15}[v]; lines != 0 && count(mntr) != lines {
			t.Errorf("mntr: %d lines, want %d: %q", count(mntr), lines, mntr)
		}
	}, server.WithFourLetterWords("*"))
}

// go-zookeeper's parser was made for the dates of 3.6 and before.
func TestOldWordsForGoZookeeper(t *testing.T) {
	for _, v := range server.Versions() {
		s := start(t, server.WithVersion(v))
		got, ok := zk.FLWSrvr([]string{s.Addr()}, patience)
		if ok != until(v, server.V36) {
			t.Errorf("%v: %+v", v, got[0])
		}
		if ok && (got[0].Version != v.String()+"-zookit" || got[0].Mode != zk.ModeStandalone) {
			t.Errorf("%v: %+v", v, got[0])
		}
	}
}
