package zoocfg_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
)

// samples are, for each row of the table that sets something, a value that is not the default, what it sets, by semicolons, and
// values that are wrong, by bars. What else a line needs stands in with.
var samples = []struct{ key, value, want, wrong, with string }{
	{"tickTime", "2500", "Tick=2.5s", "0|-1|x|2.5|", ""},
	{"minSessionTimeout", "7000", "MinTimeout=7s", "x|-2|60001", ""},
	{"maxSessionTimeout", "+90000", "MaxTimeout=1m30s", "x|5999", ""},
	{"clientPort", "2182", "Clients.Listen=:2182", "x|65536|-1|0x10", ""},
	{"clientPortAddress", "localhost", "Clients.Listen=localhost:1", "", ""},
	{"maxClientCnxns", "7", "Clients.MaxPerHost=7", "x|0x7|2147483648", ""},
	{"maxCnxns", "0x10", "Clients.MaxConns=16", "x|0x|08|1.5", ""},
	{"globalOutstandingLimit", "010", "Clients.Outstanding=8", "x|+-1|--1", ""},
	{"jute.maxbuffer", "0xfffff0", "Clients.MaxFrame=16777200", "1023|1m", ""},
	{"4lw.commands.whitelist", " stat,, ruok ", "Clients.Words=[stat ruok]", "", ""},
	{"extendedTypesEnabled", "TRUE", "Znodes.Extended=true", "yes|1|", ""},
	{"emulate353TTLNodes", "true", "Znodes.Emulate353=true", "on", ""},
	{"enforceQuota", "true", "Znodes.EnforceQuota=true", "on", ""},
	{"znode.container.checkIntervalMs", "500", "Znodes.CheckEvery=500ms", "0|x", ""},
	{"znode.container.maxPerMinute", "5", "Znodes.MaxPerMinute=5", "0|x", ""},
	{"znode.container.maxNeverUsedIntervalMs", "5", "Znodes.MaxNeverUsed=5ms", "-1|x", ""},
	{"localSessionsEnabled", "true", "Sessions.Local=true", "yes", ""},
	{"localSessionsUpgradingEnabled", "true", "Sessions.Upgrading=true", "yes", ""},
	{"readonlymode.enabled", "true", "Sessions.ReadOnly=true", "yes", ""},
	{"dataDir", "/else", "Disk.Dir=/else; Disk.LogDir=/else", "", ""},
	{"dataLogDir", "/else", "Disk.LogDir=/else", "", ""},
	{"snapCount", "1", "Disk.SnapCount=2", "x", ""},
	{"snapSizeLimitInKb", "-5", "Disk.SnapSize=0", "x|9223372036854775807", ""},
	{"preAllocSize", "64", "Disk.Prealloc=65536", "x|-1|0x40", ""},
	{"txnLogSizeLimitInKb", "3", "Disk.LogSize=3072", "x", ""},
	{"forceSync", "no", "Disk.ForceSync=false", "false|NO|", ""},
	{"snapshot.compression.method", "GZ", "Disk.Compression=gz", "zip", ""},
	{"snapshot.trust.empty", "true", "Disk.TrustEmpty=true", "yes", ""},
	{"autopurge.snapRetainCount", "5", "Disk.Retain=5", "x", ""},
	{"autopurge.purgeInterval", "2", "Disk.PurgeEvery=2h0m0s", "2h|x", ""},
	{"skipACL", "yes", "Auth.SkipACL=true", "true", ""},
	{"DigestAuthenticationProvider.superDigest", "super:abc=", "Auth.SuperDigest=super:abc=", "", ""},
	{"DigestAuthenticationProvider.digestAlg", "sha-256", "Auth.DigestAlg=SHA-256", "crc", ""},
	{"DigestAuthenticationProvider.enabled", "false", "Auth.Digest=false", "no", ""},
	{"superUser", "bob", "Auth.SuperUsers=[bob]", "", ""},
	{"superUser.*", "eve", "Auth.SuperUsers=[eve]", "", ""},
	{"X509AuthenticationProvider.superUser", "CN=bob", "Auth.X509SuperUser=CN=bob", "", ""},
	{"authProvider.*", "a.B", "Auth.Providers=map[authProvider.1:a.B]", "", ""},
	{"sessionRequireClientSASLAuth", "true", "Auth.RequireSASL=true", "yes", ""},
	{"enforce.auth.enabled", "true", "Auth.Enforce=[sasl]", "yes", "enforce.auth.schemes=sasl"},
	{"enforce.auth.schemes", "sasl, digest", "Auth.Enforce=[sasl digest]", "", "enforce.auth.enabled=true"},
	{"allowSaslFailedClients", "true", "Auth.AllowFailed=true", "yes", ""},
	{"SASLAuthenticationProvider.superPassword", "x", "Auth.SuperPassword=x", "", ""},
	{"letAnySaslUserDoX", "all", "Auth.OpenUser=all", "", ""},
	{"sasl.serverconfig", "Other", "Auth.SASLSection=Other", "", ""},
	{"ensembleAuthName", "a,b", "Auth.EnsembleNames=[a b]", "", ""},
	{"secureClientPort", "2281", "TLS.Listen=:2281", "x", ""},
	{"secureClientPortAddress", "::1", "TLS.Listen=[::1]:2", "", "secureClientPort=2"},
	{"client.portUnification", "true", "TLS.Unified=true", "yes", ""},
	{"client.certReload", "true", "TLS.Reload=true", "yes", ""},
	{"ssl.keyStore.location", "/k", "TLS.KeyStore.File=/k", "", ""},
	{"ssl.keyStore.password", "p", "TLS.KeyStore.Password=p", "", ""},
	{"ssl.keyStore.passwordPath", "/p", "TLS.KeyStore.PasswordFile=/p", "", ""},
	{"ssl.keyStore.type", "pem", "TLS.KeyStore.Type=PEM", "DER", ""},
	{"ssl.trustStore.location", "/k", "TLS.TrustStore.File=/k", "", ""},
	{"ssl.trustStore.password", "p", "TLS.TrustStore.Password=p", "", ""},
	{"ssl.trustStore.passwordPath", "/p", "TLS.TrustStore.PasswordFile=/p", "", ""},
	{"ssl.trustStore.type", "JKS", "TLS.TrustStore.Type=JKS", "DER", ""},
	{"ssl.protocol", "TLSv1.3", "TLS.Protocol=TLSv1.3", "", ""},
	{"ssl.enabledProtocols", "TLSv1.2,TLSv1.3", "TLS.EnabledProtocols=[TLSv1.2 TLSv1.3]", "", ""},
	{"ssl.ciphersuites", "A,B", "TLS.CipherSuites=[A B]", "", ""},
	{"ssl.clientAuth", "WANT", "TLS.ClientAuth=want", "maybe", ""},
	{"ssl.hostnameVerification", "false", "TLS.VerifyServers=false", "no", ""},
	{"ssl.clientHostnameVerification", "true", "TLS.VerifyClients=true", "yes", ""},
	{"ssl.crl", "true", "TLS.CRL=true", "yes", ""},
	{"ssl.ocsp", "true", "TLS.OCSP=true", "yes", ""},
	{"ssl.authProvider", "mine", "TLS.AuthProvider=mine", "", ""},
	{"ssl.handshakeDetectionTimeoutMillis", "9", "TLS.HandshakeTimeout=9ms", "0", ""},
	{"admin.enableServer", "false", "Admin.Enabled=false", "no|False", ""},
	{"admin.serverPort", "8081", "Admin.Port=8081", "70000", ""},
	{"admin.serverAddress", "127.0.0.1", "Admin.Host=127.0.0.1", "", ""},
	{"admin.commandURL", "/c", "Admin.URL=/c", "", ""},
	{"admin.idleTimeout", "9", "Admin.IdleTimeout=9ms", "x", ""},
	{"admin.rateLimiterIntervalInMS", "9", "Admin.RateLimit=9ms", "x", ""},
	{"admin.snapshot.enabled", "false", "Admin.Snapshot=false", "no", ""},
	{"admin.restore.enabled", "false", "Admin.Restore=false", "no", ""},
	{"metricsProvider.className", zoocfg.PrometheusMetrics, "Metrics.Class=" + zoocfg.PrometheusMetrics, "a.B", ""},
	{"metricsProvider.httpHost", "::1", "Metrics.Host=::1", "", ""},
	{"metricsProvider.httpPort", "7001", "Metrics.Port=7001", "x", ""},
	{"metricsProvider.exportJvmInfo", "false", "Metrics.JVM=false", "no", ""},
	{"server.*", "h:2:3", "Ensemble.Voters=1", "h|h:2|h:2:2|h:2:x|h:2:3:boss|h:2:3;x:y:z|[h:2:3|h:2:3;x|a:1:2\\|b:1:2", ""},
	{"group*", "1:2", "", "", ""},
	{"weight*", "3", "", "", ""},
	{"dynamicConfigFile", "DIR/members", "Ensemble.Voters=1", "/nowhere", ""},
	{"standaloneEnabled", "false", "Ensemble.Standalone=false; Ensemble.ServerID=1", "no",
		"server.1=h:2:3\ninitLimit=1\nsyncLimit=1\ndataDir=DIR"},
	{"reconfigEnabled", "true", "Ensemble.Reconfig=true", "yes", ""},
	{"initLimit", "10", "Ensemble.InitLimit=10", "x", ""},
	{"syncLimit", "5", "Ensemble.SyncLimit=5", "x", ""},
	{"peerType", "Observer", "Ensemble.PeerType=observer", "boss", ""},
	{"multiAddress.enabled", "true", "Ensemble.Voters=1", "yes", "server.1=a:1:2|b:1:2"},
	{"quorum.auth.enableSasl", "true", "", "yes", ""},
	{"quorum.auth.serverRequireSasl", "true", "", "yes|true", "quorum.auth.enableSasl=true\nquorum.auth.learnerRequireSasl=true"},
	{"quorum.auth.learnerRequireSasl", "true", "", "yes|true", "quorum.auth.enableSasl=true"},
}

