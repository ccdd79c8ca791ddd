package zoocfg_test

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
)

// As Apache's own sample has it, which Debian's package installs.
const sample = `# The number of milliseconds of each tick
tickTime=2000
# The number of ticks that the initial
# synchronization phase can take
initLimit=10
syncLimit=5
dataDir=/var/lib/nobodys
clientPort=2181
#maxClientCnxns=60

## Metrics Providers
#metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
`

func TestLoadSample(t *testing.T) {
	cfg := load(t, sample)
	if cfg.Tick != 2*time.Second || cfg.MinTimeout != 4*time.Second || cfg.MaxTimeout != 40*time.Second {
		t.Errorf("times %v, %v to %v", cfg.Tick, cfg.MinTimeout, cfg.MaxTimeout)
	}
	if cfg.Disk.Dir != "/var/lib/nobodys" || cfg.Disk.LogDir != cfg.Disk.Dir || cfg.Clients.Listen != ":2181" {
		t.Errorf("disk %+v, clients %+v", cfg.Disk, cfg.Clients)
	}
	if len(cfg.Ignored)+len(cfg.Unknown)+len(cfg.Warnings) != 0 || !slices.Equal(cfg.EnsembleOnly, []string{"initLimit", "syncLimit"}) {
		t.Errorf("told of: %q, %v, %q, %q", cfg.Ignored, cfg.Unknown, cfg.Warnings, cfg.EnsembleOnly)
	}
	if cfg.Distributed() || cfg.Where("clientPort") != cfg.File+":8" || cfg.Where("maxCnxns") != cfg.File {
		t.Errorf("distributed %v, clientPort at %s", cfg.Distributed(), cfg.Where("clientPort"))
	}
}

// The last line counts, and the others are not looked at.
func TestLoadAgain(t *testing.T) {
	cfg := load(t, base+"tickTime=soon\nfoo=1\ntickTime=1000\nfoo=2\n")
	if cfg.Tick != time.Second || len(cfg.Unknown) != 1 || cfg.Unknown[0].Line != 7 {
		t.Errorf("tick %v, unknown %v", cfg.Tick, cfg.Unknown)
	}
}

// Whatever is wrong is told at once.
func TestLoadWrong(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"no dataDir", "clientPort=1\n", "zoo.cfg: dataDir: is not set"},
		{"an escape", base + `a=\u00`, "zoo.cfg:4: "},
		{"all lines", base + "tickTime=x\nsnapCount=y\n", "zoo.cfg:4: tickTime: \"x\" is no number\n.../zoo.cfg:5: snapCount"},
		{"all of the whole", "clientPortAddress=h\n", "zoo.cfg: dataDir: is not set\n.../zoo.cfg:1: clientPortAddress: set, but clientPort is not"},
		{"an address for TLS alone", base + "secureClientPortAddress=h\n", "zoo.cfg:4: secureClientPortAddress"},
		{"timeouts", base + "tickTime=100\nminSessionTimeout=2001\n", "zoo.cfg:5: minSessionTimeout: 2.001s is more than maxSessionTimeout, 2s"},
		{"no schemes", base + "enforce.auth.enabled=true\n", "zoo.cfg:4: enforce.auth.enabled"},
		{"no SASL", base + "quorum.auth.serverRequireSasl=true\n", "zoo.cfg:4: quorum.auth.serverRequireSasl"},
		{"SASL one way", base + "quorum.auth.enableSasl=true\nquorum.auth.serverRequireSasl=true\n", "zoo.cfg:5: quorum.auth.serverRequireSasl"},
		{"no voter", base + "standaloneEnabled=false\n", "zoo.cfg:4: standaloneEnabled"},
		{"observers alone", base + "server.1=h:1:2:observer\n", "zoo.cfg: observers need"},
		{"one voter and an observer", base + "server.1=h:1:2:observer\nserver.2=h:1:2\n", "zoo.cfg: observers need"},
		{"a member without a number", base + "server.x=h:1:2\n", "zoo.cfg:4: server.x: \"x\" is no number"},
		{"no initLimit", base + two, "zoo.cfg: initLimit"},
		{"no syncLimit", base + two + "initLimit=1\n", "zoo.cfg: syncLimit"},
		{"no myid", base + two + "initLimit=1\nsyncLimit=1\n", "zoo.cfg: an ensemble needs a file myid"},
		{"members twice", base + "dynamicConfigFile=x\nserver.1=h:1:2\n", "zoo.cfg:5: server.1"},
	}
	for _, tt := range tests {
		path := file(t, tt.file)
		_, err := zoocfg.Load(path)
		want := strings.ReplaceAll(tt.want, ".../zoo.cfg", path)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", tt.name, err, want)
		}
	}
	if _, err := zoocfg.Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

const two = "server.1=h:1:2\nserver.2=h:1:2\n"

func TestLoadID(t *testing.T) {
	dir := t.TempDir()
	text := "clientPort=1\ndataDir=" + dir + "\n"
	if cfg := load(t, text); cfg.Ensemble.ServerID != -1 {
		t.Errorf("without the file: %d", cfg.Ensemble.ServerID)
	}
	write(t, filepath.Join(dir, "myid"), "7\r\nand more\n")
	if cfg := load(t, text); cfg.Ensemble.ServerID != 7 {
		t.Errorf("myid %d", cfg.Ensemble.ServerID)
	}
	for _, wrong := range []string{"", "x\n", " 7\n"} {
		write(t, filepath.Join(dir, "myid"), wrong)
		if _, err := zoocfg.Load(file(t, text)); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "myid")+":1: ") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// A member's own line can say where clients connect.
