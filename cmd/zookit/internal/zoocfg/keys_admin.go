package zoocfg

import (
	"math"
	"time"
)

// adminKeys are those of the HTTP servers.
var adminKeys = join(
	[]Key{
		sets("admin.enableServer", exact, func(c *Config) *bool { return &c.Admin.Enabled }, "commands over HTTP"),
		sets("admin.serverPort", decoded(0, 65535), func(c *Config) *int { return &c.Admin.Port }, "port for them"),
		sets("admin.serverAddress", text, func(c *Config) *string { return &c.Admin.Host }, "address to listen on for them"),
		sets("admin.commandURL", text, func(c *Config) *string { return &c.Admin.URL }, "path of the commands"),
		sets("admin.idleTimeout", in(time.Millisecond, atOnce), func(c *Config) *time.Duration { return &c.Admin.IdleTimeout }, "after which a connection is closed"),
		sets("admin.rateLimiterIntervalInMS", in(time.Millisecond, decimal(0, math.MaxInt32)), func(c *Config) *time.Duration { return &c.Admin.RateLimit },
			"from one snapshot or restore to the next"),
		sets("admin.snapshot.enabled", flag, func(c *Config) *bool { return &c.Admin.Snapshot }, "the command snapshot"),
		sets("admin.restore.enabled", flag, func(c *Config) *bool { return &c.Admin.Restore }, "the command restore"),
		sets("metricsProvider.className", parser[string]{"Java class", oneOf(NoMetrics, nullMetrics, PrometheusMetrics).parse},
			func(c *Config) *string { return &c.Metrics.Class }, "where measurements go"),
		sets("metricsProvider.httpHost", text, func(c *Config) *string { return &c.Metrics.Host }, "address to listen on for Prometheus"),
		sets("metricsProvider.httpPort", port, func(c *Config) *int { return &c.Metrics.Port }, "port for Prometheus"),
		sets("metricsProvider.exportJvmInfo", flag, func(c *Config) *bool { return &c.Metrics.JVM }, "measurements of the process"),
	},
	ignored("Java's measurements are handed on by threads, ours are not",
		"metricsProvider.numWorkerThreads", "metricsProvider.maxQueueSize", "metricsProvider.workerShutdownTimeoutMs"),
	ignored("the default of a metrics provider is kept", "metricsProvider.*"),
	ignored("commands are served over plain HTTP alone",
		"admin.portUnification", "admin.forceHttps", "admin.needClientAuth", "admin.httpVersion"),
)
