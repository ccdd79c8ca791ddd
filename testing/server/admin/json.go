package admin

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The values of an answer: object, list, number, string, bool, int64 or nil.
type (
	object []field
	list   []any
	number string // as it is to stand there
)

type field struct {
	key   string
	value any
}

// put adds a field.
func (o *object) put(key string, value any) { *o = append(*o, field{key, value}) }

// write writes a value as Apache's library does when asked for something pretty: an object has a line for each field, a list has
// one line for all that is not an object.
func write(w io.Writer, v any) error {
	var b strings.Builder
	encode(&b, v, "")
	_, err := io.WriteString(w, b.String())
	return err
}

func encode(b *strings.Builder, v any, indent string) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case object:
		encodeObject(b, v, indent)
	case list:
		encodeList(b, v, indent)
	case number:
		b.WriteString(string(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		quote(b, v)
	default:
		panic(fmt.Sprintf("admin: a %T in an answer", v)) // no command makes one
	}
}

func encodeObject(b *strings.Builder, o object, indent string) {
	if len(o) == 0 {
		b.WriteString("{ }")
		return
	}
	inner := indent + "  "
	for i, f := range o {
		b.WriteString(start(i, "{", ","))
		b.WriteString("\n" + inner)
		quote(b, f.key)
		b.WriteString(" : ")
		encode(b, f.value, inner)
	}
	b.WriteString("\n" + indent + "}")
}

func encodeList(b *strings.Builder, l list, indent string) {
	if len(l) == 0 {
		b.WriteString("[ ]")
		return
	}
	for i, v := range l {
		b.WriteString(start(i, "[ ", ", "))
		encode(b, v, indent)
	}
	b.WriteString(" ]")
}

func start(i int, first, next string) string {
	if i == 0 {
		return first
	}
	return next
}

func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if r < ' ' {
				fmt.Fprintf(b, `\u%04X`, r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('"')
}
