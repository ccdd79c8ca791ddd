package wire

import "unicode/utf8"

// AsJava makes the reader read strings as Apache's server does, which turns bytes into UTF-16 and back: what is no UTF-8 becomes the
// replacement character, and what lies outside the basic plane a pair of surrogates of three bytes each.
func (r *Reader) AsJava() { r.java = true }

// asJava returns s itself where the way there and back changes nothing.
func asJava(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return s[:i] + recoded(s[i:])
		}
	}
	return s
}

func recoded(s string) string {
	b := make([]byte, 0, len(s)+8)
	for len(s) > 0 {
		c, n := utf8.DecodeRuneInString(s)
		switch {
		case c == utf8.RuneError && n == 1:
			n = malformed(s)
			b = utf8.AppendRune(b, utf8.RuneError)
		case c > 0xffff:
			c -= 0x10000
			b = appendSurrogate(appendSurrogate(b, 0xd800+c>>10), 0xdc00+c&0x3ff)
		default:
			b = append(b, s[:n]...)
		}
		s = s[n:]
	}
	return string(b)
}

// appendSurrogate appends what UTF-8 would be if it had surrogates.
func appendSurrogate(b []byte, c rune) []byte {
	return append(b, 0xe0|byte(c>>12), 0x80|byte(c>>6)&0x3f, 0x80|byte(c)&0x3f)
}

// malformed returns how many bytes become one replacement character: as many as could begin a character, and a whole surrogate.
func malformed(s string) int {
	size, low, high := 1, byte(0x80), byte(0xbf) // of the character, and of its second byte
	switch c := s[0]; {
	case c >= 0xc2 && c <= 0xdf:
		size = 2
	case c >= 0xe0 && c <= 0xef:
		size = 3
		if c == 0xe0 {
			low = 0xa0
		}
	case c >= 0xf0 && c <= 0xf4:
		size = 4
		if c == 0xf0 {
			low = 0x90
		}
		if c == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for n < size && n < len(s) && s[n] >= low && s[n] <= high {
		n, low, high = n+1, 0x80, 0xbf
	}
	return n
}
