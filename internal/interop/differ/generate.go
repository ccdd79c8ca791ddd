package differ

import (
	"math/bits"
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
	"pgregory.net/rapid"
)

// Steps makes checks. They are long, since much comes only of what went before; one that is made short has steps that do nothing in
// the places of those that it can do without, and they are left out.
func Steps() *rapid.Generator[[]Step] {
	idle := func(s Step) bool { return s.Connect == nil && len(s.Requests) == 0 }
	return rapid.Map(rapid.SliceOfN(rapid.Custom(step), 40, 80), func(steps []Step) []Step { return slices.DeleteFunc(steps, idle) })
}

// below is a number from 0, each as likely as the others; rapid's own are mostly small. A shrunk one is 0.
func below(t *rapid.T, n int) int {
	v := 0
	for range bits.Len(uint(n)) + 3 {
		v <<= 1
		if rapid.Bool().Draw(t, "bit") {
			v++
		}
	}
	return v % n
}

// often is a choice: index i with a chance of weights[i]. A shrunk one is the first.
func often(t *rapid.T, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := below(t, sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return 0
}

func one[T any](t *rapid.T, of ...T) T { return of[below(t, len(of))] }

func step(t *rapid.T) Step {
	if often(t, 1, 60) == 0 {
		return Step{}
	}
	s := Step{Slot: often(t, 6, 3, 1)}
	if often(t, 25, 1) == 1 {
		s.Connect = connect(t)
		return s
	}
	if often(t, 14, 1) == 1 {
		s.Requests = plant()
		return s
	}
	n := 1
	if often(t, 3, 1) == 1 {
		n = 2 + below(t, 7)
	}
	for range n {
		s.Requests = append(s.Requests, request(t, n > 1))
	}
	if often(t, 25, 1) == 1 {
		s.Requests = []Request{lonely(t)}
	}
	return s
}

func connect(t *rapid.T) *Connect {
	c := &Connect{
		Session: below(t, 5),
		Wrong:   often(t, 4, 1) == 1,
		Timeout: one[int32](t, 30000, 0, -1, 5000, 1<<31-1),
		Seen:    one[int64](t, 0, SinceStart, 0, -1, 0, 1<<50),
	}
	c.ReadOnly = often(t, 3, 1, 1)
	return c
}

// request makes one that leaves the connection open. Some are spoilt.
func request(t *rapid.T, pipelined bool) Request {
	r := Request{}
	switch often(t, 25, 12, 7, 12, 5, 18, 4, 10, 9, 3) {
	case 0:
		r.Op, r.Body = create(t, false, pipelined)
	case 1:
		r.Op, r.Body = wire.OpSetData, setData(t)
	case 2:
		r.Op, r.Body = wire.OpDelete, version(t)
	case 3:
		r.Op, r.Body = read(t)
	case 4:
		r.Op, r.Body = wire.OpSetACL, setACL(t)
		if pipelined { // Apache may judge what comes at once behind it by the old list
			r.Op, r.Body = wire.OpSetData, setData(t)
		}
	case 5:
		r.Op, r.Body = watch(t)
	case 6:
		r.Op, r.Body = oddRead(t)
	case 7:
		r.Op, r.Body = wire.OpMulti, multi(t, pipelined)
	case 8:
		r.Op, r.Body = quota(t)
	case 9:
		r.Op, r.Body = wire.OpMultiRead, multiRead(t)
	}
	if often(t, 30, 1) == 1 {
		r.Xid = one[int32](t, 1, -8, -3, 1<<31-1, -1<<31)
	}
	if often(t, 40, 1) == 1 {
		r.Cut = 1 + below(t, 60)
	}
	return r
}

// lonely makes a request that may be the connection's last, or is answered out of turn.
func lonely(t *rapid.T) Request {
	switch often(t, 6, 3, 2, 2, 1) {
	case 0:
		return Request{Op: wire.OpAuth, Xid: wire.XidAuth, Body: &wire.AuthRequest{
			Scheme: "digest", Auth: []byte(one(t, "alice:secret", "bob:secret", "alice:other", SuperPassword)),
		}}
	case 1:
		return Request{Op: wire.OpCloseSession, Body: &wire.Empty{}}
	case 2:
		scheme := one(t, "digest", "ip", "world", "auth", "super", "nope", "sasl", "x509", "")
		return Request{Op: wire.OpAuth, Xid: wire.XidAuth, Body: &wire.AuthRequest{
			Scheme: scheme, Auth: one(t, nil, []byte{}, []byte("nocolon"), []byte(":"), []byte("a:b:c")),
		}}
	case 3: // what nobody knows; not what is answered oddly, if at all: check, createSession and deleteContainer
		op := one[wire.Op](t, 10, 0, 23, 99, 1000, -2, -1)
		return Request{Op: op, Body: bytes(one(t, "", "\x00\x00\x00\x02/a\xff\xff\xff\xff"))}
	}
	return Request{Bare: true, Body: bytes(one(t, "", "\x00", "\x00\x00\x00\x01\x00\x00\x00"))}
}
