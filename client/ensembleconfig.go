package client

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// EnsembleConfig is who the servers are.
type EnsembleConfig struct {
	// Version counts the changes: it is the transaction of the last one. -1 if the server is alone, and there is nothing else.
	Version int64
	Servers []string // "server.1=host:2888:3888:participant;host:2181", in the server's order
	Data    []byte   // as it is stored
	Stat    *zk.Stat
}

// ConfigBuilder reads who the servers are.
type ConfigBuilder struct{ c *Client }

// Config reads the ensemble's configuration, the znode /zookeeper/config, whatever the chroot. It needs a server of 3.5 or later.
func (c *Client) Config() ConfigBuilder { return ConfigBuilder{c} }

func (b ConfigBuilder) operation() operation {
	return operation{
		op: wire.OpGetData, path: configPath, abs: configPath, body: &wire.PathWatchRequest{Path: configPath},
	}
}

// Do reads: one request.
func (b ConfigBuilder) Do(ctx context.Context) (EnsembleConfig, error) {
	cfg, err := do(ctx, b.c, b.operation(), nil, decodeConfig)
	if errors.Is(err, zk.ErrNoNode) {
		err = &OpError{Op: "config", Path: configPath, Err: &UnsupportedError{Op: "config", Needs: needs[wire.OpCreate2]}}
	}
	return cfg, err
}

// Async sends the request and returns at once. From a server before 3.5 it gets zk.ErrNoNode.
func (b ConfigBuilder) Async(ctx context.Context) *Future[EnsembleConfig] {
	return future(ctx, b.c, b.operation(), nil, decodeConfig)
}

func decodeConfig(o *operation, call *session.Call) (EnsembleConfig, error) {
	res, err := decodeGet(o, call)
	if err != nil {
		return EnsembleConfig{}, err
	}
	cfg := EnsembleConfig{Version: -1, Data: res.Data, Stat: res.Stat}
	for line := range strings.Lines(string(res.Data)) {
		line = strings.TrimSpace(line)
		version, ok := strings.CutPrefix(line, "version=")
		switch {
		case strings.HasPrefix(line, "server."):
			cfg.Servers = append(cfg.Servers, line)
		case ok:
			if cfg.Version, err = strconv.ParseInt(version, 16, 64); err != nil {
				return EnsembleConfig{}, o.fail(err, false)
			}
		}
	}
	return cfg, nil
}
