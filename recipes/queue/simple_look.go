package queue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	simpleFresh  = time.Second // how long a listing is relied on
	simpleAhead  = 64          // so many items are read ahead at most,
	simpleBudget = 64 << 10    // and about so many bytes
	simpleOwn    = 256         // so many own offers are remembered at most

	simpleMost      = 1000    // so many items are read at once at most, for who wants so many,
	simpleMostBytes = 1 << 20 // and about so many bytes
)

// simpleItem is an item's znode.
type simpleItem struct {
	name    string
	read    bool // data and version are known
	data    []byte
	version int32
}

// simpleLook is what is known of the queue. It is a prefix of the truth: items come at the end only, so whatever is there and sorts before the
// last of items is one of them.
type simpleLook struct {
	valid bool
	at    time.Time // of the listing
	items []simpleItem
	next  string // the name that the next item will have, if all goes on as before; "" if unknown
	hits  int    // how many such guesses the last look found
	size  int    // of an item, about
	many  int    // how many items the last reading asked for
	old   bool   // the server does not know MultiRead

	parent *client.Watch // tells when path itself goes
}

// guesses are the names of the next n items.
func (l *simpleLook) guesses(n int) []string {
	names := make([]string, 0, n)
	for name := l.next; name != "" && len(names) < n; name = simpleNext(name) {
		names = append(names, name)
	}
	return names
}

// simpleNext is the name with the next number, or "" for one that has none.
func simpleNext(name string) string {
	stem, number, ok := simpleNumber(name)
	if !ok || number == 1<<31-1 {
		return ""
	}
	digits := strconv.FormatInt(number+1, 10)
	return stem + strings.Repeat("0", 10-len(digits)) + digits
}

// simpleNumber takes the ten digits off a name.
func simpleNumber(name string) (stem string, number int64, ok bool) {
	if len(name) < 10 {
		return name, 0, false
	}
	stem = name[:len(name)-10]
	number, err := strconv.ParseInt(name[len(stem):], 10, 32)
	return stem, number, err == nil && number >= 0 && name[len(stem)] != '+'
}

// settle drops what is known if it may no longer hold.
func (q *simpleCore) settle() {
	l := &q.look
	if l.parent != nil {
		select {
		case <-l.parent.Events(): // path is gone or was written, or the session is over
			l.parent, l.valid = nil, false
		default:
		}
	}
	if time.Since(l.at) > simpleFresh {
		l.valid = false
	}
	q.sent = slices.DeleteFunc(q.sent, func(s *simpleSent) bool {
		over, failed := s.state()
		if failed {
			l.valid = false
		}
		return over
	})
}

// ready returns the first n items with what they hold, or fewer if there are not so many. It looks again if current is set. The caller has the turn.
func (q *simpleCore) ready(ctx context.Context, n int, current bool) ([]simpleItem, error) {
	q.settle()
	l := &q.look
	for looked := false; ; {
		if !l.valid || len(l.items) == 0 || !looked && (current || n > len(l.items)) {
			if err := q.list(ctx); err != nil {
				return nil, err
			}
			looked = true
		}
		if len(l.items) == 0 {
			return nil, nil
		}
		first := l.items[:min(n, len(l.items))]
		if !slices.ContainsFunc(first, func(i simpleItem) bool { return !i.read }) {
			return first, nil
		}
		if err := q.read(ctx, len(first)); err != nil {
			return nil, err
		}
	}
}

// list looks what there is, and reads what it guesses.
func (q *simpleCore) list(ctx context.Context) error {
	l := &q.look
	if err := q.undoubted(ctx); err != nil {
		return err
	}
	if there, err := q.watchParent(ctx); err != nil || !there {
		return err
	}
	guesses := l.guesses(min(2*l.hits+1, q.ahead()))
	reads := make([]client.Read, 1, len(guesses)+1)
	reads[0] = q.c.Children(q.path)
	for _, name := range guesses {
		reads = append(reads, q.c.Get(q.join(name)))
	}
	at := time.Now()
	res, err := q.multiRead(ctx, reads)
	if err == nil {
		err = res[0].Err
	}
	if errors.Is(err, zk.ErrNoNode) {
		q.empty()
		return nil
	}
	if err != nil {
		return err
	}
	q.know(res[0].Names, at)
	l.hits = 0
	for i, name := range guesses {
		if q.fill(name, res[i+1]) {
			l.hits++
		}
	}
	return nil
}

// know takes over a listing.
func (q *simpleCore) know(names []string, at time.Time) {
	l := &q.look
	before := make(map[string]simpleItem)
	if l.valid {
		for _, item := range l.items {
			if item.read {
				before[item.name] = item
			}
		}
	}
	l.items = make([]simpleItem, 0, len(names))
	last, lastNumber := "", int64(-1)
	for _, name := range names {
		_, number, ok := simpleNumber(name)
		if !ok || len(name) != q.length || !strings.HasPrefix(name, q.prefix) {
			continue
		}
		item, ok := before[name]
		if !ok {
			item.name = name
		}
		l.items = append(l.items, item)
		if number > lastNumber {
			last, lastNumber = name, number
		}
	}
	slices.SortFunc(l.items, func(a, b simpleItem) int { return strings.Compare(a.name, b.name) })
	if last != "" {
		l.next = simpleNext(last)
	}
	l.valid, l.at = true, at
}

// empty notes that path is not there.
func (q *simpleCore) empty() {
	l := &q.look
	l.items, l.next, l.valid = nil, "", false
}

// fill takes over what a read gave. It tells whether that is an item that was listed.
func (q *simpleCore) fill(name string, res client.ReadResult) bool {
	l := &q.look
	i, ok := slices.BinarySearchFunc(l.items, name, func(i simpleItem, name string) int { return strings.Compare(i.name, name) })
	if !ok || res.Err != nil {
		return false
	}
	l.items[i].read, l.items[i].data, l.items[i].version = true, res.Data, res.Stat.Version
	l.size += (len(res.Data) - l.size + 7) / 8
	return true
}

// ahead is how many items to read ahead, by their size and by how many were of use.
func (q *simpleCore) ahead() int {
	l := &q.look
	return max(1, min(simpleAhead, simpleBudget/(l.size+1), max(2*l.many, 4)))
}

// batch is how many of n items that are wanted to read at once.
func (q *simpleCore) batch(n int) int {
	return min(n, simpleMost, max(simpleAhead, simpleMostBytes/(q.look.size+1)))
}

// read reads the first n items, and some behind them. Those that are gone are forgotten.
func (q *simpleCore) read(ctx context.Context, n int) error {
	l := &q.look
	var names []string
	var reads []client.Read
	for _, item := range l.items[:min(len(l.items), max(n, q.ahead()))] {
		if !item.read && len(names) < max(q.batch(n), q.ahead()) {
			names = append(names, item.name)
			reads = append(reads, q.c.Get(q.join(item.name)))
		}
	}
	l.many = len(names)
	res, err := q.multiRead(ctx, reads)
	if err != nil {
		return err
	}
	gone := make(map[string]bool)
	for i, name := range names {
		switch err := res[i].Err; {
		case errors.Is(err, zk.ErrNoNode):
			gone[name] = true
		case err != nil:
			return err
		default:
			q.fill(name, res[i])
		}
	}
	if len(gone) > 0 {
		l.items = slices.DeleteFunc(l.items, func(i simpleItem) bool { return gone[i.name] })
	}
	return nil
}
