package apply

import (
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// Watches is the watches, for the goroutine that the stage belongs to.
func (a *Apply) Watches() *tree.Watches[request.Origin] { return a.watches }
