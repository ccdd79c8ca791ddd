package cache

import (
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache/internal/ptree"
)

// scan looks at everything once: at the beginning, and when the watch was away for a while. It reads all znodes that were known, all at
// once, and goes down where a znode's list of children is not as it was.
type scan struct {
	base   ptree.Tree    // what was known
	trust  bool          // what was known below a znode was all that was there
	at     *ptree.Cursor // what of it is still to be read
	lists  []listing
	denied bool   // something may not be read
	left   int    // reads that were asked for and not answered
	limit  uint64 // what happened later than this is told after the scan
}

// listing is a list of children that are still to be read.
type listing struct {
	key   string
	names []string
}

// rescan begins again. What is under way is not waited for.
func (e *engine) rescan() {
	e.sick = false
	e.forget()
	again := e.reset()
	e.scan = &scan{base: e.tree, trust: e.whole, at: e.tree.Seek(""), limit: maxSeq}
	e.whole = false
	clear(e.orphans)
	if _, ok := e.tree.Get(""); !ok {
		e.look(read{scan: true})
	}
	for _, key := range again {
		if _, ok := e.tree.Get(key); !ok && key != "" {
			e.look(read{key: key, scan: true})
		}
	}
}

// look asks for a read that belongs to the scan.
func (e *engine) look(r read) {
	e.scan.left++
	e.ask(r)
}

// more gives the desk a read when there is nothing more urgent.
func (e *engine) more() (read, bool) {
	s := e.scan
	if s == nil {
		return read{}, false
	}
	for len(s.lists) > 0 {
		l := &s.lists[0]
		if len(l.names) == 0 {
			s.lists = s.lists[1:]
			continue
		}
		key := l.key + "/" + l.names[0]
		l.names = l.names[1:]
		if !e.covers(key) || e.shots != nil && e.shots.has(key) {
			continue
		}
		s.left++
		return read{key: key, scan: true}, true
	}
	s.lists = nil
	for e.shots != nil && s.at.Valid() && e.shots.has(s.at.Ref().Key()) {
		s.at.Next()
	}
	if !s.at.Valid() {
		return read{}, false
	}
	entry := s.at.Ref().Entry()
	s.at.Next()
	s.left++
	r := read{key: entry.Key, scan: true}
	if len(entry.Data) > probeMin && e.shots == nil {
		r.probe, r.data, r.written = true, entry.Data, entry.Stat.Mzxid
	}
	return r, true
}

// scanned decides whether the children of a znode have to be listed.
func (e *engine) scanned(key string, stat *zk.Stat) {
	s := e.scan
	if stat.NumChildren == 0 || !e.descends(key) {
		return
	}
	if s.trust {
		if ref, ok := s.base.Get(key); ok {
			if before := ref.Stat(); before.Czxid == stat.Czxid && before.Pzxid == stat.Pzxid {
				return
			}
		}
	}
	e.look(read{key: key, list: true, scan: true})
}

// listed takes a list of children. Those that are known are read anyhow.
func (e *engine) listed(r read, a answer) {
	slices.Sort(a.names)
	e.scan.lists = append(e.scan.lists, listing{r.key, a.names})
}

// flushScan applies what has come, and ends the scan when all of it has.
func (e *engine) flushScan() {
	s := e.scan
	n := 0
	var ops []ptree.Op
	for n < len(e.outs) && e.outs[n].seq <= s.limit {
		ops = append(ops, keep(e.outs[n].Op))
		n++
	}
	e.outs = e.outs[n:]
	e.apply(ops)
	if s.left > 0 || len(s.lists) > 0 || s.at.Valid() {
		return
	}
	if s.limit == maxSeq {
		s.limit = e.seq
	}
	if head := e.head(); head != nil && head.first <= s.limit {
		return
	}
	if s.denied || e.shots != nil {
		e.prune()
	}
	e.scan, e.whole, e.pause = nil, true, minPause
	e.publish(nil, true)
}
