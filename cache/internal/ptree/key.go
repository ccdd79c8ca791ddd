package ptree

import "strings"

// Compare sorts keys name by name: the slash goes before everything else.
func Compare(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	switch {
	case i == n:
		return len(a) - len(b)
	case a[i] == '/':
		return -1
	case b[i] == '/' || a[i] > b[i]:
		return 1
	}
	return -1
}

// Under tells whether key is root or below it.
func Under(key, root string) bool {
	return strings.HasPrefix(key, root) && (len(key) == len(root) || key[len(root)] == '/')
}

// Parent is the key above. That of the root "" is "".
func Parent(key string) string {
	return key[:max(strings.LastIndexByte(key, '/'), 0)]
}

// Depth is how many names a key has.
func Depth(key string) int { return strings.Count(key, "/") }

// shared is how long the common beginning of two keys is.
func shared(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
