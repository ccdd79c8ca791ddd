package client

import (
	"strings"
	"unicode/utf8"

	"github.com/go-zookeeper/zk"
)

// CheckPath holds a path against the server's rules. It returns nil or zk.ErrInvalidPath. Every builder does so by itself; it is here
// for code that takes paths long before it uses them.
func CheckPath(path string) error { return checkPath(path, false) }

// checkPath holds a path against the server's rules, so that a bad one fails before it leaves. The server appends digits to a
// sequential path before it looks, so that one may end in a slash.
func checkPath(path string, sequential bool) error {
	if sequential {
		path += "0"
	}
	if path == "/" {
		return nil
	}
	if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
		return zk.ErrInvalidPath
	}
	for name := range strings.SplitSeq(path[1:], "/") {
		if name == "" || name == "." || name == ".." {
			return zk.ErrInvalidPath
		}
	}
	for _, r := range path {
		// Servers look at UTF-16 units: surrogates are refused, and with them everything beyond the first plane. Malformed UTF-8
		// reads as U+FFFD, which is refused, too.
		if r <= 0x1f || r >= 0x7f && r <= 0x9f || r >= 0xd800 && r <= 0xf8ff || r >= 0xfff0 || r == utf8.RuneError {
			return zk.ErrInvalidPath
		}
	}
	return nil
}

// Join is the path of a descendant: parent, and below it names, each under the one before. It looks at nothing; see CheckPath.
func Join(parent string, names ...string) string {
	var b strings.Builder
	if parent != "/" {
		b.WriteString(parent)
	}
	for _, name := range names {
		b.WriteByte('/')
		b.WriteString(name)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// Parent is the path above. That of "/name" is "/", and so is that of "/".
func Parent(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// Base is a path's last name, as Children lists it. That of "/" is "".
func Base(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// check holds a path against the rules, and against those for the namespace that it is in.
func (c *Client) check(path string, sequential bool) error {
	if c.space.bad != nil {
		return c.space.bad
	}
	return checkPath(path, sequential)
}

// abs is the path as the server knows it.
func (c *Client) abs(path string) string {
	switch {
	case c.chroot == "":
		return path
	case path == "/":
		return c.chroot
	}
	return c.chroot + path
}

// rel is the path as the caller knows it.
func (c *Client) rel(path string) string {
	if c.chroot == "" {
		return path
	}
	if rest := strings.TrimPrefix(path, c.chroot); rest != "" {
		return rest
	}
	return "/"
}