// Every row of the table sets what it says, or is checked and named, and refuses what is wrong, with its line.
func TestKeys(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "myid"), "1\n")
	write(t, filepath.Join(dir, "members"), "server.7=h:2:3\n")
	plain := fields(load(t, base))
	seen := map[string]bool{}
	for _, s := range samples {
		seen[s.key] = true
		name := strings.Replace(strings.Replace(s.key, ".*", ".1", 1), "*", ".1", 1)
		inDir := func(text string) string { return strings.ReplaceAll(text, "DIR", dir) }
		cfg := load(t, base+inDir(s.with)+"\n"+name+"="+inDir(s.value)+"\n")
		got := map[string]bool{}
		for line := range fields(cfg) {
			got[line] = true
		}
		for line := range plain {
			delete(got, line)
		}
		if s.want != "" {
			for want := range strings.SplitSeq(s.want, "; ") {
				if !got[want] {
					t.Errorf("%s=%s sets %v, want %s", name, s.value, got, want)
				}
			}
		}
		if s.wrong == "" {
			continue
		}
		for _, wrong := range alternatives(s.wrong) {
			_, err := zoocfg.Load(file(t, base+name+"="+wrong+"\n"))
			where := fmt.Sprintf("zoo.cfg:%d: %s", strings.Count(base, "\n")+1, name)
			if s.key == "dynamicConfigFile" {
				where = "dynamicConfigFile"
			}
			if s.key == "maxSessionTimeout" && wrong == "5999" {
				where = "minSessionTimeout"
			}
			if err == nil || !strings.Contains(err.Error(), where) {
				t.Errorf("%s=%s: %v", name, wrong, err)
			}
		}
	}
	for _, k := range zoocfg.Keys() {
		switch {
		case k.Doc == "" || k.Type == "":
			t.Errorf("%s: nothing is said about it", k.Name)
		case k.Use == zoocfg.Ignored || k.Use == zoocfg.EnsembleOnly && !seen[k.Name]:
			unread(t, k)
		case !seen[k.Name]:
			t.Errorf("%s: no sample", k.Name)
		}
	}
}

