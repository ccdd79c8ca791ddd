package main_test

import (
	"crypto/md5" //nolint:gosec // the mechanism's choice
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

const saslProvider = "authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider"

// jaasFile is one as Java's programs have it.
func jaasFile(t *testing.T, section string) string {
	t.Helper()
	return file(t, section+" {", "  org.apache.zookeeper.server.auth.DigestLoginModule required", `  user_bob="builder";`, "};")
}

// The users of a JAAS file can log in, as can the one whose password is in the file itself; and who must, and does not, gets nothing.
func TestSASL(t *testing.T) {
	p := start(t, "server", "--jaas", jaasFile(t, "Mine"), config(t, "dataDir="+t.TempDir(), "clientPort=0", "clientPortAddress=127.0.0.1", saslProvider,
		"sasl.serverconfig=Mine", "sessionRequireClientSASLAuth=true", "enforce.auth.enabled=true", "enforce.auth.schemes=digest",
		"SASLAuthenticationProvider.superPassword=secret", "superUser=super"))
	for _, tt := range []struct {
		user, password string
		code           wire.Code
		who            string
	}{
		{"bob", "builder", wire.OK, "sasl bob"},
		{"super", "secret", wire.OK, "sasl super super"},
		{"bob", "secret", -124, ""}, // with sasl required, a login that fails has a code of its own
		{"", "", -124, ""},
	} {
		c := peer{t: t}
		c.nc, c.frames = shake(t, p.addr())
		if tt.user != "" {
			if code, _ := c.login(tt.user, tt.password); code != tt.code {
				t.Errorf("%s logs in with %s: %v", tt.user, tt.password, code)
			}
			if tt.code != wire.OK {
				continue
			}
		}
		code, body := c.ask(wire.OpWhoAmI, &wire.Empty{})
		if who := strings.Join(regexp.MustCompile(`[a-z]{3,}`).FindAllString(body, -1), " "); code != tt.code || !strings.HasSuffix(who, tt.who) {
			t.Errorf("%s is %q, %v", tt.user, who, code)
		}
	}
}

// peer is a client whose requests wait for each other.
type peer struct {
	t      *testing.T
	nc     interface{ Write(b []byte) (int, error) }
	frames *wire.FrameReader
}

func (p *peer) ask(op wire.Op, body wire.Record) (code wire.Code, answer string) {
	p.t.Helper()
	if _, err := p.nc.Write(wire.AppendRequest(nil, 1, op, body)); err != nil {
		p.t.Fatal(err)
	}
	frame, err := p.frames.Next()
	if err != nil {
		p.t.Fatal(err)
	}
	var h wire.ReplyHeader
	r := wire.NewReader(frame)
	if h.Decode(&r); r.Err() != nil {
		p.t.Fatal(r.Err())
	}
	return h.Err, string(frame)
}

// login proves who the client is, as RFC 2831 has it.
func (p *peer) login(user, password string) (wire.Code, string) {
	p.t.Helper()
	code, challenge := p.ask(wire.OpSASL, &wire.SASLToken{Token: []byte{}})
	nonce := regexp.MustCompile(`nonce="([^"]*)"`).FindStringSubmatch(challenge)
	if code != wire.OK || nonce == nil {
		p.t.Fatalf("%v, %q", code, challenge)
	}
	const realm, uri = "zk-sasl-md5", "zookeeper/zk-sasl-md5"
	sum := func(s string) string {
		b := md5.Sum([]byte(s))
		return string(b[:])
	}
	hexed := func(s string) string { return hex.EncodeToString([]byte(sum(s))) }
	secret := hexed(sum(user+":"+realm+":"+password) + ":" + nonce[1] + ":c")
	return p.ask(wire.OpSASL, &wire.SASLToken{Token: []byte(`charset=utf-8,username="` + user + `",realm="` + realm + `",nonce="` + nonce[1] +
		`",nc=00000001,cnonce="c",qop=auth,digest-uri="` + uri + `",response=` + hexed(secret+":"+nonce[1]+":00000001:c:auth:"+hexed("AUTHENTICATE:"+uri)))})
}

func TestSASLWrong(t *testing.T) {
	base := []string{"dataDir=/nowhere", "clientPort=0", "clientPortAddress=127.0.0.1"}
	for _, tt := range []struct{ jaas, line, last string }{
		{"", "sessionRequireClientSASLAuth=true", "SASL has no users without --jaas, so nobody could do anything"},
		{jaasFile(t, "Server"), "sessionRequireClientSASLAuth=true", `"sasl" is required and not known`},
		{"/nowhere", "", "--jaas: open /nowhere"},
		{jaasFile(t, "Client"), "", `has no section "Server"`},
		{file(t, "Server {", "x required", "user_bob=;"), "", `zoo.cfg:3: a value expected`},
		{file(t, "Server { x required; };"), "", "has no option user_<name>"},
	} {
		args := []string{"server", config(t, append(base, tt.line)...)}
		if tt.jaas != "" {
			args = append(args, "--jaas", tt.jaas)
		}
		start(t, args...).ends(2, tt.last)
	}
}

// A key that changes nothing is told of.
func TestNothingIsReadInVain(t *testing.T) {
	p := start(t, "server", config(t, "dataDir="+t.TempDir(), "clientPort=0", "clientPortAddress=127.0.0.1", "superUser.1=x", "allowSaslFailedClients=true",
		"SASLAuthenticationProvider.superPassword=x", "sasl.serverconfig=x", "letAnySaslUserDoX=x", "ssl.handshakeDetectionTimeoutMillis=5", "client.certReload=true",
		"emulate353TTLNodes=true", "snapshot.compression.method=snappy", "admin.rateLimiterIntervalInMS=1", "admin.snapshot.enabled=true"))
	for _, key := range []string{
		"superUser", "allowSaslFailedClients", "SASLAuthenticationProvider.superPassword", "sasl.serverconfig", "letAnySaslUserDoX", "ssl.handshakeDetectionTimeoutMillis",
		"client.certReload", "emulate353TTLNodes", "snapshot.compression.method", "admin.rateLimiterIntervalInMS", "admin.snapshot.enabled",
	} {
		p.find(`not served" key=` + regexp.QuoteMeta(key) + " ")
	}
}
