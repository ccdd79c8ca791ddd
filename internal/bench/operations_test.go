package bench

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	childrenPath  = root + "/children"
	childrenCount = 10
)

// operation is one row of the table of every call. All sides send the same request to the server; path is a znode of the stock's, for
// what makes or deletes.
type operation struct {
	name  string                                 // as the peers in testdata know it
	stock use                                    // of numbered znodes
	conn  func(conn *zk.Conn, path string) error // nil: zk.Conn has no such call
	ours  func(ctx context.Context, c *client.Client, path string) error

	notKazoo bool // kazoo has no such call
}

// use is what an operation does with a stock of znodes.
type use uint8

const (
	leaves use = iota
	makes
	deletes
)

// operations are the table's rows. A new one needs an entry here or in more, and a case in each of testdata's programs.
var operations = append([]operation{
	{
		name: "get",
		conn: func(conn *zk.Conn, _ string) error {
			_, _, err := conn.Get(dataPath)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, _, err := c.Get(dataPath).Do(ctx)
			return err
		},
	},
	{
		name: "exists",
		conn: func(conn *zk.Conn, _ string) error {
			_, _, err := conn.Exists(dataPath)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, _, err := c.Exists(dataPath).Do(ctx)
			return err
		},
	},
	{
		name: "children",
		conn: func(conn *zk.Conn, _ string) error {
			_, _, err := conn.Children(childrenPath)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, _, err := c.Children(childrenPath).Do(ctx)
			return err
		},
	},
	{
		name: "set",
		conn: func(conn *zk.Conn, _ string) error {
			_, err := conn.Set(dataPath, payload, -1)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.Set(dataPath).Data(payload).Do(ctx)
			return err
		},
	},
	{
		name: "create", stock: makes,
		conn: func(conn *zk.Conn, path string) error {
			_, err := conn.Create(path, payload, 0, openACL)
			return err
		},
		ours: func(ctx context.Context, c *client.Client, path string) error {
			_, err := c.Create(path).Data(payload).Do(ctx)
			return err
		},
	},
	{
		name: "delete", stock: deletes,
		conn: func(conn *zk.Conn, path string) error { return conn.Delete(path, -1) },
		ours: func(ctx context.Context, c *client.Client, path string) error { return c.Delete(path).Do(ctx) },
	},
	{
		name: "multi",
		conn: func(conn *zk.Conn, _ string) error {
			_, err := conn.Multi(&zk.CheckVersionRequest{Path: childrenPath, Version: -1},
				&zk.SetDataRequest{Path: dataPath, Data: payload, Version: -1})
			return err
		},
		ours: func(ctx context.Context, c *client.Client, _ string) error {
			_, err := c.Txn(c.Check(childrenPath), c.Set(dataPath).Data(payload)).Do(ctx)
			return err
		},
	},
}, more...)
