package zoocfg

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Use is what is done about a key.
type Use int

// The uses, from the most to the least.
const (
	Read         Use = iota // it sets something
	EnsembleOnly            // read, and of no meaning to a server that is alone, here and there
	Ignored                 // checked as Apache checks it, and told of in the log
)

func (u Use) String() string {
	return [...]string{Read: "read", EnsembleOnly: "ensemble", Ignored: "ignored"}[u]
}

// Key is a row of the table.
type Key struct {
	Name string // that ends in * stands for all that begin so
	Type string // what a value may be
	Use  Use
	Doc  string // what it does, or why it is ignored
	set  func(c *Config, name, value string) error
}

// Keys is the table: every key that Apache 3.8 and 3.9 know, once.
func Keys() []Key { return table }

var table = func() []Key {
	var all []Key
	for _, part := range [][]Key{serverKeys, storageKeys, authKeys, tlsKeys, adminKeys, ensembleKeys, ignoredKeys} {
		all = append(all, part...)
	}
	return all
}()

// WriteKeys writes the table as a person reads it.
func WriteKeys(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(t, "KEY\tUSE\tVALUE\tMEANING\n"); err != nil {
		return err
	}
	for _, k := range table {
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", k.Name, k.Use, k.Type, k.Doc); err != nil {
			return err
		}
	}
	return t.Flush()
}

// sets makes a row that sets a field.
func sets[T any](name string, p parser[T], field func(*Config) *T, doc string) Key {
	return Key{Name: name, Type: p.name, Use: Read, Doc: doc, set: func(c *Config, _, value string) error {
		v, err := p.parse(value)
		if err == nil {
			*field(c) = v
		}
		return err
	}}
}

// forEnsembles makes a row that sets a field of which only an ensemble takes notice.
func forEnsembles[T any](name string, p parser[T], field func(*Config) *T, doc string) Key {
	k := sets(name, p, field, doc)
	k.Use = EnsembleOnly
	return k
}

// checked makes a row whose value must be right, and is then left.
func checked[T any](use Use, name string, p parser[T], doc string) Key {
	return Key{Name: name, Type: p.name, Use: use, Doc: doc, set: func(_ *Config, _, value string) error {
		_, err := p.parse(value)
		return err
	}}
}

// ignored makes rows of keys that are left for the same reason. What Apache makes of their values is not looked at.
func ignored(doc string, names ...string) []Key { return unread(Ignored, doc, names) }

// ensembles makes rows of keys of which only an ensemble takes notice.
func ensembles(doc string, names ...string) []Key { return unread(EnsembleOnly, doc, names) }

func unread(use Use, doc string, names []string) []Key {
	var all []Key
	for _, name := range names {
		all = append(all, checked(use, name, text, doc))
	}
	return all
}

func join(parts ...[]Key) (all []Key) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// lookup finds the row of a key. A row of its own comes before one with *.
func lookup(name string) (Key, bool) {
	for _, k := range table {
		if k.Name == name {
			return k, true
		}
	}
	for _, k := range table {
		if prefix, ok := strings.CutSuffix(k.Name, "*"); ok && strings.HasPrefix(name, prefix) {
			return k, true
		}
	}
	return Key{}, false
}

// meant is the key of the table that is nearest to one that is not in it, if any is near.
func meant(name string) string {
	if rest, ok := strings.CutPrefix(name, "zookeeper."); ok {
		if _, known := lookup(rest); known {
			return rest
		}
	}
	letters := []rune(strings.ToLower(name))
	best, nearest := "", 1+len(letters)/4
	for _, k := range table {
		if d := distance(letters, []rune(strings.ToLower(k.Name))); d <= nearest && (best == "" || d < nearest) {
			best, nearest = k.Name, d
		}
	}
	return best
}

// distance is how many letters must be put in, left out or changed to make b of a.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0] // the row above, one to the left
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, before+1, row[j]+1)
		}
	}
	return row[len(b)]
}
