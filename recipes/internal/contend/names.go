package contend

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// Kazoo is the queue with kazoo's names, <32 hex digits><name><10 digits>: a child counts if it ends in one of the patterns, which are text, and a
// number; the others are nobody. kazoo makes its parents once and expects them to stay, so they are persistent.
func (q Queue) Kazoo(name string, patterns ...string) Queue {
	q.Name, q.Prefix, q.Stays = name, hex32, true
	q.Key = func(child string) string {
		number, _ := NumberAfter(child, patterns)
		return number
	}
	q.Blocks = func(child string) bool {
		_, ok := NumberAfter(child, patterns)
		return ok
	}
	return q
}

// GoZookeeper is the queue with the names of go-zookeeper's lock, _c_<32 hex digits>-<name><10 digits>. Their order is Curator's.
func (q Queue) GoZookeeper() Queue {
	q.Prefix = func() string { return "_c_" + hex32() + "-" }
	return q
}

// Honour lets those children count by their number, too, whose names end in one of the patterns and a number.
func (q Queue) Honour(patterns ...string) Queue {
	rest := q.key
	q.Key = func(child string) string {
		if number, ok := NumberAfter(child, patterns); ok {
			return number
		}
		return rest(child)
	}
	return q
}

func hex32() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// NumberAfter is what a name ends in, if that is one of the patterns and a number: ten digits, after a sign if the server's count has wrapped. It is
// compared as text, as kazoo does.
func NumberAfter(child string, patterns []string) (string, bool) {
	const digits = 10
	at := len(child) - digits
	if at < 0 || strings.Trim(child[at:], "0123456789") != "" {
		return "", false
	}
	for _, from := range []int{at - 1, at} {
		if from < 0 || from < at && child[from] != '-' {
			continue
		}
		for _, pattern := range patterns {
			if strings.HasSuffix(child[:from], pattern) {
				return child[from:], true
			}
		}
	}
	return "", false
}
