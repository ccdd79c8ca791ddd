package queue

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// itemPrefix is what the name of every item begins with. Other children are left alone.
const itemPrefix = "queue-"

// kind is what the names of one kind of queue mean.
type kind struct {
	name    string
	key     func(item string) string // items are taken in the order of their keys
	due     func(item string) int64  // when an item may be taken, in epoch milliseconds; nil if at once
	next    func(last string) string // what the name of the next item begins with, if it is like the last; nil if that cannot be known
	refresh int                      // how many items of one listing are taken before a newer one is asked for; 0 is all
}

var (
	fifo     = kind{name: "fifo", key: wholeName, next: func(string) string { return itemPrefix }}
	ids      = kind{name: "id", key: withoutID}
	priority = kind{name: "priority", key: wholeName, next: again, refresh: 16}
	delay    = kind{name: "delay", key: wholeName, due: dueTime}
)

func wholeName(item string) string { return item }

// withoutID is the name without its "|id|".
func withoutID(item string) string {
	rest, ok := strings.CutPrefix(item, itemPrefix+"|")
	if !ok {
		return item
	}
	_, number, ok := strings.Cut(rest, "|")
	if !ok {
		return item
	}
	return itemPrefix + number
}

// dueTime is what stands between the last two bars; 0 if that is no time.
func dueTime(item string) int64 {
	end := strings.LastIndexByte(item, '|')
	if end < 0 {
		return 0
	}
	begin := strings.LastIndexByte(item[:end], '|')
	if begin < 0 {
		return 0
	}
	ms, err := strconv.ParseInt(item[begin+1:end], 16, 64)
	if err != nil {
		return 0
	}
	return ms
}

// sort leaves the items among names, in the order in which they are taken. Where times or ids are equal the server's number decides.
func (k kind) sort(names []string) []string {
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, itemPrefix) })
	slices.SortFunc(names, func(a, b string) int {
		if k.due != nil {
			return cmp.Or(cmp.Compare(k.due(a), k.due(b)), strings.Compare(number(a), number(b)), strings.Compare(a, b))
		}
		return cmp.Or(strings.Compare(k.key(a), k.key(b)), strings.Compare(a, b))
	})
	return names
}

// digits is how many of them the server appends.
const digits = 10

// number is the part of the name that the server made, or "".
func number(item string) string {
	at := len(item) - digits
	if at < 0 || strings.TrimLeft(item[at:], "0123456789") != "" {
		return ""
	}
	return item[at:]
}

// again is what a new item in the place of an old one is called, before its number: it keeps its priority, time and id.
func again(item string) string {
	n := number(item)
	if n == "" {
		return itemPrefix
	}
	return strings.TrimSuffix(item, n)
}

// idPrefix begins the name of an item with an id, in which a bar and a slash have no place.
func idPrefix(id string) string {
	return itemPrefix + "|" + cleanID(id) + "|"
}

func cleanID(id string) string { return strings.NewReplacer("/", "_", "|", "_").Replace(id) }

// idOf is the id in an item's name.
func idOf(item string) (id string, ok bool) {
	rest, ok := strings.CutPrefix(item, itemPrefix+"|")
	if !ok {
		return "", false
	}
	id, _, ok = strings.Cut(rest, "|")
	return id, ok
}

// priorityPrefix begins the name of an item with a priority. The sign is made a digit of its own, so that names sort as numbers do.
func priorityPrefix(p int32) string {
	sign := 1
	if p < 0 {
		sign = 0
	}
	return fmt.Sprintf("%s%d%08X", itemPrefix, sign, uint32(p)) //nolint:gosec // its two's complement is what is meant
}

// delayPrefix begins the name of an item that is due at a time.
func delayPrefix(at time.Time) string {
	return fmt.Sprintf("%s|%08X|", itemPrefix, max(0, at.UnixMilli()))
}
