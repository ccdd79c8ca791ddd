package lock

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// WithRevocation makes the lock one whose holder can be asked to let go: Held's Revoked tells when somebody, in Go or with Curator's Revoker, has. Nothing
// is released for that alone. Curator's revocable locks have no data; WithData is possible all the same, and the asking
// overwrites it.
//
// Cost: each contender watches its own znode from the first moment instead of after 250 ms: one request for each time it waits or holds and one
// event, its own delete's. Being asked is one event and one request.
func WithRevocation() Option {
	return func(s *settings) error {
		s.revocable = true
		return nil
	}
}

// Revoke asks the participant whose znode is at path, which Participants tells, to let go. A waiter may be asked as well: it learns that when it holds. Whether
// and when it lets go is up to it, and a lock that was not made WithRevocation is deaf.
//
// It overwrites the znode's data with Curator's mark, so Curator's revocable locks hear it, too: one request. Somebody who has gone
// already is no error. Errors: context.Cause(ctx), zk.ErrInvalidPath, zk.ErrNoAuth, client.ErrClosed, what the client's retry policy gave up on; after
// a lost answer it is written again, which does no harm.
func Revoke(ctx context.Context, c *client.Client, path string) error {
	_, err := c.Set(path).Data(contend.Revoked).Do(ctx)
	switch {
	case err == nil, errors.Is(err, zk.ErrNoNode):
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fmt.Errorf("lock: revoke %s: %w", path, err)
}

// Revoked is closed when somebody has asked for the lock by Revoke, also if that was while it was waited for. Without WithRevocation it never
// is. Who is asked ends its work in its own time, and unlocks.
func (h *Held) Revoked() <-chan struct{} { return h.place.Revoked() }
