package main_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// The commands over HTTP and the measurements are where the file says, and go with the server.
func TestHTTP(t *testing.T) {
	p := start(t, "server", "-v", file(t,
		"dataDir="+t.TempDir(), "clientPortAddress=127.0.0.1", "clientPort=0", "admin.serverAddress=127.0.0.1", "admin.serverPort=0",
		"admin.commandURL=/c", "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
		"metricsProvider.httpHost=127.0.0.1", "metricsProvider.httpPort=0", "metricsProvider.exportJvmInfo=false"))
	p.addr()
	var answer struct {
		Configuration string `json:"initial_configuration"`
	}
	commands := "http://" + p.find(`commands over HTTP" at=(\S+)`)[1]
	if err := json.Unmarshal([]byte(get(t, commands+"/initial_configuration")), &answer); err != nil || !strings.Contains(answer.Configuration, "admin.commandURL=/c\n") {
		t.Errorf("%+v, %v", answer, err)
	}
	var properties map[string]string
	if err := json.Unmarshal([]byte(get(t, commands+"/system_properties")), &properties); err != nil ||
		properties["zookeeper.admin.commandURL"] != "/c" || properties["zookeeper.dataDir"] != "" {
		t.Errorf("%q, %v", properties, err)
	}
	if got := get(t, "http://"+p.find(`measurements over HTTP" at=(\S+)`)[1]); !strings.Contains(got, "\nznode_count ") || strings.Contains(got, "go_goroutines") {
		t.Errorf("no znode_count, or what was not asked for, in %.1000s", got)
	}
	p.signal(syscall.SIGTERM)
	p.ends(0, "draining")
}

func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, response.Status, err)
	}
	return string(body)
}

// A port that is taken keeps the server from starting, before its data are touched.
func TestHTTPPortTaken(t *testing.T) {
	_, port, err := net.SplitHostPort(dialled(t))
	if err != nil {
		t.Fatal(err)
	}
	base := []string{"dataDir=" + t.TempDir(), "clientPortAddress=127.0.0.1", "clientPort=0", "admin.serverAddress=127.0.0.1"}
	start(t, "server", file(t, append(base, "admin.serverPort="+port)...)).ends(4, "zookit: admin.serverPort: ")
	start(t, "server", file(t, append(base, "admin.serverPort=0", "metricsProvider.httpHost=127.0.0.1", "metricsProvider.httpPort="+port,
		"metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider")...)).ends(1, "zookit: metricsProvider.httpPort: ")
}
