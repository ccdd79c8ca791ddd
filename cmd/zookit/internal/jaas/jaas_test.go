package jaas_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/cmd/zookit/internal/jaas"
)

// What is wrong is told with its line, and without the value, which may be a password.
func TestWrong(t *testing.T) {
	for text, want := range map[string]string{
		"Server":                              "1: '{' expected",
		"\n{ };":                              "2: a section's name expected",
		"Server {":                            "1: the class of a module expected",
		"Server {\na b;\n};":                  "2: the flag \"B\" is none of REQUIRED",
		"Server {\na required\nb;\n};":        "3: '=' expected",
		"Server {\na required\nb=1;\n};":      "3: a value expected",
		"Server {\na required\nb='c';\n};":    "3: a value expected",
		"Server { a required };":              "1: an option expected",
		"Server { };\nServer { };":            "2: section \"Server\" is there twice",
		"Server { }":                          "1: ';' expected",
		"Server { a required b=\"p${x}\"; };": "the value of b has a property of Java in it",
		"Server { a required /* b=c; };":      "1: an option expected",
	} {
		if c, err := jaas.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "p$") {
			t.Errorf("%q: %v, %v, want %s", text, c, err, want)
		}
	}
}

func TestUsers(t *testing.T) {
	c, err := jaas.Parse([]byte(`Server { a required user_alice="a" user_=none user_bob=b other=c; a optional user_bob="2"; }; None { }; Client { a required username=x; };`))
	if err != nil {
		t.Fatal(err)
	}
	if users, ok := c.Users("Server"); !ok || !maps.Equal(users, map[string]string{"alice": "a", "": "none", "bob": "2"}) {
		t.Errorf("%q, %v", users, ok)
	}
	if users, ok := c.Users("Client"); !ok || len(users) != 0 {
		t.Errorf("%q, %v", users, ok)
	}
	for _, none := range []string{"server", "None"} {
		if users, ok := c.Users(none); ok || len(users) != 0 {
			t.Errorf("%s: %q, %v", none, users, ok)
		}
	}
}
