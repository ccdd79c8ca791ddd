package server_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

const jaas = `Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_bob="builder" user_super="adminsecret" user_jürgen="grün" user_иван="пароль" user_empty="" "user_a@b@c"="x" "user_bob/h@r"="y";
};
`

var saslUsers = map[string]string{"bob": "builder", "super": "adminsecret", "jürgen": "grün", "иван": "пароль", "empty": "", "a@b@c": "x", "bob/h@r": "y"}

var start1 = answer{empty: true}

func change(kv ...string) map[string]string {
	m := make(map[string]string)
	for i := 0; i < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// with is bob's right answer, but for the changes.
func with(kv ...string) []answer {
	return []answer{start1, {user: "bob", password: "builder", changes: change(kv...)}}
}

var saslTalks = []struct {
	name    string
	answers []answer
}{
	{"right", with()},
	{"nothing at all", nil},
	{"half", []answer{start1}},
	{"garbage first", []answer{{raw: "garbage"}, {user: "bob", password: "builder"}}},
	{"wrong password", []answer{start1, {user: "bob", password: "x"}}},
	{"unknown user", []answer{start1, {user: "eve", password: "x"}}},
	{"unknown user without a password", []answer{start1, {user: "eve"}}},
	{"empty password", []answer{start1, {user: "empty"}}},
	{"super", []answer{start1, {user: "super", password: "adminsecret"}}},
	{"a principal", []answer{start1, {user: "bob/h@r", password: "y"}}},
	{"latin", []answer{start1, {user: "jürgen", hashed: "j\xfcrgen:zk-sasl-md5:gr\xfcn"}}},
	{"latin in UTF-8", []answer{start1, {user: "jürgen", password: "grün"}}},
	{"cyrillic", []answer{start1, {user: "иван", password: "пароль"}}},
	{"garbage", []answer{start1, {raw: "garbage"}}},
	{"empty", []answer{start1, start1}},
	{"twice", append(with(), answer{user: "bob", password: "builder"})},
	{"again after the end", append(with(), start1)},
	{"other realm", with("realm", `"elsewhere"`)},
	{"no realm", with("realm", "")},
	{"other nonce", with("nonce", `"x"`)},
	{"no nonce", with("nonce", "")},
	{"no cnonce", with("cnonce", "")},
	{"no nc", with("nc", "")},
	{"short nc", with("nc", "1")},
	{"second nc", with("nc", "00000002")},
	{"no qop", with("qop", "")},
	{"quoted qop", with("qop", `"auth"`)},
	{"qop int", with("qop", "auth-int")},
	{"qop unknown", with("qop", "x")},
	{"no charset", with("charset", "")},
	{"charset", with("charset", "UTF-8")},
	{"maxbuf", with("maxbuf", "65536")},
	{"no URI", with("digest-uri", "")},
	{"URI in capitals", with("digest-uri", `"ZooKeeper/ZK-SASL-MD5"`)},
	{"other URI", with("digest-uri", `"zookeeper/localhost"`)},
	{"authzid", with("authzid", `"alice"`)},
	{"no response", with("response", " ,")},
	{"response in capitals", with("response", "ABCD")},
	{"name twice", with("Qop", "auth")},
	{"unknown name", with("more", `"\"a\\b,c=d"`)},
	{"open quote", with("more", `"a`)},
	{"behind a quote", with("more", `"a"b`)},
}

// login logs in, and returns when the last answer is on its way.
func login(t *testing.T, addr, user, password string) *raw {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	r := c.call(wire.OpSASL, &wire.SASLToken{Token: []byte{}})
	token, _ := answer{user: user, password: password}.token(string(r.body))
	c.send(wire.OpSASL, &wire.SASLToken{Token: token})
	return c
}

// asNobody logs in by a name that nobody can have, which ends the connection without a word.
func asNobody(t *testing.T, addr string) {
	t.Helper()
	login(t, addr, "a@b@c", "x").gone()
}

// asBob tells what bob may do with what is alice's.
func asBob(t *testing.T, addr string) []wire.Code {
	t.Helper()
	c := login(t, addr, "bob", "builder")
	codes := []wire.Code{c.recv().Err}
	for _, user := range []string{"alice", "eve"} {
		q := &wire.CreateRequest{Path: "/" + user, ACL: []wire.ACL{{Perms: 31, Scheme: "sasl", ID: user}}}
		codes = append(codes, c.call(wire.OpCreate, q).Err, c.call(wire.OpGetData, read("/"+user)).Err)
	}
	return codes
}

// TestSASLAgainstApache has the same conversations with both servers, under several configurations.
func TestSASLAgainstApache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "jaas.conf")
	if err := os.WriteFile(file, []byte(jaas), 0o600); err != nil {
		t.Fatal(err)
	}
	known := []string{"java.security.auth.login.config=" + file, "file.encoding=UTF-8"}
	const provider = "authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider"
	users, scheme := server.WithSASLUsers(saslUsers), server.WithAuthSchemes("sasl")
	for _, setup := range []struct {
		name       string
		properties []string
		settings   []string
		opts       []server.Option
	}{
		{"no users", nil, nil, nil},
		{"users", known, nil, []server.Option{users}},
		{"in lists", known, []string{provider, "superUser=bob", `superUser.2=j\u00fcrgen`}, []server.Option{users, scheme, server.WithSASLSuperUsers("bob", "jürgen")}},
		{"failure allowed", known, []string{provider, "allowSaslFailedClients=true"}, []server.Option{users, scheme, server.WithAllowSASLFailed(true)}},
		{"required", known, []string{provider, "sessionRequireClientSASLAuth=true", "allowSaslFailedClients=true"}, []server.Option{users, scheme, server.WithAllowSASLFailed(true), server.WithRequiredAuth("sasl")}},
		{"required, or digest", known, []string{provider, "enforce.auth.enabled=true", "enforce.auth.schemes=digest, sasl"}, []server.Option{users, scheme, server.WithRequiredAuth("digest", " sasl")}},
		{"open to all", known, []string{provider, "letAnySaslUserDoX=alice"}, []server.Option{users, scheme, server.WithSASLOpenUser("alice")}},
	} {
		t.Run(setup.name, func(t *testing.T) {
			theirs, s := apache.StartWith(t, setup.properties, setup.settings...), start(t, setup.opts...)
			for _, talkTo := range saslTalks {
				want, got := talk(t, theirs.Addr(), talkTo.answers), talk(t, s.Addr(), talkTo.answers)
				if !slices.Equal(got, want) {
					t.Errorf("%s:\n ours   %q\n Apache %q", talkTo.name, got, want)
				}
			}
			if setup.properties != nil {
				asNobody(t, theirs.Addr())
				asNobody(t, s.Addr())
				if want, got := asBob(t, theirs.Addr()), asBob(t, s.Addr()); !slices.Equal(got, want) {
					t.Errorf("what is alice's: ours %v, Apache %v", got, want)
				}
			}
		})
	}
}
