package zoocfg

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Property is one setting of a file, as java.util.Properties reads it.
type Property struct {
	Key, Value string
	Line       int // where it begins, from 1
}

var errEscape = errors.New(`\u without four hexadecimal digits`)

// ParseProperties reads a file as java.util.Properties does: bytes are Latin-1, the same key may come again. An error names the
// line.
func ParseProperties(file []byte) ([]Property, error) {
	var all []Property
	l := lines{file: file, number: 1}
	for {
		line, number, ok := l.next()
		if !ok {
			return all, nil
		}
		key, value := split(line)
		k, err := unescape(key)
		if err == nil {
			value, err = unescape(value)
		}
		if err != nil {
			return nil, &LineError{Line: number, Err: err}
		}
		all = append(all, Property{Key: k, Value: value, Line: number})
	}
}

// LineError is an error in a line of a file.
type LineError struct {
	File string
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// lines cuts a file into logical lines: without comments and blank lines, continued lines put together.
type lines struct {
	file   []byte
	number int // of the line that file begins with
}

// natural takes one line as it stands in the file, and what ends it: \n, \r, both, or the end of the file.
func (l *lines) natural() (line, end string, ok bool) {
	if len(l.file) == 0 {
		return "", "", false
	}
	length := bytes.IndexAny(l.file, "\r\n")
	if length < 0 {
		length = len(l.file)
	}
	line, l.file = string(l.file[:length]), l.file[length:]
	ends := min(1, len(l.file))
	if bytes.HasPrefix(l.file, []byte("\r\n")) {
		ends = 2
	}
	end, l.file = string(l.file[:ends]), l.file[ends:]
	l.number++
	return line, end, true
}

// next takes one logical line and the number of the line where its text begins. As long as there is no text, a line is still to
// begin, so that a comment can follow a backslash that stands alone. A blank line ends what is continued. A file that ends with a
// backslash alone, and not with \r\n behind it, has an empty property there.
func (l *lines) next() (logical string, number int, ok bool) {
	for {
		here := l.number
		line, end, more := l.natural()
		if !more {
			return logical, number, logical != ""
		}
		line = strings.TrimLeft(line, blanks)
		if logical == "" {
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			number = here
		}
		text := strings.TrimRight(line, `\`)
		continued := (len(line)-len(text))%2 == 1
		if continued {
			line = line[:len(line)-1]
		}
		logical += line
		last := len(l.file) == 0 && end != "\r\n"
		if !continued && logical != "" || continued && last {
			return logical, number, true
		}
	}
}

// blanks are what separates, beside = and :.
const blanks = " \t\f"

// split cuts a logical line at the first separator that no backslash stands before.
func split(line string) (key, value string) {
	end := 0
	for end < len(line) && !strings.ContainsRune("=:"+blanks, rune(line[end])) {
		if line[end] == '\\' && end+1 < len(line) {
			end++
		}
		end++
	}
	value = strings.TrimLeft(line[end:], blanks)
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], blanks)
	}
	return line[:end], value
}

// unescape resolves backslashes and makes text of Latin-1. Java's characters are those of UTF-16, so two escapes can make one.
func unescape(s string) (string, error) {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			units = append(units, uint16(c))
			continue
		}
		i++
		switch s[i] {
		case 't':
			units = append(units, '\t')
		case 'n':
			units = append(units, '\n')
		case 'r':
			units = append(units, '\r')
		case 'f':
			units = append(units, '\f')
		case 'u':
			unit, ok := hex4(s[i+1:])
			if !ok {
				return "", errEscape
			}
			units = append(units, unit)
			i += 4
		default:
			units = append(units, uint16(s[i]))
		}
	}
	return string(utf16.Decode(units)), nil
}

func hex4(s string) (n uint16, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range []byte(s[:4]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		n = n<<4 | uint16(digit)
	}
	return n, true
}

// trim does what Java's String.trim does.
func trim(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }
