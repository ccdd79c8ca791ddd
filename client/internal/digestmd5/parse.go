package digestmd5

import (
	"fmt"
	"strings"
)

// directives are what a server's token says, by name in small letters.
type directives map[string]string

const blanks = " \t\r\n"

// parse reads name=value, separated by commas. A value with quotes around it may have anything inside. Of a realm that is offered
// among others the first counts; of anything else a second is an error.
func parse(token []byte) (directives, error) {
	d := make(directives)
	rest := strings.TrimLeft(string(token), blanks+",")
	for rest != "" {
		name, after, ok := strings.Cut(rest, "=")
		name = strings.ToLower(strings.Trim(name, blanks))
		if !ok || name == "" || strings.ContainsAny(name, blanks+`,"`) {
			return nil, fmt.Errorf("%w: no name and value", ErrChallenge)
		}
		value, left, ok := cutValue(strings.TrimLeft(after, blanks))
		left = strings.TrimLeft(left, blanks)
		if !ok || left != "" && left[0] != ',' {
			return nil, fmt.Errorf("%w: no value of %s", ErrChallenge, name)
		}
		if _, twice := d[name]; twice && name != "realm" {
			return nil, fmt.Errorf("%w: %s comes twice", ErrChallenge, name)
		} else if !twice {
			d[name] = value
		}
		rest = strings.TrimLeft(left, blanks+",")
	}
	return d, nil
}

// cutValue cuts the value at the beginning of s off.
func cutValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, blanks+",")
		if end < 0 {
			end = len(s)
		}
		return s[:end], s[end:], end > 0
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quote(s string) string { return `"` + escape.Replace(s) + `"` }
