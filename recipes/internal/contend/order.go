package contend

import (
	"cmp"
	"slices"
	"strings"
)

// key is what a child is ordered by.
func key(child, name string) string {
	if i := strings.LastIndex(child, name); i >= 0 {
		return child[i+len(name):]
	}
	return child
}

// order sorts children by their keys. Equal keys keep the server's order.
func order(children []string, key func(child string) string) {
	slices.SortStableFunc(children, func(a, b string) int { return cmp.Compare(key(a), key(b)) })
}
