package cache

import (
	"errors"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache/internal/ptree"
	"github.com/zookit-go/zookit/client"
)

// shots are the one-shot watches with which the engine follows a server that has no recursive one: over each znode's data, and over its list
// of children where those are wanted. Every read leaves one, and what one tells is read again. After a reconnect to the same session the
// client arms them again and they tell what happened, so there is nothing to look through.
type shots struct {
	e     *engine
	spots map[spot]*client.Watch // set, or about to be
	by    map[*client.Watch]spot

	unordered bool // over a zk.Conn of others: what the server sent before an answer may come behind it
}

type spot struct {
	key  string
	list bool
}

func newShots(e *engine) *shots {
	return &shots{e: e, spots: map[spot]*client.Watch{}, by: map[*client.Watch]spot{}}
}

// has tells whether a znode's data is watched or read.
func (s *shots) has(key string) bool { return s.spots[spot{key, false}] != nil }

// send sends one read, with its watch. The root is waited for where it is missing.
func (s *shots) send(f *flight) {
	c, in, ctx, r := s.e.c.c, s.e.c.in, s.e.life, f.reads[0]
	path := absolute(s.e.c.path, r.key)
	switch {
	case r.list:
		f.list, f.watch = c.Children(path).AsyncWInto(ctx, in, f)
	case r.exists:
		f.stat, f.watch = c.Exists(path).AsyncWInto(ctx, in, f)
	default:
		f.get, f.watch = c.Get(path).Uncompressed().AsyncWInto(ctx, in, f)
	}
	at := spot{r.key, r.list}
	s.drop(at)
	s.spots[at], s.by[f.watch] = f.watch, at
}

func (s *shots) drop(at spot) {
	if w := s.spots[at]; w != nil {
		delete(s.spots, at)
		delete(s.by, w)
		w.Stop()
	}
}

// stop ends all watches.
func (s *shots) stop() {
	for _, w := range s.spots {
		w.Stop()
	}
}

// take takes what one watch tells. over tells that the session has ended, and with it every watch.
func (s *shots) take(d client.Delivery) (over bool, err error) {
	at, ok := s.by[d.Watch]
	if !ok || d.Watch == nil {
		return false, nil
	}
	delete(s.by, d.Watch)
	delete(s.spots, at)
	if d.Ended { // without an event
		why := d.Watch.Err()
		if errors.Is(why, client.ErrClosed) || s.e.life.Err() != nil {
			return true, ErrClosed
		}
		if at.list {
			s.list(at.key, s.e.note(), s.e.zxid)
		} else {
			s.changed(at.key, false)
		}
		return false, nil
	}
	switch d.Event.Type { //nolint:exhaustive // a one-shot tells nothing else
	case zk.EventNotWatching:
		return true, nil
	case zk.EventNodeCreated, zk.EventNodeDataChanged:
		s.changed(at.key, d.Event.Type == zk.EventNodeCreated)
	case zk.EventNodeChildrenChanged:
		s.list(at.key, s.e.note(), s.e.zxid)
	case zk.EventNodeDeleted:
		if at.list {
			break // the data's watch tells
		}
		s.e.gone(at.key)
		s.drop(spot{at.key, true})
		if at.key == "" {
			s.await()
		} else if s.unordered { // the parent's list may have been here already, with a znode that was made anew
			s.again(ptree.Parent(at.key))
		}
	}
	return false, nil
}

// changed reads a znode again.
func (s *shots) changed(key string, created bool) {
	if w := s.e.want(key, created); !w.coming {
		w.coming = true
		s.e.ask(read{key: key})
	}
}

// await waits for the root.
func (s *shots) await() {
	if !s.has("") {
		s.changed("", true)
	}
}

// listKey is the want of a znode's list. No path looks so.
func listKey(key string) string { return "\x00" + key }

// list asks for a list of children, because of what has the number first and is later than floor.
func (s *shots) list(key string, first uint64, floor int64) {
	if !s.e.descends(key) || s.spots[spot{key, true}] != nil {
		return
	}
	if w := s.e.wants[listKey(key)]; w != nil {
		return
	}
	s.e.wantAt(listKey(key), first, floor)
	if s.e.scan != nil && s.e.scan.open() {
		s.e.look(read{key: key, list: true, scan: true})
		return
	}
	s.e.ask(read{key: key, list: true})
}

