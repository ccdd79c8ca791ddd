package main

import (
	"fmt"
	"runtime/debug"

	"github.com/zookit-go/zookit/testing/server"
)

type versionCmd struct{}

// Run says which version this is, as far as the build knows.
func (versionCmd) Run(s *streams) error {
	version, goVersion := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version, goVersion = info.Main.Version, info.GoVersion
	}
	_, err := fmt.Fprintf(s.out, "zookit %s, %s, serves as Apache ZooKeeper %v\n", version, goVersion, server.V39)
	return err
}
