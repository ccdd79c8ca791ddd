package zoocfg

import (
	"math"
	"time"
)

// serverKeys are those of connections, sessions and znodes.
var serverKeys = []Key{
	sets("tickTime", in(time.Millisecond, decimal(1, math.MaxInt32/20)), func(c *Config) *time.Duration { return &c.Tick },
		"unit of the server's time"),
	sets("minSessionTimeout", in(time.Millisecond, decimal(-1, math.MaxInt32)), func(c *Config) *time.Duration { return &c.MinTimeout },
		"shortest timeout of a session; -1 is 2 ticks"),
	sets("maxSessionTimeout", in(time.Millisecond, decimal(-1, math.MaxInt32)), func(c *Config) *time.Duration { return &c.MaxTimeout },
		"longest timeout of a session; -1 is 20 ticks"),
	sets("clientPort", port, func(c *Config) *int { return &c.raw.port }, "port for clients; 0 is any"),
	sets("clientPortAddress", text, func(c *Config) *string { return &c.raw.host }, "address to listen on for clients; all without it"),
	sets("maxClientCnxns", number, func(c *Config) *int { return &c.Clients.MaxPerHost }, "connections from one address; 0 is no limit"),
	sets("maxCnxns", count, func(c *Config) *int { return &c.Clients.MaxConns }, "connections in all; 0 is no limit"),
	sets("globalOutstandingLimit", count, func(c *Config) *int { return &c.Clients.Outstanding },
		"requests of all clients without a reply, above which the server reads less"),
	sets("jute.maxbuffer", decoded(1024, math.MaxInt32), func(c *Config) *int { return &c.Clients.MaxFrame },
		"longest request in bytes; Apache has it as a system property alone"),
	sets("4lw.commands.whitelist", list, func(c *Config) *[]string { return &c.Clients.Words }, "four-letter words that are answered; * is all"),
	sets("extendedTypesEnabled", flag, func(c *Config) *bool { return &c.Znodes.Extended }, "znodes with a time to live"),
	sets("emulate353TTLNodes", flag, func(c *Config) *bool { return &c.Znodes.Emulate353 }, "times to live as 3.5.3 wrote them"),
	sets("enforceQuota", flag, func(c *Config) *bool { return &c.Znodes.EnforceQuota }, "hard quotas refuse what would break them"),
	sets("znode.container.checkIntervalMs", in(time.Millisecond, decoded(1, math.MaxInt32)), func(c *Config) *time.Duration { return &c.Znodes.CheckEvery },
		"from one look for empty containers to the next; Apache has it as a system property alone"),
	sets("znode.container.maxPerMinute", decoded(1, math.MaxInt32), func(c *Config) *int { return &c.Znodes.MaxPerMinute },
		"containers that are removed in a minute; Apache has it as a system property alone"),
	sets("znode.container.maxNeverUsedIntervalMs", in(time.Millisecond, atOnce), func(c *Config) *time.Duration { return &c.Znodes.MaxNeverUsed },
		"after which a container goes that never had children; 0 is never; Apache has it as a system property alone"),
	forEnsembles("localSessionsEnabled", boolean, func(c *Config) *bool { return &c.Sessions.Local }, "sessions that one server alone knows"),
	forEnsembles("localSessionsUpgradingEnabled", boolean, func(c *Config) *bool { return &c.Sessions.Upgrading },
		"such a session becomes a global one when it needs to"),
	forEnsembles("readonlymode.enabled", flag, func(c *Config) *bool { return &c.Sessions.ReadOnly },
		"a server without a quorum serves reads; Apache has it as a system property alone"),
}

// storageKeys are those of the disk.
var storageKeys = []Key{
	sets("dataDir", text, func(c *Config) *string { return &c.Disk.Dir }, "directory of snapshots, and of the file myid"),
	sets("dataLogDir", text, func(c *Config) *string { return &c.Disk.LogDir }, "directory of the transaction log; dataDir without it"),
	sets("snapCount", count, func(c *Config) *int { return &c.Disk.SnapCount }, "transactions from one snapshot to the next; at least 2"),
	sets("snapSizeLimitInKb", kib(long), func(c *Config) *int { return &c.Disk.SnapSize }, "log that brings on a snapshot; 0 is off"),
	sets("preAllocSize", kib(decimal(0, math.MaxInt32)), func(c *Config) *int { return &c.Disk.Prealloc }, "by which a log file grows ahead"),
	sets("txnLogSizeLimitInKb", kib(long), func(c *Config) *int { return &c.Disk.LogSize }, "log file that is followed by a new one; 0 is off"),
	sets("forceSync", yesNo, func(c *Config) *bool { return &c.Disk.ForceSync }, "fsync before a write is acknowledged"),
	sets("snapshot.compression.method", oneOf("", "gz", "snappy"), func(c *Config) *string { return &c.Disk.Compression },
		"how snapshots are compressed; not without it"),
	sets("snapshot.trust.empty", flag, func(c *Config) *bool { return &c.Disk.TrustEmpty }, "a log without any snapshot is no error"),
	sets("autopurge.snapRetainCount", number, func(c *Config) *int { return &c.Disk.Retain }, "snapshots that a purge leaves; at least 3"),
	sets("autopurge.purgeInterval", in(time.Hour, decimal(math.MinInt32, 1<<20)), func(c *Config) *time.Duration { return &c.Disk.PurgeEvery },
		"from one purge to the next; 0 is never"),
}