// alternatives are wrong values, by bars. One that has a bar of its own has a backslash before it.
func alternatives(s string) []string {
	all := strings.Split(strings.ReplaceAll(s, `\|`, "\x00"), "|")
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "\x00", "|")
	}
	return all
}

// unread tries a key that sets nothing: it is named, and changes nothing else.
func unread(t *testing.T, k zoocfg.Key) {
	t.Helper()
	name := strings.Replace(k.Name, "*", "x", 1)
	value := "3"
	if strings.HasPrefix(k.Type, "true") {
		value = "true"
	}
	cfg := load(t, base+name+"="+value+"\n")
	named := cfg.Ignored
	if k.Use == zoocfg.EnsembleOnly {
		named = cfg.EnsembleOnly
	}
	if !slices.Equal(named, []string{name}) || len(cfg.Unknown) != 0 {
		t.Errorf("%s is not named: %q; unknown %v", name, named, cfg.Unknown)
	}
	if k.Type == "text" {
		return
	}
	if _, err := zoocfg.Load(file(t, base+name+"=x\n")); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("%s=x: %v", name, err)
	}
}

func TestKeysAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range zoocfg.Keys() {
		if seen[k.Name] {
			t.Errorf("%s stands twice in the table", k.Name)
		}
		seen[k.Name] = true
	}
}

