package main

import "github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"

func httpGaps(cfg *zoocfg.Config) []gap {
	return []gap{
		{"admin.serverPort", cfg.Has("admin.serverPort"), false, "commands are not served over HTTP"},
		{"metricsProvider.className", cfg.Metrics.Class == zoocfg.PrometheusMetrics, false, "measurements are not served"},
	}
}
