package apache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The jars of Debian's package libcurator-recipes-java, of one that it needs, and what the Java client needs beside the server's.
var curatorJars = []string{
	"curator-recipes", "curator-framework", "curator-client", "guava", "netty-handler", "netty-codec", "netty-common", "netty-buffer",
	"netty-resolver", "netty-transport", "netty-transport-native-epoll", "netty-transport-native-unix-common",
}

// jarDir is where Debian puts jars.
const jarDir = "/usr/share/java"

// CuratorClassPath returns the class path of Curator and all that it needs, with a compiler to compile against it, or why there is none.
func CuratorClassPath() (string, error) {
	classPath, err := ClassPath()
	if err != nil {
		return "", err
	}
	if _, err := exec.LookPath("javac"); err != nil {
		return "", fmt.Errorf("no Java compiler: Debian's package default-jdk-headless brings it: %w", err)
	}
	for _, jar := range curatorJars {
		path := filepath.Join(jarDir, jar+".jar")
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("no Curator: Debian's package libcurator-recipes-java brings it: %w", err)
		}
		classPath += ":" + path
	}
	return classPath, nil
}

// CuratorVersion is what the jars are called; "" if they do not tell.
func CuratorVersion() string {
	const prefix = "curator-recipes-"
	files, err := filepath.Glob(filepath.Join(jarDir, prefix+"*.jar"))
	if err != nil || len(files) != 1 {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(files[0]), prefix), ".jar")
}

// python is Debian's, which has Debian's kazoo; another one may come first in PATH.
const python = "/usr/bin/python3"

// Kazoo returns the Python that has kazoo, and kazoo's version, or why there is none.
func Kazoo(ctx context.Context) (program, version string, err error) {
	out, err := exec.CommandContext(ctx, python, "-c", "import kazoo.version; print(kazoo.version.__version__)").Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
		err = fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	if err != nil {
		return "", "", fmt.Errorf("no kazoo: Debian's package python3-kazoo brings it: %s: %w", python, err)
	}
	return python, strings.TrimSpace(string(out)), nil
}
