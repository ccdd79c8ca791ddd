package cache

import (
	"math"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/cache/internal/ptree"
)

// order puts what was read into the order of the transactions.
//
// Events come in that order, so each gets a number. What a read gives belongs to the last event of its znode that came before it: the read knows of
// that one, and of no later one. So it is told behind all events with smaller numbers, which waits for those that are still to be
// read. Every read is sent when its event comes, so none waits longer than its own round trip.
type order struct {
	seq   uint64
	zxid  int64 // of the last answer: every event that comes later is of a later transaction
	wants map[string]*want
	queue []*want // in the order of their first events; done ones are still in it
	outs  []out   // what is known and not told, sorted by seq
}

const maxSeq = math.MaxUint64

// want is a znode that has changed and was not read since.
type want struct {
	first  uint64 // the number of the first event that no read has answered
	seq    uint64 // where what is read will be told: at the creation, else at the last change
	floor  int64  // the first event's transaction is later than this
	coming bool   // a read is under way, or will be
	made   bool
	done   bool
}

// out is a change of a znode that is known.
type out struct {
	ptree.Op
	seq   uint64
	floor int64
}

func (o *order) init() { o.wants = map[string]*want{} }

// want notes that a znode has to be read.
func (o *order) want(key string, created bool) *want {
	o.seq++
	w := o.wants[key]
	if w == nil {
		w = &want{first: o.seq, floor: o.zxid}
		o.wants[key] = w
		o.queue = append(o.queue, w)
	}
	// What is read after a creation is told in its place, before the children's, even if it is of a later transaction.
	if created || !w.made {
		w.seq, w.made = o.seq, created
	}
	return w
}

// note gives a number to an event that is not a znode's own.
func (o *order) note() uint64 {
	o.seq++
	return o.seq
}

// wantAt is want for what an event with the number first, or one before it, has brought about.
func (o *order) wantAt(key string, first uint64, floor int64) *want {
	if w := o.wants[key]; w != nil {
		return w
	}
	o.seq++
	w := &want{first: first, seq: o.seq, floor: floor, made: true}
	o.wants[key] = w
	at := len(o.queue)
	for at > 0 && o.queue[at-1].first > first {
		at--
	}
	o.queue = slices.Insert(o.queue, at, w)
	return w
}

// gone notes that a znode is no more, which takes no read.
func (o *order) gone(key string) {
	o.seq++
	floor := o.zxid
	if w := o.wants[key]; w != nil {
		floor = w.floor
		o.settle(key, w)
	}
	o.add(out{ptree.Op{Entry: ptree.Entry{Key: key}, Gone: true}, o.seq, floor})
}

// arrived notes what a read gave. Without an event that asked for it, and without a scan, it is nothing new.
func (o *order) arrived(op ptree.Op, scan bool) {
	if w := o.wants[op.Key]; w != nil {
		o.settle(op.Key, w)
		o.add(out{op, w.seq, w.floor})
	} else if scan {
		o.add(out{op, 0, o.zxid})
	}
}

func (o *order) settle(key string, w *want) {
	w.done = true
	delete(o.wants, key)
}

func (o *order) add(x out) {
	i := len(o.outs)
	for i > 0 && o.outs[i-1].seq > x.seq {
		i--
	}
	o.outs = slices.Insert(o.outs, i, x)
}

// head is the oldest want, nil if there is none.
func (o *order) head() *want {
	for len(o.queue) > 0 && o.queue[0].done {
		o.queue = o.queue[1:]
	}
	if len(o.queue) == 0 {
		o.queue = nil
		return nil
	}
	return o.queue[0]
}

// ready takes out what can be told: all up to the oldest want.
func (o *order) ready() []out {
	n := len(o.outs)
	if head := o.head(); head != nil {
		n = 0
		for n < len(o.outs) && o.outs[n].seq < head.first {
			n++
		}
	}
	list := o.outs[:n:n]
	o.outs = o.outs[n:]
	return list
}

// floor is the transaction up to which everything is known and told.
func (o *order) floor() int64 {
	zxid := o.zxid
	if head := o.head(); head != nil {
		zxid = min(zxid, head.floor)
	}
	for _, x := range o.outs {
		zxid = min(zxid, x.floor)
	}
	return zxid
}

// reset drops everything, and returns the znodes about which something was not told yet.
func (o *order) reset() (keys []string) {
	for key := range o.wants {
		keys = append(keys, strings.TrimPrefix(key, "\x00")) // the list of that znode is wanted
	}
	for _, x := range o.outs {
		keys = append(keys, x.Key)
	}
	clear(o.wants)
	o.queue, o.outs = nil, nil
	slices.Sort(keys)
	return slices.Compact(keys)
}
