module github.com/zookit-go/zookit

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/cenkalti/backoff/v4 v4.3.0
	github.com/go-zookeeper/zk v1.0.4
	golang.org/x/sync v0.24.0
	pgregory.net/rapid v1.3.0
)
