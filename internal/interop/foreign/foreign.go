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
	debJetty     = "libjetty9-java"
)

const jarDir = "/usr/share/java"

// A jar is a file of jarDir without its ending. The logger goes to standard error, warnings and worse.
var (
	zookeeperJars = []string{
		"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "netty-all", "netty-codec", "netty-handler", "netty-common", "netty-buffer",
		"netty-resolver", "netty-transport", "netty-transport-native-epoll", "netty-transport-native-unix-common", "snappy-java", "metrics-core",
		"commons-cli", "jackson-core", "jackson-databind", "jackson-annotations",
	}
	jettyJars = []string{
		"jetty9-server", "jetty9-servlet", "jetty9-util", "jetty9-http", "jetty9-io", "jetty9-security", "jetty9-util-ajax", "servlet-api",
	}
	curatorJars = []string{"curator-recipes", "curator-framework", "curator-client", "guava"}
)

// missing skips the test, or fails it where interop is required.
func missing(tb testing.TB, part, deb string) {
	tb.Helper()
	const format = "interop: %s is left out: no %s; Debian's package %s brings it"
	if os.Getenv("ZOOKIT_INTEROP") == "required" {
		tb.Fatalf(format, tb.Name(), part, deb)
	}
	tb.Skipf(format, tb.Name(), part, deb)
}

// ZooKeeper is the class path of Apache ZooKeeper's server, client and shell.
func ZooKeeper(tb testing.TB) string {
	tb.Helper()
	program(tb, "java", debJDK)
	return classPath(tb, debZooKeeper, zookeeperJars)
}

// AdminServer is ZooKeeper with what its AdminServer needs.
func AdminServer(tb testing.TB) string {
	tb.Helper()
	return classPath(tb, debJetty, jettyJars) + ":" + ZooKeeper(tb)
}

// Curator is the class path of Curator and all that it needs; there is a compiler for what uses it, too.
func Curator(tb testing.TB) string {
	tb.Helper()
	program(tb, "javac", debJDK)
	return classPath(tb, debCurator, curatorJars) + ":" + ZooKeeper(tb)
}

func classPath(tb testing.TB, deb string, jars []string) string {
	tb.Helper()
	paths := make([]string, len(jars))
	for i, jar := range jars {
		paths[i] = filepath.Join(jarDir, jar+".jar")
		if _, err := os.Stat(paths[i]); err != nil {
			missing(tb, paths[i], deb)
		}
	}
	return strings.Join(paths, ":")
}

func program(tb testing.TB, name, deb string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(tb, name, deb)
	}
	return path
}

// Java is the command line of a Java program: a small machine that starts quickly and writes warnings to standard error.
func Java(tb testing.TB, classPath string, args ...string) []string {
	tb.Helper()
	return append([]string{
		program(tb, "java", debJDK), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath,
	}, args...)
}

// OptimizedJava is Java with the machine as it comes, which takes longer to start and serves faster: for benchmarks.
func OptimizedJava(tb testing.TB, classPath string, args ...string) []string {
	tb.Helper()
	return append([]string{
		program(tb, "java", debJDK), "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath,
	}, args...)
}

// Compile compiles Java sources for a test and returns the class path that has them and all they were compiled against.
func Compile(tb testing.TB, classPath string, sources ...string) string {
	tb.Helper()
	return CompileTo(tb, tb.TempDir(), classPath, sources...)
}

// CompileTo is Compile for more than one test: the caller says where the classes go, and removes them.
func CompileTo(tb testing.TB, dir, classPath string, sources ...string) string {
	tb.Helper()
	javac := program(tb, "javac", debJDK)
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, javac, append([]string{"-d", dir, "-cp", classPath}, sources...)...).CombinedOutput()
	if err != nil {
		tb.Fatalf("javac: %v\n%s", err, out)
	}
	return dir + ":" + classPath
}

// Keytool runs Java's keytool.
func Keytool(tb testing.TB, args ...string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program(tb, "keytool", debJDK), args...).CombinedOutput(); err != nil {
		tb.Fatalf("keytool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Python is Debian's Python, which has Debian's kazoo; another one may come first in PATH.
func Python(tb testing.TB) string {
	tb.Helper()
	const python = "/usr/bin/python3"
	if err := exec.CommandContext(tb.Context(), python, "-c", "import kazoo").Run(); err != nil {
		missing(tb, "kazoo for "+python, debKazoo)
	}
	return python
}
