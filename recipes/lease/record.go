package lease

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// ErrFormat means that the lease's znode says what this package does not understand: another version of the format, or no lease at all. The
// lease is then left alone.
var ErrFormat = errors.New("unknown format")

const (
	version    = 1
	endLayout  = "2006-01-02T15:04:05"
	endReading = "2006-1-2T15:4:5" // as lenient as Python's strptime
)

// encode is the znode's data, byte for byte as Python's json.dumps writes it.
func encode(info Info) []byte {
	b := append([]byte(`{"version": 1, "holder": `), quote(info.Holder)...)
	b = append(b, `, "end": "`...)
	b = info.End.UTC().AppendFormat(b, endLayout)
	return append(b, `"}`...)
}

// quote writes a text in ASCII alone.
func quote(text string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if short, ok := shorts[r]; ok {
			b.WriteString(short)
			continue
		}
		if r >= ' ' && r <= '~' {
			b.WriteRune(r)
			continue
		}
		units := utf16.AppendRune(nil, r)
		for _, u := range units {
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(hex[u>>shift&15])
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

var shorts = map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}

// decode reads the znode's data.
func decode(data []byte) (Info, error) {
	var r struct {
		Version json.Number `json:"version"`
		Holder  *string     `json:"holder"`
		End     *string     `json:"end"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return Info{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if r.Version.String() != fmt.Sprint(version) {
		return Info{}, fmt.Errorf("%w: version %q", ErrFormat, r.Version)
	}
	if r.Holder == nil || r.End == nil {
		return Info{}, fmt.Errorf("%w: no holder or no end", ErrFormat)
	}
	end, err := time.Parse(endReading, *r.End)
	if err != nil {
		return Info{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return Info{*r.Holder, end}, nil
}
