package jaas_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/zookit-go/zookit/cmd/zookit/internal/jaas"
	"github.com/zookit-go/zookit/internal/interop/foreign"
)

// files are right and wrong ones. Names that are put in order have one length, since Java's order is not ours.
var files = []string{
	"", "Server { };", "Other { };", "server { };", `"Server" { };`, "Server {\n};\nOther{a.b.C required;};",
	"Server { org.apache.zookeeper.server.auth.DigestLoginModule required\n user_a=\"x\"\n user_b=\"y\"; };",
	"Server { a Required x=y; b REQUISITE; c sufficient x=\"1\"; d optional; };", "Server { a \"required\" \"x\"=\"y\"; };", "Server { \"a b\" required; };",
	"Server { a required x=y x=z; };", "Server { a required x=\"\"; };", "Server { a required x = y ; } ;",
	"// a\nServer /* b\n* c **/ { a required // d\n x=y; /e\n};", "/\nOther { };\nServer { };", "Server { a required x=y/z;\n; };", "/**/Server { };", "/* ",
	"/*/ Server { };", "# a\nServer { };", "Server { a required x=/y;\n; };",
	`Server { a required x="\a\b\f\n\r\t\v\\\"\'\q"; };`, `Server { a required x="\1\12\123\1234\400\477\78\08"; };`, "Server { a required x=\"y\n; };", "Server { a required x=\"y\\\n\"; };",
	"Server { a required x='y'; };", "Server { a required x=1; };", "Server { a required x=y1.2-3$_*; };", "Server { a required x=-y; };", "Server { a required x=.y; };",
	"Server { a required x=*y; };", "Server { a required x=$y; };", "Server { a required 1=y; };", "Server { 1a required; };", "Server { a1 required; };",
	"Server { a required x=\u00e4\u20ac\U0001f600; };", "Server { a required x=\u0080; };", "Server { a required x=\u00a0y; };", "Server { a required x=y\x7f; };", "Server { a required x=a\x01b=c; };",
	"Server { a required x=a@b; };", "Server { a required x=a+b; };", "Server { a required x=\"a@b+c\"; };", "Server\r{\ra required\rx=y;\r};", "\ufeffServer { };",
	"Server { a required x=y; }", "Server { a required x=y };", "Server { a required x y; };", "Server { a required x=; };", "Server { a maybe; };", "Server { a; };", "Server { required; };",
	"Server { a required; }; Server { };", "Server { }; Server { a required; };", "Server { a required; }; Other", "Server;", "Server {", "Server { a required", "{ };", "Server { };;", "Server { }; }", "Server { a required,; };",
}

// Java takes each file as we do.
func TestForeign(t *testing.T) {
	classPath := foreign.Compile(t, foreign.ZooKeeper(t), "testdata/Ask.java")
	dir := t.TempDir()
	args := []string{"Ask"}
	for i, text := range files {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	java := foreign.Start(t, foreign.Java(t, classPath, args...)...)
	if err := java.Wait(ctx); err != nil {
		t.Fatalf("%v\n%s", err, java.Output())
	}
	answers := strings.Split(strings.TrimSpace(java.Output()), "\n")
	if len(answers) != len(files) {
		t.Fatalf("%d answers to %d files\n%s", len(answers), len(files), java.Output())
	}
	refused := 0
	for i, text := range files {
		ours, err := own(text)
		if theirs := strings.TrimPrefix(answers[i], fmt.Sprintf("file %d ", i)); ours != theirs {
			t.Errorf("%q\nours %s (%v)\nJava %s", text, ours, err, theirs)
		}
		if err != nil {
			refused++
		}
	}
	t.Logf("%d files, %d of them wrong", len(files), refused)
}

func own(text string) (string, error) {
	c, err := jaas.Parse([]byte(text))
	if err != nil {
		return "refused", err
	}
	modules := c["Server"]
	if len(modules) == 0 {
		return "none", nil
	}
	var b strings.Builder
	b.WriteString("section")
	for _, m := range modules {
		b.WriteString(" " + escape(m.Class) + " " + strings.ToLower(m.Flag))
		for _, key := range slices.Sorted(maps.Keys(m.Options)) {
			b.WriteString(" " + escape(key) + "=" + escape(m.Options[key]))
		}
	}
	return b.String(), nil
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "\\u%04x", c)
	}
	return b.String()
}
