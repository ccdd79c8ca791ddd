package digestmd5_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/digestmd5"
)

func only(user, password string) func(string) (string, bool) {
	return func(name string) (string, bool) { return password, name == user }
}

// The example of RFC 2831, section 4.
const (
	rfcNonce = "OA6MG9tEQGm2hh"
	rfcToken = `charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,cnonce="OA6MHXh6VqTrRk",` +
		`digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth`
)

func rfc(password string) *digestmd5.Server {
	s := digestmd5.New("elwood.innosoft.com", "imap/elwood.innosoft.com", only("chris", password))
	s.Challenge(rfcNonce)
	return s
}

func TestTheExampleOfTheRFC(t *testing.T) {
	s := rfc("secret")
	if _, ok := s.User(); ok {
		t.Error("a user before the exchange")
	}
	got, err := s.Next([]byte(rfcToken))
	if err != nil || string(got) != "rspauth=ea40f60335c427b5527b84dbabcdfffd" {
		t.Errorf("%s, %v", got, err)
	}
	if user, ok := s.User(); user != "chris" || !ok {
		t.Errorf("%q, %v", user, ok)
	}
	if _, err := s.Next([]byte(rfcToken)); !errors.Is(err, digestmd5.ErrFailed) {
		t.Errorf("the same again: %v", err)
	}
	if _, ok := s.User(); ok {
		t.Error("still a user after a failure")
	}
}

func TestFailures(t *testing.T) {
	for name, token := range map[string]string{
		"user": strings.Replace(rfcToken, "chris", "eve", 1), "response": strings.Replace(rfcToken, "d388", "d389", 1), "nothing": "",
		"nonce": strings.Replace(rfcToken, rfcNonce, "x", 1), "long": rfcToken + "," + strings.Repeat(" ", 4096),
	} {
		s := rfc("secret")
		if _, err := s.Next([]byte(token)); !errors.Is(err, digestmd5.ErrFailed) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.Next([]byte(rfcToken)); err == nil {
			t.Errorf("%s: a second try was let in", name)
		}
	}
	if _, err := rfc("other").Next([]byte(rfcToken)); !errors.Is(err, digestmd5.ErrFailed) {
		t.Errorf("password: %v", err)
	}
}

func TestChallenges(t *testing.T) {
	form := regexp.MustCompile(`^realm="r",nonce="[A-Za-z0-9+/]{40}",charset=utf-8,algorithm=md5-sess$`)
	seen := make(map[string]bool)
	for range 100 {
		got, err := digestmd5.New("r", "s/r", only("", "")).Next([]byte("whatever"))
		if err != nil || !form.Match(got) || seen[string(got)] {
			t.Errorf("%s, %v", got, err)
		}
		seen[string(got)] = true
	}
}

func TestParse(t *testing.T) {
	for token, want := range map[string]string{
		`realm=a`: "a", `realm="a"`: "a", ` , realm = "a" , `: "a", `REALM=a,x=y`: "a", `realm="a\"b\\,c"`: `a"b\,c`, `realm=`: "no", `realm`: "no", `=a`: "no", `realm=a,realm=b`: "no",
		`realm="a`: "no", `realm="a\`: "no", `realm="a"b`: "no", `re alm=a`: "no", `a,realm=b`: "no", `x="y" realm=a`: "a", `realm=a"b`: `a"b`, `realm=""`: "", "realm=\"a\"\r\n": "a", `realm=,x=y`: "",
	} {
		got, err := digestmd5.Parse([]byte(token))
		if refused := err != nil; refused != (want == "no") || !refused && got["realm"] != want {
			t.Errorf("%s: %q, %v", token, got, err)
		}
	}
}

// No token lets anybody in who does not know the password, and none makes it panic.
func FuzzNext(f *testing.F) {
	f.Add([]byte(rfcToken))
	f.Add([]byte(`a="\"`))
	f.Add([]byte("realm=\"\\\x00\",,,"))
	f.Fuzz(func(t *testing.T, token []byte) {
		s := rfc("another")
		if _, err := s.Next(token); !errors.Is(err, digestmd5.ErrFailed) {
			t.Errorf("%q: %v", token, err)
		}
	})
}
