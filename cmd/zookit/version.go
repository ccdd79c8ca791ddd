package main

import (
	"fmt"
	"runtime/debug"
)

type versionCmd struct{}

// Run says which version this is, as far as the build knows.
func (versionCmd) Run(s *streams) error {
	version, goVersion := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version, goVersion = info.Main.Version, info.GoVersion
	}
	_, err := fmt.Fprintf(s.out, "zookit %s, %s, serves as Apache ZooKeeper 3.9.5\n", version, goVersion)
	return err
}
