package zoocfg

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// member is one server of an ensemble, as far as a server that is alone cares.
type member struct {
	observer bool
	client   string // where clients connect, host:port; may be empty
}

var errForm = errors.New("is not host:port:port, with :participant or :observer after it or not, with ;port or ;host:port after it or not")

// finishEnsemble reads the members, from this file or from the one that it names, and decides whether there is an ensemble.
func (c *Config) finishEnsemble() error {
	where, lines := c.File, c.raw.members
	if c.raw.dynamicFile != "" {
		if len(lines) > 0 {
			return c.wrong(lines[0].Key, "must stand in dynamicConfigFile, since there is one")
		}
		where = c.raw.dynamicFile
		var err error
		if lines, err = dynamic(where); err != nil {
			return err
		}
	}
	members, groups := map[int64]member{}, groups{of: map[int64]int64{}}
	for _, line := range lines {
		add := groups.add
		if strings.HasPrefix(line.Key, "server.") {
			add = func(line Property) error { return c.addServer(members, line) }
		}
		if err := add(line); err != nil {
			return &LineError{File: where, Line: line.Line, Err: fmt.Errorf("%s: %w", line.Key, err)}
		}
	}
	if err := groups.check(members); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	for _, m := range members {
		if m.observer {
			c.Ensemble.Observers++
		} else {
			c.Ensemble.Voters++
		}
	}
	return c.checkEnsemble(where, members)
}

func (c *Config) checkEnsemble(where string, members map[int64]member) error {
	e := &c.Ensemble
	switch {
	case e.Voters == 0 && !e.Standalone:
		return c.wrong("standaloneEnabled", "is false, which needs a member that votes")
	case e.Voters <= 1 && e.Standalone && e.Observers > 0:
		return fmt.Errorf("%s: observers need more than one member that votes", where)
	case e.Voters == 1 && e.Standalone:
		c.warn("one member alone is no ensemble: its line is left, except where clients connect")
	}
	if c.Distributed() {
		switch {
		case e.InitLimit == 0:
			return c.wrong("initLimit", "is not set")
		case e.SyncLimit == 0:
			return c.wrong("syncLimit", "is not set")
		case e.ServerID < 0:
			return fmt.Errorf("%s: an ensemble needs a file myid in dataDir", where)
		}
	}
	return c.meet(members[e.ServerID].client)
}

// meet brings together where clients connect by the file, and by the line of this server.
func (c *Config) meet(client string) error {
	if client == "" {
		return nil
	}
	if here := c.Clients.Listen; here != "" && here != client {
		host, port, _ := net.SplitHostPort(here) // made by us
		_, other, _ := net.SplitHostPort(client)
		if host != "" && host != "0.0.0.0" && host != "::" || port != other {
			return c.wrong("clientPort", "%s is not where the member's own line has it, %s", here, client)
		}
	}
	c.Clients.Listen = client
	return nil
}

// dynamic reads a file that has members and nothing else.
func dynamic(path string) ([]Property, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("zoocfg: dynamicConfigFile: %w", err)
	}
	props, err := properties(path, file)
	if err != nil {
		return nil, err
	}
	last := map[string]int{}
	for i, p := range props {
		last[p.Key] = i
	}
	var members []Property
	for i, p := range props {
		if last[p.Key] != i {
			continue
		}
		name := trim(p.Key)
		if !strings.HasPrefix(name, "server.") && !strings.HasPrefix(name, "group") && !strings.HasPrefix(name, "weight") {
			return nil, &LineError{File: path, Line: p.Line, Err: fmt.Errorf("%s does not belong into a file of members", name)}
		}
		members = append(members, Property{Key: name, Value: trim(p.Value), Line: p.Line})
	}
	return members, nil
}

// addServer reads a line of a member.
func (c *Config) addServer(members map[int64]member, line Property) error {
	number := strings.TrimPrefix(line.Key, "server.")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no number", number)
	}
	m, err := c.parseServer(line.Value)
	if err == nil {
		members[id] = m
	}
	return err
}

// parseServer reads a member's addresses: those for members by | between them, then the one for clients behind a semicolon.
func (c *Config) parseServer(value string) (m member, err error) {
	peers, client, separated := strings.Cut(value, ";")
	if separated && client != "" {
		if m.client, err = clientAddress(client); err != nil {
			return m, err
		}
	}
	addresses := strings.Split(peers, "|")
	if len(addresses) > 1 && !c.raw.multiAddress {
		return m, errors.New("several addresses need multiAddress.enabled")
	}
	for i, address := range addresses {
		parts, err := colons(address)
		if err != nil {
			return m, err
		}
		if len(parts) < 3 || len(parts) > 4 {
			return m, errForm
		}
		if err := peerPorts(parts[1], parts[2]); err != nil {
			return m, err
		}
		if len(parts) == 4 {
			role := strings.ToLower(trim(parts[3]))
			if role != "participant" && role != "observer" || i > 0 && m.observer != (role == "observer") {
				return m, fmt.Errorf("%q is no role", parts[3])
			}
			m.observer = role == "observer"
		}
	}
	return m, nil
}

// clientAddress reads host:port, or a port alone.
func clientAddress(s string) (string, error) {
	parts, err := colons(s)
	if err != nil {
		return "", err
	}
	host, number := "0.0.0.0", parts[len(parts)-1]
	switch len(parts) {
	case 1:
	case 2:
		host = parts[0]
	default:
		return "", errForm
	}
	if _, err := port.parse(number); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, number), nil
}

func peerPorts(quorum, election string) error {
	q, err := port.parse(quorum)
	if err != nil {
		return err
	}
	e, err := port.parse(election)
	if err != nil {
		return err
	}
	if q == e {
		return fmt.Errorf("port %d cannot be for both", q)
	}
	return nil
}

// colons cuts an address into its parts. A host in brackets may have colons of its own.
func colons(s string) ([]string, error) {
	rest, bracketed := strings.CutPrefix(s, "[")
	if !bracketed {
		return strings.Split(strings.TrimRight(s, ":"), ":"), nil
	}
	host, rest, closed := strings.Cut(rest, "]")
	if !closed {
		return nil, fmt.Errorf("%q has no ]", s)
	}
	if !strings.HasPrefix(rest, ":") || rest == ":" {
		return nil, errForm
	}
	return append([]string{host}, strings.Split(strings.TrimRight(rest[1:], ":"), ":")...), nil
}
