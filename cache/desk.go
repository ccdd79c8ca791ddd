package cache

import (
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	// maxFlights is how many requests are under way at once, and maxSingles how many of those that read one znode each.
	maxFlights = 8
	maxSingles = 512
	// A request reads so many znodes that about wantBytes come back, at least one and at most maxBatch; the first ones, of which nothing
	// is known, fewBatch.
	wantBytes = 256 << 10
	maxBatch  = 512
	fewBatch  = 64
	// maxPaths bounds the paths in one request, in bytes, well below what servers take.
	maxPaths = 256 << 10
	// probeMin is the length of data, in bytes, from which on it is not read again before its Stat was looked at.
	probeMin = 1 << 10
)

// read is one thing to ask the server.
type read struct {
	key  string
	list bool // the children, else the znode
	scan bool

	exists  bool // whether the znode is there, with a watch for its creation
	denied  bool // it may not be read: exists leaves a watch all the same
	probe   bool // the Stat alone: the data is only read if it was written since
	data    []byte
	written int64
}

// answer is what a read gave.
type answer struct {
	missing bool // there is no such znode, or it may not be read
	stat    *zk.Stat
	data    []byte
	names   []string
}

// desk sends reads, many in one request where the server can do that.
type desk struct {
	c       *Cache
	batched bool
	gen     int // counts the times that everything under way was given up
	flights int
	unsent  []read
	average int // bytes that come back for a read
}

// flight is a request under way.
type flight struct {
	gen   int
	reads []read
	multi *client.Future[[]client.ReadResult]
	get   *client.Future[client.GetResult]
	stat  *client.Future[*zk.Stat]
	list  *client.Future[client.ChildrenResult]
	watch *client.Watch // the one-shot that the read leaves, if it does
}

func (d *desk) init(c *Cache) { d.c = c }

func (d *desk) ask(r read) { d.unsent = append(d.unsent, r) }

// forget gives up what is under way and what is to be sent.
func (d *desk) forget() {
	d.gen++
	d.flights, d.unsent = 0, nil
}

// room is how many reads the next request may have; 0 if too many are under way.
func (d *desk) room() int {
	switch {
	case !d.batched && d.flights >= maxSingles, d.batched && d.flights >= maxFlights:
		return 0
	case !d.batched:
		return 1
	case d.average == 0:
		return fewBatch
	}
	return max(1, min(wantBytes/d.average, maxBatch))
}

// pump sends what there is to send.
func (e *engine) pump() {
	for !e.sick {
		room := e.room()
		f := &flight{gen: e.gen}
		for size := 0; len(f.reads) < room && size < maxPaths; {
			r, ok := e.next()
			if !ok {
				break
			}
			if r.probe {
				e.send(&flight{gen: e.gen, reads: []read{r}})
				if e.flights >= maxSingles {
					break
				}
				continue
			}
			f.reads = append(f.reads, r)
			size += len(e.c.path) + len(r.key) + 16
		}
		if len(f.reads) == 0 {
			break
		}
		e.send(f)
	}
}

// next is the next read: what has changed, then what is looked through.
func (e *engine) next() (read, bool) {
	if len(e.unsent) > 0 {
		r := e.unsent[0]
		e.unsent = e.unsent[1:]
		return r, true
	}
	e.unsent = nil
	return e.more()
}

func (e *engine) send(f *flight) {
	e.flights++
	c, in, r := e.c.c, e.c.in, f.reads[0]
	path := absolute(e.c.path, r.key)
	switch {
	case len(f.reads) > 1:
		reads := make([]client.Read, len(f.reads))
		for i, r := range f.reads {
			path := absolute(e.c.path, r.key)
			if r.list {
				reads[i] = c.Children(path)
			} else {
				reads[i] = c.Get(path).Uncompressed()
			}
		}
		f.multi = c.MultiRead(reads...).AsyncInto(e.life, in, f)
	case e.shots != nil:
		e.shots.send(f)
	case r.list:
		f.list = c.Children(path).AsyncInto(e.life, in, f)
	case r.probe:
		f.stat = c.Exists(path).AsyncInto(e.life, in, f)
	default:
		f.get = c.Get(path).Uncompressed().AsyncInto(e.life, in, f)
	}
}

// landed takes the answer to a request, or its failure.
func (e *engine) landed(f *flight) {
	var zxid int64
	var err error
	bytes := 0
	switch {
	case f.multi != nil:
		var results []client.ReadResult
		results, err = f.multi.Wait(e.life)
		zxid = f.multi.Zxid()
		for i, res := range results {
			if err != nil {
				break
			}
			err = e.result(f.reads[i], answer{stat: res.Stat, data: res.Data, names: res.Names}, res.Err)
			bytes += len(res.Data) + 100*(1+len(res.Names)/4)
		}
	case f.list != nil:
		res, failure := f.list.Wait(e.life)
		zxid = f.list.Zxid()
		err = e.result(f.reads[0], answer{stat: res.Stat, names: res.Names}, failure)
	case f.stat != nil:
		stat, failure := f.stat.Wait(e.life)
		zxid = f.stat.Zxid()
		r := f.reads[0]
		if r.probe && failure == nil && stat.Mzxid != r.written {
			r.probe = false
			e.ask(r) // counts on as a part of the scan
			break
		}
		err = e.result(r, answer{stat: stat}, failure)
	default:
		res, failure := f.get.Wait(e.life)
		zxid = f.get.Zxid()
		err = e.result(f.reads[0], answer{stat: res.Stat, data: res.Data}, failure)
		bytes = len(res.Data) + 100
	}
	if err != nil {
		e.failed(err)
		return
	}
	if each := bytes / len(f.reads); e.average == 0 {
		e.average = each
	} else {
		e.average += (each - e.average) / 4
	}
	e.zxid = max(e.zxid, zxid)
}

// result takes one answer. A znode that is missing, or may not be read, is one.
func (e *engine) result(r read, a answer, err error) error {
	if err != nil && !errors.Is(err, zk.ErrNoNode) && !errors.Is(err, zk.ErrNoAuth) {
		return err
	}
	a.missing = err != nil
	if r.scan {
		e.scan.left--
		e.scan.denied = e.scan.denied || errors.Is(err, zk.ErrNoAuth)
	}
	e.answer(r, a)
	return nil
}
