// Package foreign finds and runs the programs that are not ours: Java with Apache's and Curator's jars, and Python with kazoo,
// all from Debian's packages. It is for tests.
//
// A test whose part is missing is skipped and says so, or fails where ZOOKIT_INTEROP=required says that nothing may be skipped.
package foreign

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The Debian packages that bring the parts.
const (
	debJDK       = "default-jdk-headless"
	debZooKeeper = "zookeeper"
	debCurator   = "libcurator-recipes-java"
	debKazoo     = "python3-kazoo"
)

const jarDir = "/usr/share/java"

// A jar is a file of jarDir without its ending. The logger goes to standard error, warnings and worse.
var (
	zookeeperJars = []string{
		"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "netty-all", "snappy-java", "metrics-core",
		"commons-cli", "jackson-core", "jackson-databind", "jackson-annotations",
	}
	curatorJars = []string{"curator-recipes", "curator-framework", "curator-client", "guava"}
)

// missing skips the test, or fails it where interop is required.
func missing(t testing.TB, part, deb string) {
	t.Helper()
	const format = "interop: %s is left out: no %s; Debian's package %s brings it"
	if os.Getenv("ZOOKIT_INTEROP") == "required" {
		t.Fatalf(format, t.Name(), part, deb)
	}
	t.Skipf(format, t.Name(), part, deb)
}

// ZooKeeper is the class path of Apache ZooKeeper's server, client and shell.
func ZooKeeper(t testing.TB) string {
	t.Helper()
	return classPath(t, debZooKeeper, zookeeperJars)
}

// Curator is the class path of Curator and all that it needs.
func Curator(t testing.TB) string {
	t.Helper()
	return classPath(t, debCurator, curatorJars) + ":" + ZooKeeper(t)
}

func classPath(t testing.TB, deb string, jars []string) string {
	t.Helper()
	paths := make([]string, len(jars))
	for i, jar := range jars {
		paths[i] = filepath.Join(jarDir, jar+".jar")
		if _, err := os.Stat(paths[i]); err != nil {
			missing(t, paths[i], deb)
		}
	}
	return strings.Join(paths, ":")
}

func program(t testing.TB, name, deb string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, deb)
	}
	return path
}

// Java is the command line of a Java program: a small machine that starts quickly and writes warnings to standard error.
func Java(t testing.TB, classPath string, args ...string) []string {
	t.Helper()
	return append([]string{
		program(t, "java", debJDK), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath,
	}, args...)
}

// Compile compiles Java sources and returns the class path that has them and all they were compiled against.
func Compile(t testing.TB, classPath string, sources ...string) string {
	t.Helper()
	javac := program(t, "javac", debJDK)
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, javac, append([]string{"-d", dir, "-cp", classPath}, sources...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	return dir + ":" + classPath
}

// Python is Debian's Python, which has Debian's kazoo; another one may come first in PATH.
func Python(t testing.TB) string {
	t.Helper()
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(t.Context(), python, "-c", "import kazoo").Run(); err != nil {
		missing(t, "kazoo for "+python, debKazoo)
	}
	return python
}
