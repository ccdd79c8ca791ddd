package zoocfg_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// nasty are files for both, without what base has.
var nasty = []string{
	"", everyKey(),
	"# a=b \\\nc=d\n! e=f\n\n  \t\f\n  # g=h\n",
	"  a  =  b  \nc : d\n e  f\nk\fl\n=m\n:n\no\np==q\nr=:s\n",
	"a=1\\\n   2\\\r\n\t3\nb=x\\\n#y\nc=x\\\n\nd=4\r\re=5\r\n\nf\\\n  g=7",
	"\\\n# comment\nb=c\n\\\n\\\n  d=e\n\\",
	`a=x\\` + "\n" + `b=y\\\` + "\n" + `z` + "\n" + `c=\`,
	`k\=e\:y\ \#=\t\n\r\f\q\"\#\!` + "\n" + `\u00e4\u00C4=\u20ac\ud83d\ude00\U0041`,
	"\xe4=\xc3\xa4\n\xef\xbb\xbf=1\n",
	"\\", "\\\n", "\\\r", "\\\r\n", "a\\\n", "\\\n\\", "#\\", "\\\n \n",
	`a=\u12`, `a=\u12g4`, `a\u=b`, `a=\u`, "x=1\n\\u\n",
	" \\ tickTime = 1000\\  \ntick\\u0054ime\\t: 1000",
	"tickTime=0", "tickTime=x", "tickTime=+2000", "tickTime=2000 x", "tickTime=1000\ntickTime=500\n",
	"minSessionTimeout=100\nmaxSessionTimeout=99", "minSessionTimeout=-1", "maxSessionTimeout=5999", "minSessionTimeout=60001", "minSessionTimeout=0",
	"clientPort=70000", "clientPort=-1", "clientPortAddress=127.0.0.1", "secureClientPortAddress=127.0.0.1", "secureClientPort=12",
	"secureClientPort=12\nsecureClientPortAddress=127.0.0.1",
	"maxClientCnxns=0", "maxClientCnxns=0x10", "maxClientCnxns=", "maxClientCnxns=2147483648",
	"autopurge.snapRetainCount=1\nautopurge.purgeInterval=2", "autopurge.purgeInterval=x",
	"localSessionsEnabled=TRUE", "localSessionsEnabled=yes", "reconfigEnabled=yes", "electionAlg=0", "peerType=boss", "peerType=Observer", "syncEnabled=x",
	"metricsProvider.className=a.B", "jvm.pause.monitor=x", "jvm.pause.sleep.time.ms=x", "quorum.cnxn.threads.size=x", "observerMasterPort=x",
	"initLimit=x", "connectToLearnerMasterLimit=x", "clientPortListenBacklog=x", "portUnification=x", "sslQuorum=x",
	"quorum.auth.serverRequireSasl=true", "quorum.auth.learnerRequireSasl=true", "quorum.auth.enableSasl=true\nquorum.auth.serverRequireSasl=true",
	"standaloneEnabled=false", "server.1=127.0.0.1:2:3", "server.1=127.0.0.1:2:3;5", "server.1=127.0.0.1:2:3;127.0.0.1:1", "server.1=127.0.0.1:2:3;7",
	"server.1=127.0.0.1:2:3;1;2", "server.1=127.0.0.1:2:3;", "server.1=127.0.0.1:2:2", "server.1=127.0.0.1:2", "server.1=127.0.0.1", "server.1=",
	"server.1=127.0.0.1:2:3:observer", "server.1=127.0.0.1:2:3:boss", "server.1=127.0.0.1:2:3: Participant", "server.x=127.0.0.1:2:3",
	"server.1=[::1]:2:3", "server.1=[::1:2:3", "server.1=[::1]:", "server.1=[::1]", "server.1=127.0.0.1:2:3::", "server.1=127.0.0.1:2:x",
	"server.1=127.0.0.1:2:3|127.0.0.1:4:5", "server.1=127.0.0.1:2:3;x", "server.1=127.0.0.1:70000:3",
	"server.1=127.0.0.1:2:3\nserver.2=127.0.0.1:4:5", "server.1=127.0.0.1:2:3\nserver.2=127.0.0.1:4:5\ninitLimit=1",
	"server.1=127.0.0.1:2:3\nserver.2=127.0.0.1:4:5\ninitLimit=1\nsyncLimit=1",
	"server.1=127.0.0.1:2:3\nserver.2=127.0.0.1:4:5:observer",
	"server.1=127.0.0.1:2:3\nserver.2=127.0.0.1:4:5\nserver.3=127.0.0.1:4:5\ninitLimit=1\nsyncLimit=1\ngroup.1=1:2:3\nweight.1=2",
	"server.1=127.0.0.1:2:3\nserver.2=127.0.0.1:4:5\nserver.3=127.0.0.1:4:5\ninitLimit=1\nsyncLimit=1\ngroup.1=1:2",
	"group.1=x", "weight.1=x", "group.1=1\ngroup.2=1", "groups=1", "weight.x=1",
}

// everyKey is a file with all keys of the table that take any text.
func everyKey() string {
	var b strings.Builder
	for _, k := range zoocfg.Keys() {
		if k.Type == "text" && !strings.Contains(k.Name, "Address") && !strings.Contains(k.Name, "File") && !strings.HasPrefix(k.Name, "data") {
			b.WriteString(strings.ReplaceAll(k.Name, "*", "x") + "=y\n")
		}
	}
	return b.String() + "server.1=127.0.0.1:2:3\nclientPortListenBacklog=1\njvm.pause.monitor=false\nmetricsProvider.httpPort=1\n"
}

