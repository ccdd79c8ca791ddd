package zoocfg_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
)

func TestParseProperties(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"nothing", "", ""},
		{"one", "a=b", "1 a=b"},
		{"separators", "a=b\nc:d\ne f\ng\th\nk\fl\n", "1 a=b, 2 c=d, 3 e=f, 4 g=h, 5 k=l"},
		{"blanks around", "  a  =  b  \nc : d\n e  f", "1 a=b  , 2 c=d, 3 e=f"},
		{"one separator only", "a==b\nc=:d\ne  =  =f", "1 a==b, 2 c=:d, 3 e==f"},
		{"no value", "a\nb=\nc:  \n", "1 a=, 2 b=, 3 c="},
		{"no key", "=a\n:b\n", "1 =a, 2 =b"},
		{"comments", "# a=b\n  ! c=d\ne=f # no comment\n", "3 e=f # no comment"},
		{"no comment's continuation", "# a \\\nb=c", "2 b=c"},
		{"blank lines", "\n \t\f\r\n\na=b\n\n", "4 a=b"},
		{"ends of lines", "a=b\rc=d\r\ne=f\n\rg=h", "1 a=b, 2 c=d, 3 e=f, 5 g=h"},
		{"continuation", "a=b\\\n   c\\\r\n d\ne=f", "1 a=bcd, 4 e=f"},
		{"continued key", "ab\\\n  cd = e", "1 abcd=e"},
		{"continued with what looks like a comment", "a=b\\\n#c", "1 a=b#c"},
		{"a blank line ends it", "a=b\\\n\nc=d", "1 a=b, 3 c=d"},
		{"a backslash alone", "\\\n# a\nb=c", "3 b=c"},
		{"escaped backslash at the end", `a=b\\` + "\nc=d", `1 a=b\, 2 c=d`},
		{"backslash at the end of the file", `a=b\`, "1 a=b"},
		{"a backslash alone at the end of the file", "a=b\n\\", "1 a=b, 2 ="},
		{"and with the end of a line", "\\\n", "1 ="},
		{"of two characters", "\\\r\n", ""},
		{"escaped separators", `a\=b\:c\ d=e`, "1 a=b:c d=e"},
		{"escapes", `a=\t\n\r\f\q\"\#`, "1 a=\t\n\r\fq\"#"},
		{"unicode", `a=\u00e4\u00C4\u20ac`, "1 a=äÄ€"},
		{"of two escapes", `a=\ud83d\ude00`, "1 a=😀"},
		{"half of one", `a=\ud83d`, "1 a=\ufffd"},
		{"Latin-1", "a=\xe4", "1 a=ä"},
		{"capital U is a letter", `a=\U0041`, "1 a=U0041"},
		{"again", "a=1\na=2", "1 a=1, 2 a=2"},
	}
	for _, tt := range tests {
		props, err := zoocfg.ParseProperties([]byte(tt.file))
		if got := show(props); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func show(props []zoocfg.Property) string {
	all := make([]string, len(props))
	for i, p := range props {
		all[i] = fmt.Sprintf("%d %s=%s", p.Line, p.Key, p.Value)
	}
	return strings.Join(all, ", ")
}

func TestParsePropertiesWrong(t *testing.T) {
	for _, file := range []string{`a=\u12`, `a=\u12g4`, "a=\\u-123", "a=\\u\x10\x10\x10\x10", `a\u=b`, `a=\u`} {
		_, err := zoocfg.ParseProperties([]byte("# first\n" + file))
		if bad, ok := errors.AsType[*zoocfg.LineError](err); !ok || bad.Line != 2 {
			t.Errorf("%q: %v", file, err)
		}
	}
}

// Whatever is in a file, it is read; and what stands in the result can be written so that it is read again.
func FuzzParseProperties(f *testing.F) {
	for _, s := range []string{"a=b", "a\\\n b:c", "# x\n!y\r\na\\u0041 = \\\\", "\\\n#", "a=\\ud83d\\ude00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		props, err := zoocfg.ParseProperties(file)
		if err != nil {
			if _, ok := errors.AsType[*zoocfg.LineError](err); !ok {
				t.Fatalf("error without a line: %v", err)
			}
			return
		}
		var again strings.Builder
		for i, p := range props {
			if p.Line < 1 || i > 0 && p.Line <= props[i-1].Line || p.Line > 1+len(file) {
				t.Fatalf("line %d of property %d", p.Line, i)
			}
			fmt.Fprintf(&again, "%s=%s\n", escape(p.Key), escape(p.Value))
			props[i].Line = i + 1
		}
		got, err := zoocfg.ParseProperties([]byte(again.String()))
		if err != nil || !slices.Equal(got, props) {
			t.Fatalf("%q\nread       %q\nread again %q, %v", file, show(props), show(got), err)
		}
	})
}

// escape writes every character as an escape.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04X`, 0xd800+r>>10, 0xdc00+r&0x3ff)
			continue
		}
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}
