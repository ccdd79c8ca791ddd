package jaas

import "strings"

// The kinds of tokens; a mark is its own kind.
const (
	end    rune = -1
	word   rune = -2
	number rune = -3 // which has no place in a file
)

// scanner cuts a file into tokens.
type scanner struct {
	text []rune
	line int // of what comes next
}

// get takes one character, or end.
func (s *scanner) get() rune {
	if len(s.text) == 0 {
		return end
	}
	c := s.text[0]
	s.text = s.text[1:]
	if c == '\n' {
		s.line++
	}
	return c
}

func (s *scanner) peek() rune {
	if len(s.text) == 0 {
		return end
	}
	return s.text[0]
}

// scan takes one token.
func (s *scanner) scan() (kind rune, text string) {
	for {
		switch c := s.peek(); {
		case c == end:
			return end, ""
		case c <= ' ':
			s.get()
		case c == '/':
			s.get()
			if !s.comment() {
				return end, ""
			}
		case c == '"':
			s.get()
			return word, s.quoted()
		case digit(c):
			return number, s.run()
		case letter(c):
			return word, s.run()
		default:
			return s.get(), ""
		}
	}
}

// comment passes over one that has begun with a slash: to the end of the line, or of the comment. It returns false at the end of
// the file.
func (s *scanner) comment() bool {
	if s.get() != '*' { // it need not be a second slash
		for c := s.peek(); c != end && c != '\n' && c != '\r'; c = s.peek() {
			s.get()
		}
		return true
	}
	for {
		switch s.get() {
		case end:
			return false
		case '*':
			if s.peek() == '/' {
				s.get()
				return true
			}
		}
	}
}

func digit(c rune) bool { return c >= '0' && c <= '9' || c == '.' || c == '-' }

func letter(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '$' || c == '_' || c == '*' || c >= 160
}

func (s *scanner) run() string {
	n := 0
	for n < len(s.text) && (letter(s.text[n]) || digit(s.text[n])) {
		n++
	}
	text := string(s.text[:n])
	s.text = s.text[n:]
	return text
}

// escapes are what stands behind a backslash and is not itself.
var escapes = map[rune]rune{'a': '\a', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// quoted takes what stands in quotes. The end of a line ends it, too.
func (s *scanner) quoted() string {
	var b strings.Builder
	for {
		c := s.peek()
		if c == end || c == '\n' || c == '\r' {
			return b.String()
		}
		s.get()
		if c == '"' {
			return b.String()
		}
		if c == '\\' {
			c = s.escaped()
		}
		b.WriteRune(c)
	}
}

// escaped takes what is behind a backslash: octal digits, which make one byte at most, or one character.
func (s *scanner) escaped() rune {
	c := s.get()
	if c < '0' || c > '7' {
		if to, ok := escapes[c]; ok {
			return to
		}
		return c
	}
	most := 3
	if c > '3' {
		most = 2
	}
	value := c - '0'
	for n := 1; n < most && s.peek() >= '0' && s.peek() <= '7'; n++ {
		value = value<<3 + s.get() - '0'
	}
	return value
}
