package queue

import (
	"sync"
	"testing"

	"github.com/zookit-go/zookit/testing/zktest"
)

// A hold that is settled by two at once, as by Consume and by the end of its session: both have one job, and it can be waited for.
func TestSettledByTwo(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const items = 100
		q, err := NewFIFO(w.Connect(t, "a"), "/queue", String{}, WithLockPath("/locks"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.PutAll(t.Context(), make([]string, items)...); err != nil {
			t.Fatal(err)
		}
		for left := items; left > 0; {
			taken, err := q.TakeMany(t.Context(), left)
			if err != nil {
				t.Fatal(err)
			}
			left -= len(taken)
			for _, it := range taken {
				var both sync.WaitGroup
				var jobs [2]*job
				for i, settle := range []func() (*job, bool){it.hold.done, it.hold.release} {
					both.Go(func() {
						jobs[i], _ = settle()
						<-jobs[i].done
					})
				}
				both.Wait()
				if jobs[0] != jobs[1] || jobs[0].err != nil {
					t.Errorf("two jobs, or %v", jobs[0].err)
				}
				if it.hold.released.Load() && len(jobs[0].ops) != 2 {
					left++ // it is there again
				}
			}
		}
		if n, err := q.Len(t.Context()); n != 0 || err != nil {
			t.Errorf("%d left, %v", n, err)
		}
		if err := q.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