func TestWriteKeys(t *testing.T) {
	var b strings.Builder
	if err := zoocfg.WriteKeys(&b); err != nil {
		t.Fatal(err)
	}
	for _, k := range zoocfg.Keys() {
		if !strings.Contains(b.String(), "\n"+k.Name+" ") || !strings.Contains(b.String(), k.Doc+"\n") {
			t.Errorf("%s is not in what is written", k.Name)
		}
	}
}

func TestUnknown(t *testing.T) {
	tests := []struct{ key, meant string }{
		{"ticktime", "tickTime"},
		{"maxClientCnxn", "maxClientCnxns"},
		{"maxClientConns", "maxClientCnxns"},
		{"autopurge.snapRetain", "autopurge.snapRetainCount"},
		{"zookeeper.snapCount", "snapCount"},
		{"zookeeper.4lw.commands.whitelist", "4lw.commands.whitelist"},
		{"\u00ef\u00bb\u00bftickTime", "tickTime"}, // a file that begins with UTF-8's mark
		{"foo", ""},
		{"somethingElseEntirely", ""},
	}
	for _, tt := range tests {
		cfg := load(t, base+escape(tt.key)+"=1\n")
		want := []zoocfg.Unknown{{Key: tt.key, Line: strings.Count(base, "\n") + 1, Meant: tt.meant}}
		if !slices.Equal(cfg.Unknown, want) {
			t.Errorf("%s: %v, want %v", tt.key, cfg.Unknown, want)
		}
	}
}

// base is a file that is right and asks for nothing.
const base = "# a comment\ndataDir=/data\nclientPort=1\n"

// file writes a zoo.cfg of its own.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zoo.cfg")
	write(t, path, text)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, text string) *zoocfg.Config {
	t.Helper()
	cfg, err := zoocfg.Load(file(t, text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return cfg
}

// fields lists what a configuration has, as path=value.
func fields(cfg *zoocfg.Config) map[string]bool {
	all := map[string]bool{}
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case !f.IsExported() || f.Name == "File":
				if f.Name != "File" || prefix == "" {
					continue
				}
				all[prefix+f.Name+"="+v.Field(i).String()] = true
			case f.Type.Kind() == reflect.Struct:
				walk(prefix+f.Name+".", v.Field(i))
			default:
				all[fmt.Sprintf("%s%s=%v", prefix, f.Name, v.Field(i).Interface())] = true
			}
		}
	}
	walk("", reflect.ValueOf(*cfg))
	return all
}
