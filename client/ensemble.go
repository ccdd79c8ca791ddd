package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/zookit-go/zookit/client/internal/session"
)

// EnsembleProvider tells where the servers are. The client asks it before every round of connecting: before the first attempt, after a
// connection has ended, and each time that all servers were tried in vain. It does not ask while it is connected; who learns of a change then
// calls SetServers.
type EnsembleProvider interface {
	// Servers returns the servers as "host:port" or "host", in any order; the client shuffles them. ctx ends after a ninth of the session
	// timeout, or with the client. After an error, or an empty list, the last list is tried again; without one there is a pause that grows
	// from 20 ms to a second. It is called in one goroutine of the client's at a time.
	Servers(ctx context.Context) ([]string, error)
}

// EnsembleFunc is a function as an EnsembleProvider.
type EnsembleFunc func(ctx context.Context) ([]string, error)

// Servers calls f.
func (f EnsembleFunc) Servers(ctx context.Context) ([]string, error) { return f(ctx) }

// FixedServers is a list that never changes, as "host:port" or "host". A connect string does the same; names in it are looked up at every
// dial, by the dial function.
func FixedServers(servers ...string) EnsembleProvider {
	return EnsembleFunc(func(context.Context) ([]string, error) { return servers, nil })
}

// Resolver looks a host name up. *net.Resolver is one.
type Resolver interface {
	LookupHost(ctx context.Context, host string) (addrs []string, err error)
}

// DNSServers looks the names up at every round and takes each of their addresses for a server, in random order: for one name that stands
// for all servers, and for servers that move. A name that cannot be looked up is left out as long as another can. A nil resolver is
// net.DefaultResolver.
//
// The dial function is given addresses then. TLS that the client sets up still checks the certificate against the name.
func DNSServers(resolver Resolver, names ...string) EnsembleProvider {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	return dns{resolver, names}
}

type dns struct {
	resolver Resolver
	names    []string
}

// Servers implements EnsembleProvider.
func (d dns) Servers(ctx context.Context) ([]string, error) {
	servers, err := d.lookup(ctx)
	addrs := make([]string, len(servers))
	for i, s := range servers {
		addrs[i] = s.Addr
	}
	return addrs, err
}

func (d dns) lookup(ctx context.Context) (servers []session.Server, err error) {
	names, err := serverList(d.names)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, name := range names {
		host, port, err := net.SplitHostPort(name.Addr)
		if err != nil {
			return nil, err
		}
		addrs, err := d.resolver.LookupHost(ctx, host)
		if err != nil {
			errs = append(errs, err)
		}
		for _, addr := range addrs {
			servers = append(servers, session.Server{Addr: net.JoinHostPort(addr, port), Name: name.Addr})
		}
	}
	if len(servers) == 0 {
		return nil, errors.Join(errs...)
	}
	return servers, nil
}

// provider is an EnsembleProvider as the seam wants it.
type provider struct{ EnsembleProvider }

func (p provider) lookup() session.Ensemble {
	switch e := p.EnsembleProvider.(type) {
	case nil:
		return nil
	case dns:
		return e.lookup
	default:
		return func(ctx context.Context) ([]session.Server, error) {
			servers, err := e.Servers(ctx)
			if err != nil {
				return nil, err
			}
			return serverList(servers)
		}
	}
}

var errServers = errors.New("client: bad list of servers")

// serverList completes "host" and "host:port".
func serverList(servers []string) ([]session.Server, error) {
	if len(servers) == 0 {
		return nil, fmt.Errorf("%w: none", errServers)
	}
	list := make([]session.Server, len(servers))
	for i, s := range servers {
		hosts, _, err := parseServers(s)
		if err != nil || len(hosts) != 1 || strings.Contains(s, "/") {
			return nil, fmt.Errorf("%w: %q", errServers, s)
		}
		list[i].Addr = hosts[0]
	}
	return list, nil
}

// WithEnsemble makes the client ask e for the servers. The connect string of Connect may then be a chroot alone, or empty; hosts in it are not
// used. With Wrap it needs the dialer's HostProvider.
func WithEnsemble(e EnsembleProvider) Option {
	return func(c *config) error {
		if e == nil {
			return fmt.Errorf("%w: no ensemble provider", errOption)
		}
		if d, ok := e.(dns); ok {
			if _, err := serverList(d.names); err != nil {
				return err
			}
		}
		c.ensemble = provider{e}
		return nil
	}
}

// SetServers replaces the list of servers, as "host:port" or "host". The session stays. A client whose server is not on the new list moves
// to one that is, and if there are more servers than before, so do as many of the others as even the load; see Apache's documentation of
// dynamic reconfiguration for the rule. Moving is Suspended and Reconnected: requests under way are answered first, for a third of the
// session timeout at most, and calls made meanwhile wait as the retry policy says.
//
// A server is known by its text: "zk1:2181" and its address are two servers. An EnsembleProvider is asked again only when a whole round of
// the new list has failed, or a connection to it has ended. It fails for a bad list, for a closed client, and for one of Wrap without the
// dialer's HostProvider.
func (c *Client) SetServers(servers ...string) error {
	list, err := serverList(servers)
	if err != nil {
		return err
	}
	if c.closed() {
		return ErrClosed
	}
	if err := c.seam.UpdateServers(list); err != nil {
		return fmt.Errorf("client: set servers: %w", err)
	}
	return nil
}
