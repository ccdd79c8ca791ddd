package digestmd5

import (
	"errors"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/client/internal/secret"
)

// The example of RFC 2831, section 4, to the letter.
func TestExampleOfTheRFC(t *testing.T) {
	c := New("chris", secret.New([]byte("secret")), "imap", "elwood.innosoft.com")
	c.nonce = func() string { return "OA6MHXh6VqTrRk" }
	got, err := c.Next([]byte(`realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,cnonce="OA6MHXh6VqTrRk",` +
		`qop=auth,digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7`
	if string(got) != want {
		t.Errorf("answer\n got %s\nwant %s", got, want)
	}
	if c.Done() {
		t.Error("done before the server has proved anything")
	}
	if _, err := c.Next([]byte("rspauth=ea40f60335c427b5527b84dbabcdfffd")); err != nil || !c.Done() {
		t.Errorf("the server's proof: %v", err)
	}
	if _, err := c.Next(nil); !errors.Is(err, ErrChallenge) || c.Done() {
		t.Errorf("after the end: %v", err)
	}
}

const good = `realm="zk-sasl-md5",nonce="abc",charset=utf-8,algorithm=md5-sess`

func TestBadChallenges(t *testing.T) {
	for name, token := range map[string]string{
		"empty":           "",
		"garbage":         "garbage",
		"no nonce":        `realm="r",algorithm=md5-sess`,
		"no algorithm":    `realm="r",nonce="n"`,
		"other algorithm": `realm="r",nonce="n",algorithm=md5`,
		"no auth":         `realm="r",nonce="n",qop="auth-int,auth-conf",algorithm=md5-sess`,
		"nonce twice":     `nonce="n",nonce="m",algorithm=md5-sess`,
		"open quote":      `nonce="n`,
		"open escape":     `nonce="n\`,
		"behind a quote":  `nonce="n"x,algorithm=md5-sess`,
		"no value":        `nonce=,algorithm=md5-sess`,
		"no name":         `="n",algorithm=md5-sess`,
		"long":            good + `,x="` + strings.Repeat("x", maxChallenge) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			c := New("bob", secret.New([]byte("builder")), "zookeeper", "zk-sasl-md5")
			if token, err := c.Next([]byte(token)); !errors.Is(err, ErrChallenge) || token != nil {
				t.Errorf("got %q, %v", token, err)
			}
			if _, err := c.Next([]byte(good)); !errors.Is(err, ErrChallenge) {
				t.Errorf("it goes on after an error: %v", err)
			}
		})
	}
}

func TestServerWithoutTheProof(t *testing.T) {
	for _, token := range []string{"", "rspauth=", "rspauth=00000000000000000000000000000000", "x=y", good} {
		c := New("bob", secret.New([]byte("builder")), "zookeeper", "zk-sasl-md5")
		if _, err := c.Next([]byte(good)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Next([]byte(token)); err == nil || c.Done() {
			t.Errorf("%q passes for the server's proof", token)
		}
	}
}

// Names and values with quotes, backslashes and commas come back as they went.
func TestQuoting(t *testing.T) {
	c := New(`b"o\b, the "builder"`, secret.New(nil), "zookeeper", "zk-sasl-md5")
	token, err := c.Next([]byte(` realm = "a\"b\\,c" , realm="second",nonce=n,,QOP="auth-int, auth", algorithm=md5-sess`))
	if err != nil {
		t.Fatal(err)
	}
	d, err := parse(token)
	if err != nil {
		t.Fatal(err)
	}
	if d["username"] != `b"o\b, the "builder"` || d["realm"] != `a"b\,c` || d["nonce"] != "n" {
		t.Errorf("got %q", d)
	}
	if _, told := d["charset"]; told {
		t.Error("charset without the server's")
	}
}

func FuzzNext(f *testing.F) {
	f.Add([]byte(good), []byte("rspauth=00000000000000000000000000000000"))
	f.Add([]byte(`nonce="\"`), []byte(""))
	f.Fuzz(func(t *testing.T, challenge, proof []byte) {
		c := New("bob", secret.New([]byte("builder")), "zookeeper", "zk-sasl-md5")
		token, err := c.Next(challenge)
		if (token == nil) != (err != nil) {
			t.Fatalf("%q, %v", token, err)
		}
		if _, err := c.Next(proof); err == nil && !strings.Contains(string(proof), string(c.expect)) {
			t.Fatalf("%q passes for the proof", proof)
		}
	})
}
