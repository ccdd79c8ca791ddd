package fromzk_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write doc.go anew")

const head = `// Package fromzk is a page: hand-written code for zk.Conn, and the same with package client. It has nothing to import.
//
// A test runs both columns of every row against a server and compares what they leave behind. In all of them conn is a *zk.Conn, c a
// *client.Client and ctx a context.
`

// The page has the code that the test runs.
func TestPage(t *testing.T) {
	want := page(t)
	if *update {
		if err := os.WriteFile("doc.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("doc.go is not what rows_test.go says: go test ./client/fromzk -run TestPage -update")
	}
}

// page makes doc.go of the rows.
func page(tb testing.TB) []byte {
	tb.Helper()
	code := bodies(tb)
	var names []string
	for name := range code {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, rowNames()) {
		tb.Fatalf("rows_test.go has %v, and rows of %v", names, rowNames())
	}
	var b bytes.Buffer
	b.WriteString(head)
	for _, r := range rows {
		fmt.Fprintf(&b, "//\n// # %s\n//\n", r.title)
		if r.text != "" {
			for line := range strings.SplitSeq(r.text, "\n") {
				fmt.Fprintf(&b, "// %s\n", line)
			}
			b.WriteString("//\n")
		}
		for _, column := range []string{"old", "new"} {
			title := map[string]string{"old": "With zk.Conn:", "new": "With client:"}[column]
			fmt.Fprintf(&b, "// %s\n//\n", title)
			for line := range strings.SplitSeq(code[column+r.name], "\n") {
				fmt.Fprintf(&b, "//\t%s\n", line)
			}
			if column == "old" {
				b.WriteString("//\n")
			}
		}
	}
	b.WriteString("package fromzk\n")
	return b.Bytes()
}

// bodies are the columns' functions, by name, without their frames.
func bodies(tb testing.TB) map[string]string {
	tb.Helper()
	src, err := os.ReadFile("rows_test.go")
	if err != nil {
		tb.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "rows_test.go", src, parser.ParseComments)
	if err != nil {
		tb.Fatal(err)
	}
	code := map[string]string{}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(fn.Name.Name, "old") && !strings.HasPrefix(fn.Name.Name, "new") {
			continue
		}
		body := src[fset.Position(fn.Body.Lbrace).Offset+1 : fset.Position(fn.Body.Rbrace).Offset]
		var lines []string
		for line := range strings.SplitSeq(strings.Trim(string(body), "\n"), "\n") {
			lines = append(lines, strings.TrimPrefix(line, "\t"))
		}
		code[fn.Name.Name] = strings.Join(lines, "\n")
	}
	return code
}
