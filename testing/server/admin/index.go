package admin

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/inside"
)

//go:embed index.html
var page string

var index = template.Must(template.New("index").Parse(page))

// index lists the commands, each with a link.
func (h *handler) index(w http.ResponseWriter) {
	type row struct {
		Name, Link, Aliases, Sentence string
		Changes                       bool
	}
	rows := make([]row, len(commands))
	for i, c := range commands {
		rows[i] = row{c.name, h.conf.url + "/" + c.name, strings.Join(c.aliases, ", "), c.sentence, c.changes}
	}
	version, state := "", "stopped"
	inside.Visit(h.srv, func(src fourletter.Source) { // a server that does not run says neither
		self := src.Self()
		version, state = self.Era.Full(), self.State()
	})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = index.Execute(w, map[string]any{ // fails only for a client that is gone
		"Version": version, "State": state, "Addr": h.srv.Addr(), "Commands": rows,
	})
}
