// Package layout holds the rules by which the module's packages may import each other, and a test that checks them.
//
//	recipes, cache, schema, migrate -> client -> go-zookeeper
//	testing/server                  -> internal/wire
//
// The server never imports the client, so that a mistake in one cannot hide in the other. What an application links, client and
// what is built on it, links only the few modules that DESIGN names.
package layout

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Module is the module's path.
const Module = "github.com/zookit-go/zookit"

// Package is what the rules need to know of a package: its own imports, without those of its tests.
type Package struct {
	Path    string
	Module  string // "" for the standard library
	Imports []string
}

// A rule says what the packages under some paths of the module may link, directly or not.
type rule struct {
	name    string
	from    []string
	forbid  []string // paths of the module that may not be among them
	allow   []string // if not nil: the only paths of the module that may be, beside from
	modules []string // if not nil: the only other modules that may be; an empty one is none

	except  []string // paths below from that the rule is not for
	without []string // paths of other modules that may not be among them, nor what is below
}

var (
	applied   = []string{"recipes", "cache", "schema", "migrate", "discovery"}
	appModule = []string{"github.com/go-zookeeper/zk", "github.com/cenkalti/backoff/v4", "golang.org/x/sync"}
)

// observers tell monitoring systems of the client, each with modules of its own.
var observers = []string{"client/otelzk", "client/promzk"}

var everything = append([]string{"client", "internal", "testing", "cmd", "examples"}, applied...)

var rules = []rule{
	{name: "the wire knows nothing", from: []string{"internal/wire"}, allow: []string{}, modules: []string{}},
	{
		name: "the client stands on the wire", from: []string{"client"},
		allow: []string{"internal/wire"}, modules: appModule, except: observers,
	},
	{
		name: "what tells others of the client stands on it", from: observers, allow: []string{"client", "internal/wire"},
	},
	{
		name: "what tells others of the client is linked by nobody", from: everything, forbid: observers, except: observers,
	},
	{
		name: "only otelzk speaks to OpenTelemetry", from: everything,
		except: []string{"client/otelzk"}, without: []string{"go.opentelemetry.io"},
	},
	{
		name: "recipes and the like stand on the client", from: applied,
		allow: []string{"client", "internal/wire"}, modules: appModule,
	},
	{ // which may stand on them, as a group of members does; not the other way round
		name: "the caches know no recipes", from: []string{"cache"}, forbid: []string{"recipes"},
	},
	{
		name: "the server is independent of the client", from: []string{"testing/server"},
		forbid: append([]string{"client"}, applied...),
	},
	{
		name: "only metrics speak to Prometheus", from: []string{"testing", "internal", "examples"},
		except: []string{"testing/server/metrics"}, without: []string{"github.com/prometheus"},
	},
}

// directRules are as rules, for direct imports alone: recipes keep to the client's public face.
var directRules = []rule{
	{name: "recipes speak to the client, not to the wire", from: applied, forbid: []string{"internal/wire"}},
}

// Check returns a line for every import that breaks a rule. The graph must have every package that the module's packages link.
func Check(graph []Package) []string {
	pkgs := make(map[string]Package, len(graph))
	for _, p := range graph {
		pkgs[p.Path] = p
	}
	var broken []string
	for _, path := range slices.Sorted(maps.Keys(pkgs)) {
		for _, r := range rules {
			if under(path, r.from) && !under(path, r.except) {
				broken = append(broken, r.check(pkgs, path, linked(pkgs, path))...)
			}
		}
		for _, r := range directRules {
			if under(path, r.from) {
				broken = append(broken, r.check(pkgs, path, pkgs[path].Imports)...)
			}
		}
	}
	return broken
}

func (r rule) check(pkgs map[string]Package, path string, deps []string) (broken []string) {
	for _, dep := range deps {
		module := pkgs[dep].Module
		ok := true
		switch {
		case module == Module:
			ok = !under(dep, r.forbid) && (r.allow == nil || under(dep, r.allow) || under(dep, r.from))
		case module != "":
			ok = r.modules == nil || slices.Contains(r.modules, module)
			ok = ok && !slices.ContainsFunc(r.without, func(path string) bool { return strings.HasPrefix(module+"/", path+"/") })
		}
		if !ok {
			broken = append(broken, fmt.Sprintf("%s: %s links %s", r.name, path, dep))
		}
	}
	return broken
}

// under tells whether a package is one of the module's under one of the paths.
func under(pkg string, paths []string) bool {
	rest, ok := strings.CutPrefix(pkg, Module+"/")
	return ok && slices.ContainsFunc(paths, func(path string) bool { return rest == path || strings.HasPrefix(rest, path+"/") })
}

// linked are all packages that one links, itself left out.
func linked(pkgs map[string]Package, path string) []string {
	seen := map[string]bool{path: true}
	for left := []string{path}; len(left) > 0; {
		next := pkgs[left[0]].Imports
		left = left[1:]
		for _, dep := range next {
			if !seen[dep] {
				seen[dep] = true
				left = append(left, dep)
			}
		}
	}
	delete(seen, path)
	return slices.Sorted(maps.Keys(seen))
}
