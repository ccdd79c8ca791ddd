package benchrecipes

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// root is where everything is done.
const root = "/bench"

// keeper makes what the sides find there, so that nobody pays for it.
type keeper struct {
	ctx context.Context
	c   *client.Client
}

func newKeeper(ctx context.Context, addr string) (*keeper, error) {
	c, err := client.Connect(ctx, addr, client.WithSessionTimeout(session))
	if err != nil {
		return nil, err
	}
	k := &keeper{ctx, c}
	if err := k.folder(ctx, root); err != nil {
		k.close()
		return nil, err
	}
	return k, nil
}

// folder makes a persistent znode.
func (k *keeper) folder(ctx context.Context, path string) error {
	_, err := k.c.Create(path).Do(ctx)
	return err
}

func (k *keeper) close() { closeClient(k.ctx, k.c) }

// closeClient gives a client up, even after its context has ended.
func closeClient(ctx context.Context, c *client.Client) { closeWithin(ctx, c.Close) }

// numbered is a path of its own.
func numbered(path string, n int) string { return fmt.Sprintf("%s/%d", path, n) }
