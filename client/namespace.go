package client

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-zookeeper/zk"
)

// space is the namespace that a Client is a view of. The zero space is none.
type space struct {
	base *Client // the client without any namespace
	path string  // the namespace, as base knows it
	bad  error   // a path that no znode can have
}

var errViewClosed = errors.New("client: a namespace is not closed; close the client that it is a view of")

// Namespace is a view of the client that puts path before every path and takes it off every path that is returned, behind the connect
// string's chroot. It shares everything else: the session, the connection, the options. A view of a view has both prefixes, and "/" is
// the view itself. A bad path comes back from every call.
//
// The namespace's own znodes are made when they are first missed: a create right below it to which the server answers that the parent is missing makes
// them, as containers (persistent znodes where the server knows no containers), and goes on. That costs the one create that misses them
// two requests for each missing znode, and also helps when the server has removed the empty namespace meanwhile. Curator makes them
// before the view's first operation, whatever it is, and does not look again. Reads, Async and Txn make nothing.
//
// WithACLProvider is asked with the whole path, the namespace's included. Close of a view closes nothing and returns an error.
func (c *Client) Namespace(path string) *Client {
	view := *c
	if view.space.base == nil {
		view.space.base = c
	}
	if err := checkPath(path, false); err != nil && view.space.bad == nil {
		view.space.bad = fmt.Errorf("namespace %q: %w", path, err)
	}
	if path != "/" {
		view.chroot += path
		view.space.path += path
	}
	return &view
}

// full is a path of the view as base knows it.
func (s space) full(path string) string {
	if s.path != "" && path == "/" {
		return s.path
	}
	return s.path + path
}

// make makes the namespace's znodes.
func (s space) make(ctx context.Context) error {
	b := s.base.Create(s.path).Data([]byte{}).Uncompressed().ParentContainers()
	b.container, b.soft = true, true
	_, err := b.Do(ctx)
	if errors.Is(err, zk.ErrNodeExists) {
		return nil
	}
	return err
}

// missed tells whether the znode that a create at path needs as its parent is the namespace itself.
func (s space) missed(path string) bool {
	return s.path != "" && strings.LastIndexByte(path, '/') == 0 && path != "/"
}
