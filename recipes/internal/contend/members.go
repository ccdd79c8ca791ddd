package contend

import (
	"context"
	"errors"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Members asks who contends, and returns what waits for the answer and gives it, in order: one request. A parent that is missing has none.
func (q Queue) Members(ctx context.Context) func() ([]string, error) {
	listed := q.Client.Children(q.Parent).Async(ctx)
	return func() ([]string, error) {
		res, err := listed.Wait(ctx)
		names := res.Names
		if err != nil && client.Retryable(err) {
			names, _, err = q.Client.Children(q.Parent).Do(ctx)
		}
		if errors.Is(err, zk.ErrNoNode) {
			return nil, nil
		}
		q.Sort(names)
		if q.Blocks != nil {
			names = slices.DeleteFunc(names, func(child string) bool { return !q.Blocks(child) })
		}
		return names, err
	}
}