// Java, and Apache's own reader of the file, take each file as we do: the same properties, the same settings, the same refusals.
func TestForeign(t *testing.T) {
	classPath := foreign.Compile(t, foreign.ZooKeeper(t), "testdata/Ask.java")
	dir := t.TempDir()
	with, without := filepath.Join(dir, "with"), filepath.Join(dir, "without")
	for _, d := range []string{with, without} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(with, "myid"), "1\n")
	broken := filepath.Join(dir, "broken")
	if err := os.Mkdir(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(broken, "myid"), "replace this text\n")
	var files []string
	add := func(text string) {
		files = append(files, filepath.Join(dir, fmt.Sprintf("%d.cfg", len(files))))
		write(t, files[len(files)-1], text)
	}
	for _, text := range nasty {
		add("clientPort=1\ndataDir=" + with + "\n" + text)
		add("dataDir=" + without + "\n" + text)
	}
	add("clientPort=1\n")
	add("dataDir=" + broken + "\nclientPort=1\n")
	for _, members := range []string{"server.1=127.0.0.1:2:3\n", "version=1\nserver.1=127.0.0.1:2:3", "tickTime=1", "server.1=127.0.0.1:2", "a=\\u", ""} {
		path := filepath.Join(dir, fmt.Sprintf("members%d", len(files)))
		write(t, path, members)
		add("dataDir=" + with + "\nclientPort=1\ndynamicConfigFile=" + path + "\n")
		add("dataDir=" + with + "\nclientPort=1\nserver.1=127.0.0.1:2:3\ndynamicConfigFile=" + path + "\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	java := foreign.Start(t, foreign.Java(t, classPath, append([]string{"Ask"}, files...)...)...)
	if err := java.Wait(ctx); err != nil {
		t.Fatalf("%v\n%s", err, java.Output())
	}
	answers := strings.Split(java.Output(), "file "+dir+"/")[1:]
	if len(answers) != len(files) {
		t.Fatalf("%d answers to %d files\n%s", len(answers), len(files), java.Output())
	}
	for i, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		props, system, config, why := answer(answers[i])
		if ours := ownProperties(text); !slices.Equal(ours, props) {
			t.Errorf("%q\nours %q\nJava %q", text, ours, props)
		}
		ours, ownSystem, err := ownConfig(path)
		if ours != config {
			t.Errorf("%q\nours   %s (%v)\nApache %s (%s)", text, ours, err, config, why)
		}
		if !slices.Equal(ownSystem, system) {
			t.Errorf("%q\nsystem properties\nours   %q\nApache %q", text, ownSystem, system)
		}
	}
}

// answer takes apart what Ask says of a file. Warnings stand between its lines.
func answer(text string) (props, system []string, config, why string) {
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		switch word {
		case "malformed":
			props = []string{"malformed"}
		case "property":
			props = append(props, rest)
		case "system":
			system = append(system, rest)
		case "config":
			config = rest
		case "refused":
			config, why = "refused", rest
		}
	}
	slices.Sort(props)
	slices.Sort(system)
	return props, system, config, why
}

func ownProperties(text []byte) []string {
	props, err := zoocfg.ParseProperties(text)
	if err != nil {
		return []string{"malformed"}
	}
	last := map[string]string{}
	for _, p := range props {
		last[p.Key] = p.Value
	}
	return escaped(last)
}

func escaped(all map[string]string) (lines []string) {
	for key, value := range all {
		lines = append(lines, strings.ToLower(escape(key)+"="+escape(value)))
	}
	slices.Sort(lines)
	return lines
}

func ownConfig(path string) (config string, system []string, err error) {
	c, err := zoocfg.Load(path)
	if err != nil {
		return "refused", nil, err
	}
	address := func(s string) string { return regexp.MustCompile(`^(0\.0\.0\.0)?:`).ReplaceAllString(s, "*:") }
	return fmt.Sprintf("tick=%d min=%d max=%d client=%s secure=%s perHost=%d dir=%s log=%s retain=%d purge=%d id=%d distributed=%v local=%v",
		c.Tick.Milliseconds(), c.MinTimeout.Milliseconds(), c.MaxTimeout.Milliseconds(), address(c.Clients.Listen), address(c.TLS.Listen),
		c.Clients.MaxPerHost, c.Disk.Dir, c.Disk.LogDir, c.Disk.Retain, int(c.Disk.PurgeEvery.Hours()), c.Ensemble.ServerID, c.Distributed(),
		c.Sessions.Local), escaped(c.SystemProperties()), nil
}

// clients are system properties that only Apache's clients and tools read, or that nobody sets: a log's or a thread's name.
var clients = regexp.MustCompile(`^zookeeper\.(disableAutoWatchReset|client\.secure|clientCnxnSocket|request\.timeout|sasl\.client.*|version|` +
	`shuffleDnsResponse|configuration|pre_?Alloc|clientPortAddress|hostProvider\..*)$`)

// Every system property that Apache's server has the name of is in the table. The names stand in the jar's classes.
func TestForeignKeys(t *testing.T) {
	var jar string
	for path := range strings.SplitSeq(foreign.ZooKeeper(t), ":") {
		if filepath.Base(path) == "zookeeper.jar" {
			jar = path
		}
	}
	names := propertyNames(t, jar)
	if len(names) < 100 || !slices.Contains(names, "zookeeper.snapCount") {
		t.Fatalf("%d names found in %s: %q", len(names), jar, names)
	}
	for _, name := range names {
		key := strings.TrimPrefix(name, "zookeeper.")
		if clients.MatchString(name) || strings.HasSuffix(key, ".") {
			continue
		}
		if !slices.ContainsFunc(zoocfg.Keys(), func(k zoocfg.Key) bool {
			prefix, any := strings.CutSuffix(k.Name, "*")
			return k.Name == key || any && strings.HasPrefix(key, prefix)
		}) {
			t.Errorf("%s is not in the table", key)
		}
	}
}
