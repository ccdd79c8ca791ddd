package zktest

import "github.com/zookit-go/zookit/testing/server"

// Version makes the server of Virtual behave as a release of Apache ZooKeeper, by default as 3.9.5:
//
//	zktest.Virtual(t, body, zktest.Version(server.V35))
//
// For Start the option is server.WithVersion.
func Version(v server.Version) Option { return WithServer(server.WithVersion(v)) }
