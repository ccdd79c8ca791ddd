package zoocfg

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A parser reads a value. Its name is what a person may write.
type parser[T any] struct {
	name  string
	parse func(string) (T, error)
}

var (
	text = parser[string]{"text", func(s string) (string, error) { return s, nil }}
	list = parser[[]string]{"list, by commas", func(s string) ([]string, error) { return commas(s), nil }}

	// Of the keys that QuorumPeerConfig knows.
	number  = decimal(math.MinInt32, math.MaxInt32)
	boolean = either("true", "false", strings.EqualFold)

	// Of system properties, where Apache takes anything else for the one or the other.
	flag  = boolean
	exact = either("true", "false", same)
	yesNo = either("yes", "no", same)
)

func same(a, b string) bool { return a == b }

// commas is a list without blanks and what is empty.
func commas(s string) []string {
	var all []string
	for part := range strings.SplitSeq(s, ",") {
		if part = trim(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func either(yes, no string, equal func(a, b string) bool) parser[bool] {
	return parser[bool]{yes + " or " + no, func(s string) (bool, error) {
		switch {
		case equal(s, yes):
			return true, nil
		case equal(s, no):
			return false, nil
		}
		return false, fmt.Errorf("%q is neither %s nor %s", s, yes, no)
	}}
}

// decimal is a number as Java's Integer.parseInt reads it.
func decimal(lowest, highest int64) parser[int] {
	return parser[int]{"number", func(s string) (int, error) { return ranged(s, 10, lowest, highest) }}
}

// decoded is a number as Java's Integer.decode reads it, which system properties go through: 0x, 0X or # before a hexadecimal
// number, 0 before an octal one.
func decoded(lowest, highest int64) parser[int] {
	return parser[int]{"number", func(s string) (int, error) {
		digits, base := strings.TrimLeft(s, "+-"), 10
		sign := s[:len(s)-len(digits)]
		if rest, ok := cutAnyPrefix(digits, "0x", "0X", "#"); ok {
			digits, base = rest, 16
		} else if len(digits) > 1 && digits[0] == '0' {
			digits, base = digits[1:], 8
		}
		if digits == "" || len(sign) > 1 || strings.ContainsAny(digits, "+-") {
			return 0, fmt.Errorf("%q is no number", s)
		}
		return ranged(sign+digits, base, lowest, highest)
	}}
}

func cutAnyPrefix(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return rest, true
		}
	}
	return s, false
}

func ranged(s string, base int, lowest, highest int64) (int, error) {
	n, err := strconv.ParseInt(s, base, 64)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && (n < lowest || n > highest):
		return 0, fmt.Errorf("%s is not in %d to %d", s, lowest, highest)
	case err != nil:
		return 0, fmt.Errorf("%q is no number", s)
	}
	return int(n), nil
}

// in makes a time of a number.
func in(unit time.Duration, p parser[int]) parser[time.Duration] {
	name := map[time.Duration]string{time.Millisecond: "milliseconds", time.Second: "seconds", time.Hour: "hours"}[unit]
	return parser[time.Duration]{name, func(s string) (time.Duration, error) {
		n, err := p.parse(s)
		return time.Duration(n) * unit, err
	}}
}

// kib makes bytes of a number of 1024 bytes.
func kib(p parser[int]) parser[int] {
	return parser[int]{"KiB", func(s string) (int, error) {
		n, err := p.parse(s)
		return n << 10, err
	}}
}

// oneOf is a word out of some, in any case.
func oneOf(words ...string) parser[string] {
	return parser[string]{strings.Join(words, ", "), func(s string) (string, error) {
		for _, w := range words {
			if strings.EqualFold(s, w) {
				return w, nil
			}
		}
		return "", fmt.Errorf("%q is none of %s", s, strings.Join(words, ", "))
	}}
}

// The numbers that fit.
var (
	port   = decimal(0, 65535)
	count  = decoded(math.MinInt32, math.MaxInt32)
	long   = decoded(math.MinInt64/1024, math.MaxInt64/1024)
	whole  = decimal(math.MinInt64, math.MaxInt64)
	atOnce = decoded(0, math.MaxInt32) // no less than nothing
)
