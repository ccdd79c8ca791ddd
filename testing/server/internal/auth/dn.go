package auth

import (
	"encoding/asn1"
	"encoding/hex"
	"strconv"
	"strings"
)

// What follows reads a distinguished name as Java's X500Principal does, which takes RFC 1779 and RFC 2253 at once and is stricter
// than neither in places. Only whether it can be read matters here: lists are compared as text.

// dnKeywords are the names of attributes that Java knows, in capitals.
var dnKeywords = map[string]bool{
	"CN": true, "C": true, "L": true, "S": true, "ST": true, "O": true, "OU": true, "T": true, "IP": true, "STREET": true, "DC": true,
	"DNQUALIFIER": true, "DNQ": true, "SURNAME": true, "GIVENNAME": true, "INITIALS": true, "GENERATION": true, "EMAIL": true,
	"EMAILADDRESS": true, "UID": true, "SERIALNUMBER": true,
}

const (
	mustEscape = `,+<>;"`        // may not stand in a value as they are
	mayEscape  = ",=\n+<>#;\\\"" // may stand behind a backslash
	hexDigits  = "0123456789abcdefABCDEF"
)

// validDN tells whether Java can read the name.
func validDN(id string) bool {
	if id == "" {
		return true
	}
	for _, part := range splitDN(id, ",;", oddBackslashes) {
		for _, pair := range splitDN(part, "+", func(s string) bool { return strings.HasSuffix(s, `\`) }) {
			if !validPair(pair) {
				return false
			}
		}
	}
	return true
}

func oddBackslashes(s string) bool { return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1 }

// splitDN splits at each separator that is not escaped and not behind exactly one quote, as Java counts them.
func splitDN(s, separators string, escaped func(before string) bool) (parts []string) {
	start, from, quotes := 0, 0, 0
	for at := range len(s) {
		if strings.IndexByte(separators, s[at]) < 0 {
			continue
		}
		quotes += countQuotes(s[from:at])
		if quotes != 1 && !escaped(s[start:at]) {
			parts = append(parts, s[start:at])
			start, quotes = at+1, 0
		}
		from = at + 1
	}
	return append(parts, s[start:])
}

// countQuotes counts those without a backslash before them.
func countQuotes(s string) (n int) {
	for i := range len(s) {
		if s[i] == '"' && !oddBackslashes(s[:i]) {
			n++
		}
	}
	return n
}

// validPair reads key=value.
func validPair(s string) bool {
	key, value, ok := strings.Cut(s, "=")
	if !ok || !validKey(strings.ToUpper(strings.TrimSpace(key))) {
		return false
	}
	value = strings.TrimLeft(value, " \n")
	switch {
	case value == "":
		return true
	case value[0] == '#':
		return validHex(value[1:])
	case value[0] == '"':
		return validQuoted(value[1:])
	}
	return validText(value)
}

func validKey(key string) bool {
	if dnKeywords[key] {
		return true
	}
	parts := strings.Split(strings.TrimPrefix(key, "OID."), ".")
	for _, p := range parts {
		if p == "" || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	if len(parts) < 2 {
		return false
	}
	first, err := strconv.Atoi(parts[0])
	if err != nil || first > 2 {
		return false
	}
	second, err := strconv.Atoi(parts[1])
	return first == 2 || err == nil && second < 40 // only below 2 does it matter, and a number too long is none of these
}

// validHex wants one element in DER.
func validHex(s string) bool {
	der, err := hex.DecodeString(s)
	if err != nil || len(der) == 0 {
		return false
	}
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(der, &v)
	return err == nil && len(rest) == 0
}

// validQuoted reads a value behind its opening quote. Only blanks may follow the closing one.
func validQuoted(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return strings.Trim(s[i+1:], " \n") == ""
		case '\\':
			n := escapedLen(s[i+1:], mayEscape)
			if n == 0 {
				return false
			}
			i += n
		}
	}
	return false
}

func validText(s string) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			n := escapedLen(s[i+1:], mayEscape+" ")
			if n == 0 {
				return false
			}
			i += n
		case strings.IndexByte(mustEscape, s[i]) >= 0:
			return false
		}
	}
	return true
}

// escapedLen is how much of s belongs to the backslash before it: one character of allowed, two hexadecimal digits, or nothing.
func escapedLen(s, allowed string) int {
	switch {
	case len(s) > 1 && strings.IndexByte(hexDigits, s[0]) >= 0 && strings.IndexByte(hexDigits, s[1]) >= 0:
		return 2
	case s != "" && strings.IndexByte(allowed, s[0]) >= 0:
		return 1
	}
	return 0
}
