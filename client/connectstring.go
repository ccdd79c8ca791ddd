package client

import (
	"fmt"
	"net"
	"strings"
)

// defaultPort is where servers listen unless told otherwise.
const defaultPort = "2181"

// parseServers splits "host:port,host:port/chroot". A host without a port gets 2181; an IPv6 address stands in brackets.
func parseServers(s string) (servers []string, chroot string, err error) {
	hosts, path, found := strings.Cut(s, "/")
	if found && path != "" {
		chroot = "/" + path
		if err := checkPath(chroot, false); err != nil {
			return nil, "", fmt.Errorf("client: chroot %q: %w", chroot, err)
		}
	}
	for host := range strings.SplitSeq(hosts, ",") {
		host = strings.TrimSpace(host)
		if host == "" {
			return nil, "", fmt.Errorf("client: connect string %q: empty host", s)
		}
		if name, port, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), defaultPort)
		} else if name == "" || port == "" {
			return nil, "", fmt.Errorf("client: connect string %q: bad address %q", s, host)
		}
		servers = append(servers, host)
	}
	return servers, chroot, nil
}
