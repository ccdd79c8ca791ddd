// Package apache finds Apache's server, as Debian packages it, and runs it beside a benchmark.
package apache

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// A jar of Debian's package zookeeper, or of one that it needs.
var jars = []string{
	"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "netty-all", "snappy-java", "metrics-core",
	"commons-cli", "jackson-core", "jackson-databind", "jackson-annotations",
}

// ClassPath returns the class path of Apache's server, or why there is none.
func ClassPath() (string, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return "", fmt.Errorf("no Java: Debian's package default-jre-headless brings it: %w", err)
	}
	paths := make([]string, len(jars))
	for i, jar := range jars {
		paths[i] = "/usr/share/java/" + jar + ".jar"
		if _, err := os.Stat(paths[i]); err != nil {
			return "", fmt.Errorf("no Apache ZooKeeper: Debian's package zookeeper brings it: %w", err)
		}
	}
	return strings.Join(paths, ":"), nil
}
