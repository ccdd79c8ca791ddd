// Package own watches a recipe's own znode, which somebody else may delete.
package own

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Gone waits and tells whether the znode at path has gone while life lasted. It is false when life or watching has ended, or when the znode may not be
// read. watching may outlast life, so that one's own delete ends the watch and takes not one more request. heard is told the data
// at each look, if it is not nil.
//
// Cost: 1 request, and one more with an event for each time that the data is written.
func Gone(life, watching context.Context, c *client.Client, path string, heard func(data []byte)) bool {
	for life.Err() == nil {
		data, _, watch, err := c.Get(path).DoW(watching)
		switch {
		case err == nil:
		case errors.Is(err, zk.ErrNoNode):
			return true
		case client.Retryable(err):
			continue // the client paces its attempts
		default:
			return false
		}
		if heard != nil {
			heard(data)
		}
		select {
		case <-watch.Events(): // its data changed, or it is gone: look
		case <-watching.Done():
			return false
		}
	}
	return false
}
