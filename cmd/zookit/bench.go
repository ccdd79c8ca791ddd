package main

import (
	"github.com/zookit-go/zookit/cmd/zookit/internal/benchfailover"
	"github.com/zookit-go/zookit/cmd/zookit/internal/benchrecipes"
	"github.com/zookit-go/zookit/cmd/zookit/internal/benchserver"
)

// benchCmd measures. Each of its commands prints one table.
type benchCmd struct {
	Server   benchserver.Cmd     `cmd:"" help:"Measure the server beside Apache's, if that is installed."`
	Failover benchfailover.Cmd   `cmd:"" help:"Measure how long a writer waits when a server is killed or hangs: three of Apache's, our client and zk.Conn."`
	Recipes  benchrecipes.Cmd    `cmd:"" help:"Measure the recipes beside Curator's, kazoo's and zk.Lock, on one server of Apache's."`
	Echo     benchserver.EchoCmd `cmd:"" hidden:"" help:"What bench server starts to measure the machine with."`
}
