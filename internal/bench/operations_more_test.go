package bench

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// more is what is called less often, and what not every client has.
var more = []operation{
	{
		name: "getACL",
		conn: func(conn *zk.Conn, _ string) error {
			_, _, err := conn.GetACL(dataPath)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, _, err := c.GetACL(dataPath).Do(ctx)
			return err
		},
	},
	{
		name: "setACL",
		conn: func(conn *zk.Conn, _ string) error {
			_, err := conn.SetACL(dataPath, openACL, -1)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.SetACL(dataPath).ACL(openACL...).Do(ctx)
			return err
		},
	},
	{
		name: "sync",
		conn: func(conn *zk.Conn, _ string) error {
			_, err := conn.Sync(dataPath)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error { return c.Sync(dataPath).Do(ctx) },
	},
	{
		name: "createStat", stock: makes,
		ours: func(ctx context.Context, c *client.Client, path string) error {
			_, _, err := c.Create(path).Data(payload).ReturningStat().Do(ctx)
			return err
		},
	},
	{
		name: "multiRead", notKazoo: true,
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.MultiRead(c.Get(dataPath), c.Children(childrenPath)).Do(ctx)
			return err
		},
	},
	{
		name: "count", notKazoo: true,
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.CountAllChildren(childrenPath).Do(ctx)
			return err
		},
	},
	{
		name: "ephemerals", notKazoo: true,
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.Ephemerals().Do(ctx)
			return err
		},
	},
	{
		name: "whoAmI", notKazoo: true,
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.WhoAmI().Do(ctx)
			return err
		},
	},
}
