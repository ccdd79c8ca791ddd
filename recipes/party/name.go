package party

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/zookit-go/zookit/client"
)

// deepMark follows the random part in the name of a Party's member, and tells its members from other znodes.
const deepMark = "__party__"

// kind is what the two parties differ in.
type kind uint8

const (
	deep    kind = iota // <32 hex>__party__, the id is the data
	shallow             // <32 hex>-<id>, and the data, too
)

// name is a new member's.
func (k kind) name(id string) string {
	var u [16]byte
	_, _ = rand.Read(u[:]) // never fails
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	if k == deep {
		return hex.EncodeToString(u[:]) + deepMark
	}
	return hex.EncodeToString(u[:]) + "-" + id
}

// check tells whether a member can have this id.
func (k kind) check(path, id string) error {
	if !utf8.ValidString(id) {
		return fmt.Errorf("%w %q: not UTF-8", errID, id)
	}
	if k == deep {
		return nil
	}
	if strings.Contains(id, "/") {
		return fmt.Errorf("%w %q: a slash in a znode's name", errID, id)
	}
	return client.CheckPath(client.Join(path, k.name(id)))
}

// members leaves out what is not a member. A shallow party counts every child, as kazoo does.
func (k kind) members(names []string) []string {
	if k == shallow {
		return names
	}
	return slices.DeleteFunc(names, func(name string) bool { return !strings.Contains(name, deepMark) })
}

// shallowID is what follows the first dash, or the whole name, as in kazoo.
func shallowID(name string) string {
	return name[strings.IndexByte(name, '-')+1:]
}
