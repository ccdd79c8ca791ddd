package client

import (
	"context"
	"net"
	"slices"
	"strconv"
	"strings"
)

// WithConfigFollower makes the client follow the ensemble's own list, /zookeeper/config: it reads it when the first session stands, watches
// it, and calls SetServers with what it says, whenever that changes. Its cost is one read, and one more for each change or lost session.
// Servers before 3.5 do not have it, and one that runs alone has it empty: then nothing is changed.
//
// Members and observers with a client address are taken. Where that is a wildcard, the host is the member's own. So name the servers in the
// connect string as the configuration does, or the first look costs a reconnect.
func WithConfigFollower() Option {
	return func(c *config) error {
		c.follow = true
		return nil
	}
}

const configPath = "/zookeeper/config"

// follow runs until ctx, which is the client's life, ends.
func follow(ctx context.Context, c *Client) {
	states := c.States(ctx)
	var last []string
	for {
		data, _, watch, err := c.Get(configPath).DoW(ctx)
		if err == nil {
			if servers := configServers(string(data)); len(servers) > 0 && !slices.Equal(servers, last) {
				if c.SetServers(servers...) == nil {
					last = servers
				}
			}
			select {
			case <-watch.Events(): // a change, or the session's end; either way it is read again
				continue
			case <-ctx.Done():
				watch.Stop()
				return
			}
		}
		// Nothing there, or nobody to ask: look again when there is another connection, which may be to another server.
		if !nextConnection(states) {
			return
		}
	}
}

// nextConnection waits for one. It is false when there will be none any more.
func nextConnection(states <-chan StateChange) bool {
	for change := range states {
		if change.State.Connected() {
			return true
		}
	}
	return false
}

// configServers are the client addresses in a dynamic configuration, whose lines are
//
//	server.1=host:2888:3888:participant;0.0.0.0:2181
//	version=100000000
//
// and in which a server may have several addresses for its peers, separated by "|". Lines that are something else are left out.
func configServers(config string) []string {
	var servers []string
	for line := range strings.Lines(config) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if !strings.HasPrefix(strings.TrimSpace(key), "server.") {
			continue
		}
		if addr := clientAddress(strings.TrimSpace(value)); addr != "" {
			servers = append(servers, addr)
		}
	}
	slices.Sort(servers)
	return slices.Compact(servers)
}

// clientAddress is where clients reach a server of a dynamic configuration; "" if it does not say.
func clientAddress(server string) string {
	peers, client, found := strings.Cut(server, ";")
	if !found {
		return ""
	}
	host, port, found := cutLast(client, ":")
	if !found {
		host, port = "", client
	}
	host = strings.Trim(host, "[]")
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		first, _, _ := strings.Cut(peers, "|")
		if end := strings.Index(first, "]"); strings.HasPrefix(first, "[") && end > 0 {
			host = first[1:end]
		} else {
			host, _, _ = strings.Cut(first, ":")
		}
	}
	addr := net.JoinHostPort(host, port)
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || host == "" || !plain(addr) {
		return "" // one that cannot be used must not cost the others
	}
	return addr
}

// plain tells whether SetServers takes an address for what it is.
func plain(addr string) bool {
	list, err := serverList([]string{addr})
	return err == nil && list[0].Addr == addr
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
