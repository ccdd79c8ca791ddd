package benchserver

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// side is one kind of server, and how it is started.
type side struct {
	name    string
	bare    bool // it has no znodes
	command func(p *process, durable bool) ([]string, error)
}

// ours is this program once more: what it is called with is what a person would call it with.
func ours() side {
	return side{name: "ours", command: func(p *process, durable bool) ([]string, error) {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if !durable {
			return []string{self, "server", "--listen", p.addr}, nil
		}
		file, err := zooCfg(p, "")
		return []string{self, "server", file}, err
	}}
}

func echo() side {
	return side{name: "echo", bare: true, command: func(p *process, _ bool) ([]string, error) {
		self, err := os.Executable()
		return []string{self, "bench", "echo", "--listen", p.addr}, err
	}}
}

// apacheServer is Apache's server on a Java machine as it comes, but for the given flags. In memory means here that it does not wait for
// its disk, as there is no Apache without one.
func apacheServer(name, classPath string, flags ...string) side {
	return side{name: name, command: func(p *process, durable bool) ([]string, error) {
		more := "forceSync=no\nadmin.enableServer=false\n"
		if durable {
			more = "admin.enableServer=false\n"
		}
		file, err := zooCfg(p, more)
		command := append([]string{"java"}, flags...)
		return append(command, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classPath,
			"org.apache.zookeeper.server.ZooKeeperServerMain", file), err
	}}
}

// zooCfg writes the configuration of a server that keeps its data on disk.
func zooCfg(p *process, more string) (string, error) {
	host, port, err := net.SplitHostPort(p.addr)
	if err != nil {
		return "", err
	}
	file := filepath.Join(p.dir, "zoo.cfg")
	text := fmt.Sprintf("tickTime=2000\ndataDir=%s\nclientPortAddress=%s\nclientPort=%s\nmaxClientCnxns=0\n%s",
		filepath.Join(p.dir, "data"), host, port, more)
	return file, os.WriteFile(file, []byte(text), 0o600)
}