func TestLoadMembers(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "myid"), "1")
	start := "dataDir=" + dir + "\ninitLimit=1\nsyncLimit=1\n"
	tests := []struct {
		name, text, listen string
		voters, observers  int
		distributed        bool
	}{
		{"none", "clientPort=1", ":1", 0, 0, false},
		{"one", "clientPort=1\nserver.1=h:2:3", ":1", 1, 0, false},
		{"its port", "server.1=h:2:3;5", "0.0.0.0:5", 1, 0, false},
		{"its address", "server.1=h:2:3:participant;[::1]:5", "[::1]:5", 1, 0, false},
		{"the same port", "clientPort=5\nserver.1=h:2:3;h:5", "h:5", 1, 0, false},
		{"another's", "clientPort=1\nserver.2=h:2:3;5", ":1", 1, 0, false},
		{"one, not alone", "clientPort=1\nserver.1=h:2:3\nstandaloneEnabled=false", ":1", 1, 0, true},
		{"three", "clientPort=1\nserver.1=h:2:3\nserver.2=[::2]:2:3\nserver.3=h:2:3:Observer", ":1", 2, 1, true},
		{"groups", "clientPort=1\nserver.1=h:2:3\nserver.2=h:2:3\ngroup.1=1:2\nweight.1=2", ":1", 2, 0, true},
	}
	for _, tt := range tests {
		cfg := load(t, start+tt.text+"\n")
		e := cfg.Ensemble
		if cfg.Clients.Listen != tt.listen || e.Voters != tt.voters || e.Observers != tt.observers || cfg.Distributed() != tt.distributed {
			t.Errorf("%s: listens on %s, %+v, distributed %v", tt.name, cfg.Clients.Listen, e, cfg.Distributed())
		}
	}
	for _, clash := range []string{"clientPort=6", "clientPort=5\nclientPortAddress=x"} {
		if _, err := zoocfg.Load(file(t, start+"server.1=h:2:3;y:5\n"+clash+"\n")); err == nil || !strings.Contains(err.Error(), "clientPort") {
			t.Errorf("%q: %v", clash, err)
		}
	}
}

func TestLoadDynamic(t *testing.T) {
	dir := t.TempDir()
	members := filepath.Join(dir, "zoo.cfg.dynamic")
	text := base + "dynamicConfigFile=" + members + "\n"
	write(t, members, "server.1=h:2:3\n server.1 = h:2:3:participant\n")
	if cfg := load(t, text); cfg.Ensemble.Voters != 1 {
		t.Errorf("%+v", cfg.Ensemble)
	}
	for wrong, want := range map[string]string{
		"\nversion=1\n":    members + ":2: version",
		"tickTime=1\n":     members + ":1: tickTime",
		"server.1=h:2\n":   members + ":1: server.1",
		"\n\na=\\u00\n":    members + ":3: ",
		"server.1=a:1:2|b": members + ":1: server.1",
	} {
		write(t, members, wrong)
		if _, err := zoocfg.Load(file(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", wrong, err, want)
		}
	}
}

func TestLoadWarns(t *testing.T) {
	for line, want := range map[string]string{
		"dataDir=here":                  "relative",
		"dataLogDir=here":               "relative",
		"autopurge.snapRetainCount=2":   "autopurge.snapRetainCount: 2 is less than 3",
		"snapCount=0":                   "snapCount: 0 is less than 2",
		"server.1=localhost:2888:3888":  "no ensemble",
		"server.1=localhost:2888:3888;": "no ensemble",
	} {
		if cfg := load(t, base+line+"\n"); len(cfg.Warnings) != 1 || !strings.Contains(cfg.Warnings[0], want) {
			t.Errorf("%s: %q", line, cfg.Warnings)
		}
	}
	if cfg := load(t, base+"dataDir=./here\n"); len(cfg.Warnings) != 0 {
		t.Errorf("./here: %q", cfg.Warnings)
	}
}

func TestInMemory(t *testing.T) {
	cfg := zoocfg.InMemory()
	if cfg.Clients.Listen != "127.0.0.1:2181" || cfg.Disk.Dir != "" || cfg.MinTimeout != 6*time.Second || cfg.Distributed() {
		t.Errorf("%+v", cfg)
	}
}

// A file that is read is whole: nothing in it can be what a server must not be given.
func FuzzLoad(f *testing.F) {
	for _, s := range samples {
		f.Add(s.key + "=" + s.value + "\n" + s.with)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "Dir") || strings.Contains(text, "File") || strings.ContainsAny(text, "\\") {
			return // no files are read but our own
		}
		cfg, err := zoocfg.Load(file(t, base+text))
		if err != nil {
			return
		}
		if cfg.Tick <= 0 || cfg.MinTimeout < 0 || cfg.MinTimeout > cfg.MaxTimeout || cfg.Clients.MaxFrame < 1024 || cfg.Disk.SnapCount < 2 ||
			cfg.Clients.Outstanding < 1 || cfg.Disk.Prealloc < 0 || cfg.Disk.SnapSize < 0 || cfg.Disk.Retain < 3 {
			t.Errorf("%q: %+v", text, cfg)
		}
	})
}
