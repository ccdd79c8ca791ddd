package client

import (
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/internal/wire"
)

// ErrUnsupported means that the server is too old for the operation; the error's text names the version that it takes. It matches
// ErrUnimplemented, too.
var ErrUnsupported error = alias{"not supported by the server", ErrUnimplemented}

// Versions of the server that operations need.
const (
	addWatchNeeds     = "a watch that stays needs a server of 3.6 or later"
	checkWatchesNeeds = "checkWatches needs a server of 3.5 or later, and of 3.9 for persistent and recursive"
)

// unsupported names what is missing if err is a server's refusal of an operation that it does not know.
func unsupported(err error, needs string) error {
	if errors.Is(err, wire.Unimplemented) || errors.Is(err, ErrUnimplemented) {
		return fmt.Errorf("%w: %s", ErrUnsupported, needs)
	}
	return err
}
