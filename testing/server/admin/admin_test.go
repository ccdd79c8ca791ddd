package admin_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/admin"
)

func start(tb testing.TB, opts ...server.Option) *server.Server {
	tb.Helper()
	s, err := server.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Kill)
	return s
}

// ask asks a handler and returns what it says.
func ask(tb testing.TB, h http.Handler, method, path string) (status int, body string, header http.Header) {
	tb.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(tb.Context(), method, path, nil))
	return w.Code, w.Body.String(), w.Header()
}

// Every command has a link on the page, and answers with its own name.
func TestThePageListsWhatThereIs(t *testing.T) {
	h := admin.Handler(start(t))
	for _, path := range []string{"/commands", "/commands/"} {
		status, page, header := ask(t, h, http.MethodGet, path)
		if status != http.StatusOK || header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d, %v", path, status, header)
		}
		links := regexp.MustCompile(`<a href="(/commands/(\w+))">(\w+)</a>`).FindAllStringSubmatch(page, -1)
		if len(links) != 26 {
			t.Errorf("%d links on\n%s", len(links), page)
		}
		for _, link := range links {
			status, body, header := ask(t, h, http.MethodGet, link[1])
			var answer struct{ Command, Error *string }
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Errorf("%s: %v in %s", link[1], err, body)
				continue
			}
			if status != http.StatusOK || header.Get("Content-Type") != "application/json" || answer.Command == nil || *answer.Command != link[2] {
				t.Errorf("%s: %d, %v, %s", link[1], status, header, body)
			}
			if failed := answer.Error != nil; failed != (link[2] == "leader" || link[2] == "set_trace_mask") {
				t.Errorf("%s: %s", link[1], body)
			}
		}
	}
}

func TestTheServerIsStopped(t *testing.T) {
	s := start(t)
	h := admin.Handler(s, admin.WithCommandURL("cmd/"))
	if _, body, _ := ask(t, h, http.MethodGet, "/cmd/ruok"); body != "{\n  \"command\" : \"ruok\",\n  \"error\" : null\n}" {
		t.Error(body)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ruok", "mntr", "srst"} {
		want := "{\n  \"command\" : \"" + name + "\",\n  \"error\" : \"This ZooKeeper instance is not currently serving requests\"\n}"
		if _, body, _ := ask(t, h, http.MethodGet, "/cmd/"+name); body != want {
			t.Error(body)
		}
	}
	for _, name := range []string{"zabstate"} {
		if _, body, _ := ask(t, h, http.MethodGet, "/cmd/"+name); !strings.Contains(body, `"error" : null`) {
			t.Error(body)
		}
	}
	if status, _, _ := ask(t, h, http.MethodGet, "/cmd"); status != http.StatusOK {
		t.Errorf("%d", status)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := ask(t, h, http.MethodGet, "/cmd/isro"); !strings.Contains(body, `"read_only" : false`) {
		t.Error(body)
	}
}

func TestProperties(t *testing.T) {
	s := start(t)
	plain := admin.Handler(s)
	if _, body, _ := ask(t, plain, http.MethodGet, "/commands/icfg"); !strings.Contains(body, `"initial_configuration" : null`) {
		t.Error(body)
	}
	h := admin.Handler(s, admin.WithProperties(map[string]string{"zookeeper.forceSync": "no", "user.dir": `C:\here`}),
		admin.WithInitialConfiguration("a=\"1\"\n\x01\tü\r\b\f"))
	_, body, _ := ask(t, h, http.MethodGet, "/commands/sysp")
	if !strings.Contains(body, `"user.dir" : "C:\\here"`) || !strings.Contains(body, `"zookeeper.forceSync" : "no"`) || strings.Count(body, "user.dir") != 1 {
		t.Error(body)
	}
	if _, body, _ := ask(t, h, http.MethodGet, "/commands/icfg"); !strings.Contains(body, `"a=\"1\"\n\u0001\tü\r\b\f"`) {
		t.Error(body)
	}
}

func TestTheDisk(t *testing.T) {
	data, log := t.TempDir(), t.TempDir()
	s := start(t, server.WithDataDir(data), server.WithDataLogDir(log), server.WithFourLetterWords("*"))
	h := admin.Handler(s)
	var conf struct {
		Data string `json:"data_dir"`
		Log  string `json:"data_log_dir"`
	}
	_, body, _ := ask(t, h, http.MethodGet, "/commands/conf")
	decode(t, body, &conf)
	if conf.Data != filepath.Join(data, "version-2") || conf.Log != filepath.Join(log, "version-2") {
		t.Error(body)
	}
	dial(t, s.Addr()).Close() // two transactions, so that there is a log
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	size := func(dir string) (total int64) {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				t.Fatal(err)
			}
			total += info.Size()
		}
		return total
	}
	var dirs struct {
		Data int64 `json:"datadir_size"`
		Log  int64 `json:"logdir_size"`
	}
	_, body, _ = ask(t, h, http.MethodGet, "/commands/dirs")
	decode(t, body, &dirs)
	if dirs.Data != size(conf.Data) || dirs.Log != size(conf.Log) || dirs.Data == 0 || dirs.Log == 0 {
		t.Errorf("%s; %d and %d are there", body, size(conf.Data), size(conf.Log))
	}
	var last struct {
		Zxid      string
		Timestamp int64
	}
	_, body, _ = ask(t, h, http.MethodGet, "/commands/last_snapshot")
	decode(t, body, &last)
	if info, err := os.Stat(filepath.Join(conf.Data, "snapshot."+last.Zxid)); err != nil || info.ModTime().Unix() != last.Timestamp || last.Zxid != "2" {
		t.Errorf("%s; %v", body, err)
	}
	if got := s.Stats().SessionEvents; got != (server.SessionEvents{Created: 1, Closed: 1}) {
		t.Errorf("%+v", got)
	}
}

