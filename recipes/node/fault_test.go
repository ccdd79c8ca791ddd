package node_test

import (
	"github.com/zookit-go/zookit/testing/fault"
)

// ours matches the SDK's frames on a host: not the handshake, not zk.Conn's pings.
func ours(m fault.Match, host string) fault.Match {
	return m.Host(host).When("ours", func(f fault.Frame) bool { return f.Xid < -100 })
}

// dropReply loses the answer to a host's next request.
func dropReply(host string) *fault.Rule { return fault.Nth(1, ours(fault.Reply(""), host), fault.Drop) }
