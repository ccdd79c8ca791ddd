package main

import "github.com/zookit-go/zookit/cmd/zookit/internal/benchserver"

// benchCmd measures. Each of its commands prints one table.
type benchCmd struct {
	Server benchserver.Cmd     `cmd:"" help:"Measure the server beside Apache's, if that is installed."`
	Echo   benchserver.EchoCmd `cmd:"" hidden:"" help:"What bench server starts to measure the machine with."`
}
