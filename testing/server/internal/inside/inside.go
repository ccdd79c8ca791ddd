// Package inside is how the packages beside the server get at what it does not show to everybody: what the four-letter words
// tell.
package inside

import "github.com/zookit-go/zookit/testing/server/internal/fourletter"

// Visit calls f with what a *server.Server tells of itself, unless the server does not run; then it returns false. A server that
// stops in order waits for f. Package server sets it.
var Visit func(srv any, f func(fourletter.Source)) bool
