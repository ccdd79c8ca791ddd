package bench

import (
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/zookit-go/zookit/client"
)

// stock is the numbered znodes that a window may make or delete, in their order.
type stock struct {
	folder     string
	first, end int64
}

// unused is the stock of operations that need none.
var unused = stock{folder: "-"}

func (s stock) path(n int64) string { return s.folder + "/" + strconv.FormatInt(n, 10) }

// most is more than what any side makes or deletes in a window.
const most = 10_000

// store is one side's numbered znodes: those from first up to end exist. What create makes is there for delete.
type store struct {
	stock
	keeper *client.Client
}

func newStore(b *testing.B, keeper *client.Client, side string) *store {
	b.Helper()
	s := &store{stock{folder: root + "/" + side}, keeper}
	if _, err := keeper.Create(s.folder).Parents().Do(b.Context()); err != nil {
		b.Fatal(err)
	}
	return s
}

// toMake is what a window may make.
func (s *store) toMake() stock { return stock{s.folder, s.end, s.end + most} }

// toDelete is what a window may delete: it makes what is missing.
func (s *store) toDelete(b *testing.B, n int64) stock {
	b.Helper()
	var made []*client.Future[string]
	for ; s.end < s.first+n; s.end++ {
		made = append(made, s.keeper.Create(s.path(s.end)).Data(payload).Async(b.Context()))
	}
	for _, f := range made {
		if _, err := f.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	return s.stock
}

// numbered does an operation with the stock's paths, each once, and says so when there are no more.
func (s stock) numbered(do func(path string) error) task {
	if s.first == s.end {
		return func(int) error { return do("") }
	}
	var taken atomic.Int64
	return func(int) error {
		n := s.first + taken.Add(1) - 1
		if n >= s.end {
			return errOver
		}
		return do(s.path(n))
	}
}
