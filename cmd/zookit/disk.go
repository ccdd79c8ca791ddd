package main

import (
	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/testing/server"
)

// onDisk makes the options of a server that keeps its data.
func onDisk(d zoocfg.Disk) []server.Option {
	if d.Dir == "" {
		return nil
	}
	all := []server.Option{
		server.WithDataDir(d.Dir),
		server.WithDataLogDir(d.LogDir),
		server.WithSnapCount(d.SnapCount),
		server.WithSnapSizeLimit(int64(d.SnapSize)),
		server.WithLogSizeLimit(int64(d.LogSize)),
		server.WithPrealloc(int64(d.Prealloc)),
		server.WithForceSync(d.ForceSync),
		server.WithTrustEmptySnapshot(d.TrustEmpty),
	}
	if d.Compression != snappy {
		all = append(all, server.WithSnapshotCompression(d.Compression))
	}
	if d.PurgeEvery > 0 {
		all = append(all, server.WithAutopurge(d.Retain, d.PurgeEvery))
	}
	return all
}

const snappy = "snappy"

// kept says where the data are.
func kept(d zoocfg.Disk) string {
	switch {
	case d.Dir == "":
		return "in memory: nothing is kept when it ends"
	case d.LogDir != d.Dir:
		return "data in " + d.Dir + ", log in " + d.LogDir
	}
	return "data in " + d.Dir
}

func diskGaps(cfg *zoocfg.Config) []gap {
	return []gap{
		{"snapshot.compression.method", cfg.Disk.Compression == snappy, false, "snapshots are not compressed: there is gz, or nothing"},
	}
}
