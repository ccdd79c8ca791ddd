package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/client/internal/secret"
)

type holder struct {
	Shown  secret.Value
	hidden secret.Value
	list   []secret.Value
	under  *secret.Value
}

// Nothing that formats a value or what holds it shows the secret, in no encoding of its bytes.
func TestNothingShowsIt(t *testing.T) {
	const text = "hunter2-öß"
	v := secret.New([]byte(text))
	h := holder{v, v, []secret.Value{v}, &v}
	var out bytes.Buffer
	for _, subject := range []any{v, &v, h, &h, []any{h}, map[string]any{"x": h}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%T", "%t", "%p"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", subject)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("x", "subject", subject)
		}
		b, err := json.Marshal(subject)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	printed := out.String()
	for _, verb := range []string{"%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%v", "%#v"} {
		for _, form := range []string{fmt.Sprintf(verb, text), fmt.Sprintf(verb, []byte(text))} {
			if strings.Contains(printed, strings.Trim(form, "[]")) {
				t.Errorf("the secret shows as %s", form)
			}
		}
	}
	if !strings.Contains(printed, v.String()) {
		t.Errorf("nothing was printed: %s", printed)
	}
}

func TestReveal(t *testing.T) {
	b := []byte("abc")
	v := secret.New(b)
	b[0] = 'x'
	if got := string(v.Reveal()); got != "abc" {
		t.Errorf("got %q: the value shares its caller's bytes", got)
	}
	if got := (secret.Value{}).Reveal(); got != nil {
		t.Errorf("the zero value: %q", got)
	}
}
