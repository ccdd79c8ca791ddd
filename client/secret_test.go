package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// shared is a buffer that the server's log may write, too.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// dump prints everything in every way.
func dump(w io.Writer, subjects ...any) {
	for _, subject := range subjects {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%p"} {
			_, _ = fmt.Fprintf(w, verb+"\n", subject)
		}
		slog.New(slog.NewTextHandler(w, nil)).Info("x", "subject", subject)
		slog.New(slog.NewJSONHandler(w, nil)).Info("x", "subject", subject)
		if b, err := json.Marshal(subject); err == nil {
			_, _ = w.Write(b)
		}
		if err, ok := subject.(error); ok {
			_, _ = fmt.Fprintln(w, err.Error())
		}
	}
}

// leaks returns how a secret shows in a text.
func leaks(text, secret string) (forms []string) {
	for _, verb := range []string{"%s", "%q", "%x", "%X", "%d", "%v", "%#v"} {
		for _, form := range []string{fmt.Sprintf(verb, secret), fmt.Sprintf(verb, []byte(secret))} {
			form = strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(form, "]"), "}"), "[")
			if form = strings.TrimPrefix(form, "[]byte{"); !strings.HasPrefix(form, "%!") && strings.Contains(text, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}

// Neither options nor what is made of them, nor errors and states, nor the server's log, show what must not be seen.
func TestSecretsAreNotShown(t *testing.T) {
	const digest, sasl, late, refused = "hunter2digest", "hunter2sasl", "hunter2late", "hunter2refused"
	var out shared
	known := zktest.WithServer(server.WithSASLUsers(map[string]string{"bob": sasl}), server.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		opts := []client.Option{
			client.WithDigest("ann", digest), client.WithAuth("digest", []byte("eve:"+digest)), client.WithSASL("bob", sasl),
			client.WithDial(w.Host("a").DialContext),
		}
		d, err := client.NewDialer(opts...)
		must(t, err)
		dump(&out, opts, opts[0], opts[1], opts[2], d, *d)
		c, err := client.Connect(ctx, w.Addr, opts...)
		must(t, err)
		changes := c.States(ctx)
		must(t, c.AddAuth(ctx, "digest", []byte("late:"+late)))
		_, _ = fmt.Fprintf(&out, "%v %+v %#v", struct{ c *client.Client }{c}, []any{d, c}, &c)
		dump(&out, c, c.AddAuth(ctx, "nonsense", []byte(refused)))
		dump(&out, <-changes, <-changes, <-changes)
		must(t, c.Close(ctx))
		for _, opt := range []client.Option{client.WithSASL("bob", refused), client.WithAuth("nonsense", []byte(refused)), client.WithDigest(refused+":x", "")} {
			_, err := client.Connect(ctx, w.Addr, opt, client.WithDial(w.Host("a").DialContext))
			if err == nil {
				t.Error("it connected")
			}
			dump(&out, err)
		}
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
		builder := c.Create("/x").ACL(client.Digest("ann", digest, 31))
		dump(&out, builder, client.Digest("ann", digest, 31), client.Digest)
		ended, cancel := context.WithCancel(ctx)
		cancel()
		_, err = builder.Do(ended)
		dump(&out, err)
	}, known)
	text := out.b.String()
	for _, secret := range []string{digest, sasl, late, refused} {
		for _, form := range leaks(text, secret) {
			t.Errorf("%s shows as %s", secret, form)
		}
	}
	for _, must := range []string{"client.Dialer", "client dialer", "client of session 0x", "AUTHFAILED", "nonsense", "refusing an identity"} {
		if !strings.Contains(text, must) {
			t.Errorf("nothing was printed about %q", must)
		}
	}
	if len(leaks(fmt.Sprintf("%+v %x", struct{ p string }{digest}, digest), digest)) < 2 {
		t.Error("the test is blind")
	}
}
