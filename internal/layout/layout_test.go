package layout

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestImports(t *testing.T) {
	lookAtSources(t)
	graph := list(t)
	if !slices.ContainsFunc(graph, func(p Package) bool { return p.Path == Module+"/internal/wire" }) {
		t.Fatal("go list has not listed the module")
	}
	for _, line := range Check(graph) {
		t.Error(line)
	}
}

// lookAtSources keeps go test from answering out of its cache when a source has changed: it sees what a test itself looks at, and
// not what the go tool reads for it.
func lookAtSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, entry os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".go" {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) { // a file may go while others work in the tree
		t.Fatal(err)
	}
}

// list asks the go tool for all packages of the module and what they link.
func list(t *testing.T) []Package {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Imports,Module,Standard", Module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var graph []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
			Module     *struct{ Path string }
			Standard   bool
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return graph
		} else if err != nil {
			t.Fatal(err)
		}
		pkg := Package{Path: p.ImportPath, Imports: p.Imports}
		if p.Module != nil && !p.Standard {
			pkg.Module = p.Module.Path
		}
		graph = append(graph, pkg)
	}
}

// The rules on made-up graphs, a line a package: the path, then its imports. A path that begins with ./ is the module's, one with
// a dot in its first part is of the module that its path up to a colon names, and any other is of the standard library.
func TestCheck(t *testing.T) {
	tests := []struct{ name, graph, want string }{
		{"as it should be", `
			./internal/wire       io
			./client              ./internal/wire ./client/internal/session github.com/go-zookeeper/zk:
			./client/internal/session ./internal/wire golang.org/x/sync:/errgroup
			./recipes/lock        ./client ./recipes/internal/contend
			./recipes/internal/contend ./client
			./cache               ./client ./client/modeled
			./client/modeled      ./client
			./testing/server      ./internal/wire ./testing/fault
			./testing/zktest      ./testing/server ./client
			./cmd/zookit          ./testing/server ./client example.com/kong:`, ""},
		{"the client's observers link what they tell", `
			./client/promzk ./client github.com/prometheus/client_golang:/prometheus
			./client/otelzk ./client go.opentelemetry.io/otel:`, ""},
		{"an observer knows the server", `
			./client/promzk ./testing/server`, "what tells others of the client stands on it"},
		{"client links an observer", `
			./client/modeled ./client/promzk`, "what tells others of the client is linked by nobody"},
		{"command links an observer", `
			./cmd/zookit ./client/otelzk`, "what tells others of the client is linked by nobody"},
		{"an observer of one links the other's", `
			./client/promzk go.opentelemetry.io/otel:/attribute`, "only otelzk speaks to OpenTelemetry"},
		{"wire knows a package of ours", `
			./internal/wire ./internal/trace`, "the wire knows nothing"},
		{"wire knows another module", `
			./internal/wire example.com/jute:`, "the wire knows nothing"},
		{"client knows a recipe", `
			./client ./recipes/lock
			./recipes/lock io`, "the client stands on the wire"},
		{"client knows the server", `
			./client/internal/session ./testing/server`, "the client stands on the wire"},
		{"client links a module, by way of another", `
			./client github.com/go-zookeeper/zk:
			github.com/go-zookeeper/zk: example.com/log:`, "the client stands on the wire"},
		{"recipe links a module", `
			./recipes/queue example.com/heap:/v2`, "recipes and the like stand on the client"},
		{"recipe knows the server, by way of the client", `
			./recipes/lock ./client
			./client ./testing/fault`, "recipes and the like stand on the client"},
		{"recipe knows a cache", `
			./recipes/lock ./cmd/zookit`, "recipes and the like stand on the client"},
		{"recipe knows the wire", `
			./recipes/lock ./internal/wire`, "recipes speak to the client, not to the wire"},
		{"server knows the client", `
			./testing/server ./client`, "the server is independent of the client"},
		{"server knows a recipe, by way of another package", `
			./testing/server/internal/conn ./testing/fault
			./testing/fault ./recipes/lock`, "the server is independent of the client"},
		{"metrics know Prometheus", `
			./testing/server/metrics ./testing/server github.com/prometheus/client_golang:
			./cmd/zookit ./testing/server/metrics
			./testing/server github.com/prometheusish/log:`, ""},
		{"server knows Prometheus, by way of another package", `
			./testing/zktest ./testing/server
			./testing/server ./testing/server/metrics
			./testing/server/metrics github.com/prometheus/client_golang:/prometheus`, "only metrics speak to Prometheus"},
		{"a name that only begins the same", `
			./clientele ./testing/server
			./testing/serverless ./client`, ""},
	}
	for _, tt := range tests {
		got := Check(parse(tt.graph))
		if tt.want == "" && len(got) != 0 || tt.want != "" && !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, tt.want+":") }) {
			t.Errorf("%s: broken %q, want %q", tt.name, got, tt.want)
		}
	}
}

func parse(text string) []Package {
	seen := map[string]bool{}
	var graph []Package
	pkg := func(word string) Package {
		if rest, ok := strings.CutPrefix(word, "./"); ok {
			return Package{Path: Module + "/" + rest, Module: Module}
		}
		module, rest, ok := strings.Cut(word, ":")
		if !ok {
			return Package{Path: word}
		}
		return Package{Path: module + rest, Module: module}
	}
	var leaves []Package
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		p := pkg(words[0])
		seen[p.Path] = true
		for _, word := range words[1:] {
			dep := pkg(word)
			p.Imports = append(p.Imports, dep.Path)
			leaves = append(leaves, dep)
		}
		graph = append(graph, p)
	}
	for _, leaf := range leaves {
		if !seen[leaf.Path] {
			seen[leaf.Path] = true
			graph = append(graph, leaf)
		}
	}
	return graph
}
