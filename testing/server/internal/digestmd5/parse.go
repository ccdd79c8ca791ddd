package digestmd5

import (
	"fmt"
	"slices"
	"strings"
)

// directives are what a client's token says, by name in small letters.
type directives map[string]string

// known are the directives that may come once. Of others nobody takes note.
var known = []string{
	"username", "realm", "nonce", "cnonce", "qop", "digest-uri", "response", "maxbuf", "charset", "cipher", "authzid",
}

const blanks = " \t\r\n"

// parse reads name=value, separated by commas or blanks. A value with quotes around it may have anything inside.
func parse(token []byte) (directives, error) {
	d := make(directives)
	for rest := string(token); ; {
		rest = strings.TrimLeft(rest, blanks+",")
		if rest == "" {
			return d, nil
		}
		name, after, ok := strings.Cut(rest, "=")
		name = strings.TrimRight(name, blanks)
		if !ok || name == "" || strings.ContainsAny(name, blanks+",") {
			return nil, fmt.Errorf("%w: no name and value in %q", ErrFailed, rest)
		}
		after = strings.TrimLeft(after, blanks)
		value, left, ok := cutValue(after)
		if !ok || after == "" {
			return nil, fmt.Errorf("%w: no value in %q", ErrFailed, rest)
		}
		rest, name = left, strings.ToLower(name)
		if !slices.Contains(known, name) {
			continue
		}
		if _, twice := d[name]; twice {
			return nil, fmt.Errorf("%w: %s comes twice", ErrFailed, name)
		}
		d[name] = value
	}
}

// cutValue cuts the value at the beginning of s off.
func cutValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, blanks+",")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			rest = s[i+1:]
			return b.String(), rest, rest == "" || strings.ContainsRune(blanks+",", rune(rest[0]))
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}
