package tree

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// usage is the text of a quota's znodes: numbers by name. Under count and bytes are soft limits, or what there is.
//
// Source: org.apache.zookeeper.StatsTrack.
type usage map[string]int64

const (
	countKey      = "count"
	bytesKey      = "bytes"
	countLimitKey = "countHardLimit"
	bytesLimitKey = "byteHardLimit" // as it is written

	none = -1 // no limit, or nothing known
)

// parseUsage also returns what it could read when ok is false.
func parseUsage(data []byte) (u usage, ok bool) {
	u, ok = make(usage), true
	text := strings.TrimRight(string(data), ",;")
	if strings.IndexAny(text, ",;") == 0 {
		ok = false
	}
	for pair := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ',' || c == ';' }) {
		parts := strings.Split(strings.TrimRight(pair, "="), "=") // the first two count
		if len(parts) < 2 {
			ok = false
			continue
		}
		if parts[1] == "" {
			parts[1] = "-1"
		}
		n, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil {
			ok = false
			continue
		}
		u[parts[0]] = n
	}
	return u, ok
}

func (u usage) get(key string) int64 {
	if n, ok := u[key]; ok {
		return n
	}
	return none
}

// text begins with the two numbers that there always were. The equals sign behind them keeps old readers from the others.
func (u usage) text() []byte {
	b := strconv.AppendInt([]byte(countKey+"="), u.get(countKey), 10)
	b = strconv.AppendInt(append(b, ","+bytesKey+"="...), u.get(bytesKey), 10)
	more := false
	for _, key := range slices.Sorted(maps.Keys(u)) {
		if key == countKey || key == bytesKey {
			continue
		}
		if !more {
			b = append(b, '=')
			more = true
		}
		b = strconv.AppendInt(append(b, ";"+key+"="...), u[key], 10)
	}
	return b
}
