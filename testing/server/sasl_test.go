package server_test

import (
	"crypto/md5" //nolint:gosec // the mechanism's choice
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// answer makes a client's token from the server's, as RFC 2831 has it, written once more so that a mistake would have to be made
// twice. What is in changes replaces what is sent; nothing at all takes it out.
type answer struct {
	user, password string
	hashed         string // the bytes of user:realm:password, if not these
	changes        map[string]string
	raw            string // the whole token, if not empty
	empty          bool   // no bytes
	null           bool
}

var nonceOf = regexp.MustCompile(`nonce="([^"]*)"`)

func sum(b string) string {
	s := md5.Sum([]byte(b))
	return string(s[:])
}

func hexSum(b string) string { return hex.EncodeToString([]byte(sum(b))) }

func (a answer) token(challenge string) (token []byte, rspauth string) {
	switch {
	case a.null:
		return nil, ""
	case a.empty:
		return []byte{}, ""
	case a.raw != "":
		return []byte(a.raw), ""
	}
	nonce := ""
	if m := nonceOf.FindStringSubmatch(challenge); m != nil {
		nonce = m[1]
	}
	d := map[string]string{
		"charset": "utf-8", "username": `"` + a.user + `"`, "realm": `"zk-sasl-md5"`, "nonce": `"` + nonce + `"`, "nc": "00000001",
		"cnonce": `"abc"`, "qop": "auth", "digest-uri": `"zookeeper/zk-sasl-md5"`,
	}
	for k, v := range a.changes {
		d[k] = v
	}
	hashed := a.hashed
	if hashed == "" {
		hashed = a.user + ":zk-sasl-md5:" + a.password
	}
	uri := strings.Trim(d["digest-uri"], `"`)
	a1 := sum(hashed) + ":" + nonce + ":" + strings.Trim(d["cnonce"], `"`)
	if z := strings.Trim(d["authzid"], `"`); z != "" {
		a1 += ":" + z
	}
	kd := func(method string) string {
		return hexSum(hexSum(a1) + ":" + nonce + ":00000001:" + strings.Trim(d["cnonce"], `"`) + ":auth:" + hexSum(method+":"+uri))
	}
	if _, ok := d["response"]; !ok {
		d["response"] = kd("AUTHENTICATE")
	}
	var parts []string
	for _, k := range []string{
		"charset", "username", "realm", "nonce", "nc", "cnonce", "qop", "maxbuf", "response", "digest-uri", "authzid", "cipher", "Qop", "more",
	} {
		if v := d[k]; v != "" {
			parts = append(parts, k+"="+v)
		}
	}
	return []byte(strings.Join(parts, ",")), "rspauth=" + kd("")
}

// talk sends the answers one after the other and describes what comes back, and who the client is then.
func talk(t *testing.T, addr string, answers []answer) []string {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	var lines []string
	challenge := ""
	for _, a := range answers {
		token, rspauth := a.token(challenge)
		r := c.call(wire.OpSASL, &wire.SASLToken{Token: token})
		said := fmt.Sprintf("%x", r.body)
		if len(r.body) > 4 {
			said = string(r.body[4:])
		}
		if m := nonceOf.FindStringSubmatch(said); m != nil {
			challenge = said
			said = strings.Replace(said, m[1], fmt.Sprintf("<%d characters>", len(m[1])), 1)
		}
		if rspauth != "" {
			said = strings.Replace(said, rspauth, "rspauth=<right>", 1)
		}
		lines = append(lines, fmt.Sprintf("zxid %d, err %v, %s", r.Zxid, r.Err, said))
		if r.Err != wire.OK {
			c.gone()
			return lines
		}
	}
	r := c.call(wire.OpWhoAmI, &wire.Empty{})
	if r.Err != wire.OK {
		c.gone()
		return append(lines, fmt.Sprintf("zxid %d, err %v, %x", r.Zxid, r.Err, r.body))
	}
	lines = append(lines, describe(t, wire.OpWhoAmI, r, nil))
	r = c.call(wire.OpSetACL, &wire.SetACLRequest{Path: "/zookeeper/quota", ACL: []wire.ACL{{Perms: 31, Scheme: "auth"}, wire.OpenACL[0]}, Version: -1})
	lines = append(lines, r.Err.String())
	r = c.call(wire.OpGetACL, at("/zookeeper/quota"))
	return append(lines, describe(t, wire.OpGetACL, r, nil))
}

func TestSASL(t *testing.T) {
	const (
		challenged = `zxid 0, err zookeeper: OK, realm="zk-sasl-md5",nonce="<40 characters>",charset=utf-8,algorithm=md5-sess`
		nothing    = "zxid 0, err zookeeper: OK, ffffffff"
		refused    = "zxid 0, err zookeeper: AUTHFAILED, ffffffff"
		required   = "zxid 0, err zookeeper: SESSIONCLOSEDREQUIRESASLAUTH, "
	)
	right, wrong := answer{user: "bob", password: "builder"}, answer{user: "bob", password: "x"}
	users := server.WithSASLUsers(map[string]string{"bob": "builder"})
	for name, c := range map[string]struct {
		opts    []server.Option
		answers []answer
		want    []string // of the first lines
	}{
		"right":              {[]server.Option{users, server.WithAuthSchemes("sasl")}, []answer{{empty: true}, right}, []string{challenged, "zxid 0, err zookeeper: OK, rspauth=<right>", "{Clients:[{Scheme:ip User:127.0.0.1} {Scheme:sasl User:bob}]}", "OK"}},
		"super":              {[]server.Option{users, server.WithSASLSuperUsers("bob")}, []answer{{empty: true}, right}, []string{challenged, "zxid 0, err zookeeper: OK, rspauth=<right>", "{Clients:[{Scheme:ip User:127.0.0.1} {Scheme:sasl User:} {Scheme:super User:}]}"}},
		"wrong":              {[]server.Option{users}, []answer{{empty: true}, wrong}, []string{challenged, refused}},
		"wrong, and allowed": {[]server.Option{users, server.WithAllowSASLFailed(true)}, []answer{{empty: true}, wrong}, []string{challenged, nothing, "{Clients:[{Scheme:ip User:127.0.0.1}]}", "INVALIDACL"}},
		"wrong, and needed":  {[]server.Option{users, server.WithAuthSchemes("sasl"), server.WithRequiredAuth("sasl"), server.WithAllowSASLFailed(true)}, []answer{{empty: true}, wrong}, []string{challenged, required + "ffffffff"}},
		"not tried":          {[]server.Option{users, server.WithAuthSchemes("sasl"), server.WithRequiredAuth("sasl")}, nil, []string{required}},
		"no users":           {nil, []answer{{empty: true}, right}, []string{nothing, nothing, "{Clients:[{Scheme:ip User:127.0.0.1}]}"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := talk(t, start(t, c.opts...).Addr(), c.answers)
			if len(got) < len(c.want) || !slices.Equal(got[:len(c.want)], c.want) {
				t.Errorf("%q\nwant %q", got, c.want)
			}
		})
	}
}

// Tokens that are none cost the connection, without a word.
func TestSASLTokensThatDoNotDecode(t *testing.T) {
	onBoth(t, func(t *testing.T, addr string, _ bool) {
		t.Helper()
		for name, body := range map[string]wire.Record{"null": &wire.SASLToken{}, "short": record("\x00\x00"), "cut": record("\x00\x00\x00\x09ab")} {
			c := connect(t, dialTCP(t, addr))
			c.send(wire.OpSASL, body)
			_ = c.nc.SetReadDeadline(time.Now().Add(patience))
			if b, err := io.ReadAll(c.nc); len(b) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%s: %x, %v", name, b, err)
			}
		}
	})
}

