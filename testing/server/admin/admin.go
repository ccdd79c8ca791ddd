package admin

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/inside"
)

// Option changes what a Handler tells, or where.
type Option func(*config)

type config struct {
	url        string
	idle       time.Duration
	initial    *string
	properties map[string]string
}

// WithCommandURL sets the path that the commands are below, by default /commands.
func WithCommandURL(path string) Option {
	return func(c *config) { c.url = "/" + strings.Trim(path, "/") }
}

// WithIdleTimeout sets for how long Serve keeps a connection that asks for nothing, by default 30 s.
func WithIdleTimeout(d time.Duration) Option {
	return func(c *config) { c.idle = d }
}

// WithInitialConfiguration sets the text of the configuration file that initial_configuration tells. By default there is none, and
// it tells null.
func WithInitialConfiguration(text string) Option {
	return func(c *config) { c.initial = &text }
}

// WithProperties adds what system_properties tells, such as the settings of a configuration file that are JVM properties in
// Apache, by their names there: zookeeper.<key>.
func WithProperties(properties map[string]string) Option {
	return func(c *config) { maps.Copy(c.properties, properties) }
}

func newConfig(opts []Option) *config {
	c := &config{url: "/commands", idle: 30 * time.Second, properties: make(map[string]string)}
	for _, opt := range opts {
		opt(c)
	}
	return c
}

// Handler answers the commands for a server, which may be stopped and started meanwhile. The methods are GET and HEAD.
func Handler(srv *server.Server, opts ...Option) http.Handler {
	return &handler{srv: srv, conf: newConfig(opts)}
}

type handler struct {
	srv  *server.Server
	conf *config
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		w.Header().Set("Allow", allowed)
		return
	case http.MethodTrace:
		w.WriteHeader(http.StatusForbidden)
		return
	case http.MethodPost, http.MethodPut, http.MethodDelete:
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	default:
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, h.conf.url)
	if !ok || rest != "" && rest[0] != '/' {
		http.NotFound(w, r)
		return
	}
	if rest == "" || rest == "/" {
		h.index(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = write(w, h.answer(rest[1:], r.URL.Query())) // fails only for a client that is gone
}

// allowed is what Apache says; TRACE is refused all the same.
const allowed = "GET, HEAD, TRACE, OPTIONS"

// answer runs a command.
func (h *handler) answer(name string, args map[string][]string) object {
	c := lookup(name)
	if c == nil {
		return object{{"command", name}, {"error", "Unknown command: " + name}}
	}
	q := question{args: args, conf: h.conf}
	if c.needless {
		return answered(c.name, c.run(q))
	}
	var o object
	if !inside.Visit(h.srv, func(src fourletter.Source) {
		q.src = src
		o = answered(c.name, c.run(q))
	}) {
		return object{{"command", name}, {"error", "This ZooKeeper instance is not currently serving requests"}}
	}
	return o
}

// shutdown bounds how long Serve waits for answers on their way.
const shutdown = 5 * time.Second

// Serve serves Handler on a listener until ctx ends, and closes it. It returns nil for that, and otherwise why serving failed.
func Serve(ctx context.Context, ln net.Listener, srv *server.Server, opts ...Option) error {
	conf := newConfig(opts)
	web := &http.Server{Handler: &handler{srv: srv, conf: conf}, IdleTimeout: conf.idle, ReadHeaderTimeout: conf.idle}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("admin: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	err := web.Shutdown(end)
	if err != nil {
		err = errors.Join(err, web.Close())
	}
	<-failed // it has ended
	if err != nil {
		return fmt.Errorf("admin: %w", err)
	}
	return nil
}
