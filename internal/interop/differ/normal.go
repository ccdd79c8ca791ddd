package differ

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
)

// memory is what one server has told during a check, as far as later answers must agree with it.
type memory struct {
	sessions []*session
	times    map[int64]int64 // of transactions, in ms, by zxid
}

// Times in a Stat, as they are compared.
const (
	never   = 0
	inPlace = 1  // the time of the transaction that it belongs to
	strange = -1 // any other
)

// describe makes a reply's body comparable.
func (m *memory) describe(op wire.Op, body []byte) string {
	row, ok := op.Lookup()
	if !ok {
		return fmt.Sprintf("body %x", body)
	}
	rec := row.Response()
	rd := wire.NewReader(body)
	rec.Decode(&rd)
	if rd.Err() != nil || len(rd.Rest()) > 0 || string(rec.AppendTo(nil)) != string(body) {
		return fmt.Sprintf("odd body %x", body)
	}
	m.blur(reflect.ValueOf(rec).Elem())
	// The bytes tell null from empty, which the text does not.
	return fmt.Sprintf("%+v %x", reflect.ValueOf(rec).Elem(), rec.AppendTo(nil))
}

func (m *memory) blur(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *wire.Stat:
		x.Ctime, x.Mtime = m.time(x.Czxid, x.Ctime), m.time(x.Mzxid, x.Mtime)
		for _, s := range m.sessions {
			if x.EphemeralOwner == s.id {
				x.EphemeralOwner = int64(s.number)
			}
		}
	case *[]string:
		slices.Sort(*x)
	case *[]wire.MultiResult:
		for i := range *x {
			m.blur(reflect.ValueOf(x).Elem().Index(i))
		}
	case *[]wire.ClientInfo:
		slices.SortFunc(*x, func(a, b wire.ClientInfo) int { return cmp.Compare(a.Scheme+a.User, b.Scheme+b.User) })
	default:
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				m.blur(v.Field(i))
			}
		}
	}
}

// time judges a time: a transaction has one, wherever it shows.
func (m *memory) time(zxid, ms int64) int64 {
	if ms == 0 {
		return never
	}
	if known, ok := m.times[zxid]; ok && known != ms {
		return strange
	}
	m.times[zxid] = ms
	return inPlace
}