// Commands are asked while the server comes and goes: none hangs, and none is asked of a pipeline that has ended.
func TestCommandsWhileTheServerRestarts(t *testing.T) {
	s := start(t)
	h := admin.Handler(s)
	ctx, stop := context.WithCancel(t.Context())
	asked := make(chan int)
	for range 2 {
		go func() {
			n := 0
			for ; ctx.Err() == nil; n++ {
				for _, name := range []string{"monitor", "watches", "srst", "dump"} {
					w := httptest.NewRecorder()
					h.ServeHTTP(w, httptest.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, "/commands/"+name, nil))
				}
			}
			asked <- n
		}()
	}
	for i := range 50 {
		if i%2 == 0 {
			s.Kill()
		} else if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, body, _ := ask(t, h, http.MethodGet, "/commands/monitor"); !strings.Contains(body, `"znode_count" : 5,`) {
			t.Error(body)
		}
	}
	stop()
	if n := <-asked + <-asked; n == 0 {
		t.Error("nobody asked")
	}
}

func TestServe(t *testing.T) {
	s := start(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- admin.Serve(ctx, ln, s, admin.WithIdleTimeout(time.Minute)) }()
	status, body := get(t, http.MethodGet, "http://"+ln.Addr().String()+"/commands/ruok")
	if status != http.StatusOK || !strings.Contains(body, "ruok") {
		t.Errorf("%d, %s", status, body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String()); err == nil {
		nc.Close()
		t.Error("it still listens")
	}
	if err := admin.Serve(t.Context(), ln, s); err == nil {
		t.Error("it serves on a closed listener")
	}
}

// get asks a real server.
func get(tb testing.TB, method, url string) (status int, body string) {
	tb.Helper()
	q, err := http.NewRequestWithContext(tb.Context(), method, url, nil)
	if err != nil {
		tb.Fatal(err)
	}
	q.Close = true // no connection outlives the test
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return r.StatusCode, string(b)
}
