package client

import (
	"context"
	"errors"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// ReconfigBuilder changes who the servers are.
type ReconfigBuilder struct {
	c       *Client
	joining []string
	leaving []string
	members []string
	version int64
}

// Reconfig changes the ensemble's servers: Join and Leave, or Members. It needs an ensemble of 3.5 or later that runs with
// reconfigEnabled=true, and the right to write /zookeeper/config, which by default only the superuser has.
func (c *Client) Reconfig() ReconfigBuilder { return ReconfigBuilder{c: c, version: -1} }

// Join adds servers, or changes those whose number is known: "server.4=host:2888:3888:participant;2181" or "4=...".
func (b ReconfigBuilder) Join(servers ...string) ReconfigBuilder {
	b.joining = servers
	return b
}

// Leave removes servers by their numbers: "4".
func (b ReconfigBuilder) Leave(numbers ...string) ReconfigBuilder {
	b.leaving = numbers
	return b
}

// Members are all servers from now on, instead of Join and Leave.
func (b ReconfigBuilder) Members(servers ...string) ReconfigBuilder {
	b.members = servers
	return b
}

// Version lets the change pass only if the configuration's version is v (EnsembleConfig.Version); -1, the default, is any.
func (b ReconfigBuilder) Version(v int64) ReconfigBuilder {
	b.version = v
	return b
}

var errReconfig = errors.New("a change is either Join and Leave, or Members")

func (b ReconfigBuilder) operation() (operation, error) {
	req := &wire.ReconfigRequest{
		Joining: strings.Join(b.joining, ","), Leaving: strings.Join(b.leaving, ","), NewMembers: strings.Join(b.members, ","),
		CurConfigID: b.version,
	}
	o := operation{op: wire.OpReconfig, path: configPath, abs: configPath, body: req, once: true}
	if (req.NewMembers != "") == (req.Joining != "" || req.Leaving != "") {
		return o, errReconfig
	}
	return o, nil
}

// Do changes the ensemble and returns its new configuration: one request. It fails with zk.ErrBadVersion, zk.ErrReconfigDisabled, zk.ErrNoAuth,
// zk.ErrBadArguments (a server's line is wrong), an error that says NEWCONFIGNOQUORUM or RECONFIGINPROGRESS, or an *UnsupportedError, also
// from a server that is alone. An attempt whose answer was lost is not repeated: MayHaveApplied is then true.
func (b ReconfigBuilder) Do(ctx context.Context) (EnsembleConfig, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, decodeConfig)
}

// Async sends the request and returns at once.
func (b ReconfigBuilder) Async(ctx context.Context) *Future[EnsembleConfig] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeConfig)
}