// A session does not keep what a connection has proved, and goes on without it.
func TestIdentitiesEndWithTheConnection(t *testing.T) {
	s := start(t, server.WithSASLUsers(map[string]string{"bob": "builder"}), server.WithAuthSchemes("sasl"))
	c := connect(t, dialTCP(t, s.Addr()))
	challenge := c.ok(wire.OpSASL, &wire.SASLToken{Token: []byte{}}, nil)
	token, _ := answer{user: "bob", password: "builder"}.token(string(challenge.body))
	c.ok(wire.OpSASL, &wire.SASLToken{Token: token}, nil)
	c.ok(wire.OpCreate, guarded("/his", wire.ACL{Perms: 31, Scheme: "auth"}), nil)
	c.ok(wire.OpGetData, read("/his"), nil)
	again := newRaw(t, dialTCP(t, s.Addr()))
	again.resume(c)
	if code := again.code(wire.OpGetData, read("/his")); code != wire.NoAuth {
		t.Errorf("%v", code)
	}
	if r := again.call(wire.OpSASL, &wire.SASLToken{Token: token}); r.Err != wire.OK || !strings.Contains(string(r.body), "nonce=") {
		t.Errorf("the old token, first: %v %q, want a new challenge", r.Err, r.body)
	}
	if r := again.call(wire.OpSASL, &wire.SASLToken{Token: token}); r.Err != wire.AuthFailed {
		t.Errorf("the old token: %v", r.Err)
	}
	again.gone()
	third := newRaw(t, dialTCP(t, s.Addr())) // the session has survived that
	third.resume(c)
	third.ok(wire.OpExists, read("/"), nil)
}

func TestSecurityOptionsThatAreWrong(t *testing.T) {
	cfg := newPKI(t).server(t, tls.NoClientCert)
	for name, opt := range map[string]server.Option{
		"address": server.WithTLS("nowhere", cfg), "no config": server.WithTLS("a:1", nil), "no certificate": server.WithPortUnification(&tls.Config{MinVersion: tls.VersionTLS12}),
		"only": server.WithTLSOnly(), "scheme": server.WithAuthSchemes("digest"), "nothing required": server.WithRequiredAuth(), "unknown required": server.WithRequiredAuth("sasl"),
		"hash": server.WithDigestAlgorithm("MD2"),
	} {
		if _, err := server.New(opt); err == nil || !strings.HasPrefix(err.Error(), "server: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A listener that cannot be opened leaves no other one open.
func TestStartOpensAllListenersOrNone(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s, err := server.New(server.WithTLS(taken.Addr().String(), newPKI(t).server(t, tls.NoClientCert)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil {
		t.Fatal("two listeners on one port")
	}
	if nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Addr()); err == nil {
		_ = nc.Close()
		t.Error("the plain listener is open")
	}
	_ = taken.Close()
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Kill()
}