// again lists the children of a znode that are listed once more, unless that is under way.
func (s *shots) again(key string) {
	at := spot{key, true}
	if s.spots[at] == nil || s.e.wants[listKey(key)] != nil {
		return
	}
	s.drop(at)
	s.list(key, s.e.note(), s.e.zxid)
}

// listed takes a list of children. Those of which nothing is known are read; the others have watches of their own.
func (s *shots) listed(r read, a answer) {
	w := s.e.wants[listKey(r.key)]
	if w == nil {
		return
	}
	slices.Sort(a.names)
	var names []string
	for _, name := range a.names {
		if key := r.key + "/" + name; !s.has(key) && s.e.wants[key] == nil && s.e.covers(key) {
			names = append(names, name)
		}
	}
	if s.e.scan != nil && s.e.scan.open() {
		s.e.scan.lists = append(s.e.scan.lists, listing{r.key, names})
	} else {
		for _, name := range names {
			key := r.key + "/" + name
			s.e.wantAt(key, w.first, w.floor).coming = true
			s.e.ask(read{key: key})
		}
	}
	s.e.settle(listKey(r.key), w)
}

// answered looks at what a read of a znode gave: what is there has children to be listed, a root that is
// not there is waited for, and so is a change of what may not be read.
func (s *shots) answered(r read, a answer, denied bool) {
	first, floor := s.e.seq, s.e.zxid
	if w := s.e.wants[r.key]; w != nil {
		first, floor = w.first, w.floor
	}
	switch {
	case !a.missing:
		s.list(r.key, first, floor)
	case denied:
		s.e.ask(read{key: r.key, exists: true, denied: true})
	case r.key == "":
		s.e.ask(read{exists: true})
	}
}

// landed takes the answer to one read, or the lack of one.
func (s *shots) landed(f *flight) {
	r := f.reads[0]
	var a answer
	var zxid int64
	var err error
	switch {
	case r.list:
		var res client.ChildrenResult
		res, err = f.list.Wait(s.e.life)
		a, zxid = answer{stat: res.Stat, names: res.Names}, f.list.Zxid()
	case r.exists:
		a.stat, err = f.stat.Wait(s.e.life)
		zxid = f.stat.Zxid()
	default:
		var res client.GetResult
		res, err = f.get.Wait(s.e.life)
		a, zxid = answer{stat: res.Stat, data: res.Data}, f.get.Zxid()
	}
	if _, ok := s.by[f.watch]; !ok && s.unordered && err == nil {
		s.e.ask(r) // the watch has told before the answer came, which is of the time before that
		return
	}
	a.missing = err != nil
	waits := r.exists && errors.Is(err, zk.ErrNoNode)
	if err != nil && !waits {
		s.drop(spot{r.key, r.list})
	}
	switch {
	case err != nil && !errors.Is(err, zk.ErrNoNode) && !errors.Is(err, zk.ErrNoAuth):
		s.e.ask(r) // counts on in the scan
		s.e.sick = true
		s.e.timer.Reset(s.e.again())
		return
	case r.denied:
		if err != nil { // if it comes back, the parent's list tells
			s.drop(spot{r.key, false})
		}
		return
	case r.exists && err == nil: // made in the meantime
		s.drop(spot{})
		s.changed("", true)
		return
	case r.scan:
		s.e.scan.left--
	}
	switch {
	case r.exists:
	case r.list:
		s.listed(r, a)
	default:
		s.answered(r, a, errors.Is(err, zk.ErrNoAuth))
		s.e.arrived(s.e.op(r, a), true)
	}
	if a.stat != nil { // over a zk.Conn of others that is all there is
		zxid = max(zxid, a.stat.Mzxid, a.stat.Pzxid)
	}
	s.e.zxid = max(s.e.zxid, zxid)
}

// open tells whether the scan still takes lists.
func (s *scan) open() bool { return s.limit == maxSeq }

// op is what an answer does to the tree.
func (e *engine) op(r read, a answer) ptree.Op {
	op := ptree.Op{Entry: ptree.Entry{Key: r.key}, Gone: a.missing}
	if a.missing {
		return op
	}
	op.Stat = *a.stat
	switch {
	case e.c.cfg.noData:
	case r.probe:
		op.Data = r.data
	default:
		op.Data = a.data
	}
	return op
}
