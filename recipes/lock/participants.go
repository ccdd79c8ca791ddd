package lock

import (
	"bytes"
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Participant is one who holds a lock or waits for it.
type Participant struct {
	Path    string // its znode; Revoke takes it
	Data    []byte // of its znode: what WithData says. Curator's say their address if nothing else.
	Token   int64  // the czxid of its znode, as in Held; a reader that was a writer says its writer's there
	Session int64  // to which the znode belongs; 0 for one that does not end with a session
	Holds   bool   // it holds, or will as soon as it has noticed; by its place, not by what it says
	Reads   bool   // it wants a RWMutex's read side
	Revoked bool   // it has been asked to let go
}

// participants lists a queue in order.
func participants(ctx context.Context, q contend.Queue) ([]Participant, error) {
	names, err := q.Members(ctx)()
	if err != nil {
		return nil, err
	}
	return read(ctx, q, names)()
}

// read asks for participants' znodes, all in one flight, and returns what waits for the answers. Those that have gone are left out.
func read(ctx context.Context, q contend.Queue, names []string) func() ([]Participant, error) {
	reads := make([]*client.Future[client.GetResult], len(names))
	for i, name := range names {
		reads[i] = q.Client.Get(client.Join(q.Parent, name)).Async(ctx)
	}
	return func() (all []Participant, _ error) {
		for i, name := range names {
			path := client.Join(q.Parent, name)
			res, err := reads[i].Wait(ctx)
			if err != nil && client.Retryable(err) {
				res.Data, res.Stat, err = q.Client.Get(path).Do(ctx)
			}
			switch {
			case errors.Is(err, zk.ErrNoNode): // it left between the listing and the read
			case err != nil:
				return nil, err
			default:
				all = append(all, Participant{
					Path: path, Data: res.Data, Token: res.Stat.Czxid, Session: res.Stat.EphemeralOwner,
					Revoked: bytes.Equal(res.Data, contend.Revoked),
				})
			}
		}
		return all, nil
	}
}
