package zoocfg

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Load reads a file, and those that it speaks of: dynamicConfigFile and myid. Every line that is wrong is in the error.
func Load(path string) (*Config, error) {
	c := defaults()
	c.File = path
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("zoocfg: %w", err)
	}
	c.Text = string(file)
	props, err := properties(path, file)
	if err != nil {
		return nil, fmt.Errorf("zoocfg: %w", err)
	}
	if err := errors.Join(c.apply(props)...); err != nil {
		return nil, err
	}
	if err := errors.Join(c.finish()...); err != nil {
		return nil, err
	}
	return c, nil
}

func properties(path string, file []byte) ([]Property, error) {
	props, err := ParseProperties(file)
	if bad, ok := errors.AsType[*LineError](err); ok {
		bad.File = path
	}
	return props, err
}

// apply sets what the lines say. Of a key that comes again the last one counts, and the others are not looked at.
func (c *Config) apply(props []Property) (wrong []error) {
	last := map[string]int{}
	for i, p := range props {
		last[p.Key] = i
	}
	for i, p := range props {
		if last[p.Key] != i {
			continue
		}
		name, value := trim(p.Key), trim(p.Value)
		c.raw.lines[name], c.raw.values[name] = p.Line, value
		key, known := lookup(name)
		if !known {
			c.Unknown = append(c.Unknown, Unknown{Key: name, Line: p.Line, Meant: meant(name)})
			continue
		}
		switch key.Use {
		case Ignored:
			c.Ignored = append(c.Ignored, name)
		case EnsembleOnly:
			c.EnsembleOnly = append(c.EnsembleOnly, name)
		case Read:
		}
		if err := key.set(c, name, value); err != nil {
			wrong = append(wrong, &LineError{File: c.File, Line: p.Line, Err: fmt.Errorf("%s: %w", name, err)})
		}
	}
	return wrong
}

// Where tells where a key stands, as file:line, or only the file for one that is not in it.
func (c *Config) Where(key string) string {
	if line, ok := c.raw.lines[key]; ok {
		return c.File + ":" + strconv.Itoa(line)
	}
	return c.File
}

// Has tells whether a key is in the file.
func (c *Config) Has(key string) bool {
	_, ok := c.raw.lines[key]
	return ok
}

// wrong is an error about a key that is right in itself, but not with the others.
func (c *Config) wrong(key, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", c.Where(key), key, fmt.Errorf(format, args...))
}

func (c *Config) warn(format string, args ...any) {
	c.Warnings = append(c.Warnings, fmt.Sprintf(format, args...))
}

// finish makes a whole of what the lines said, and checks it.
func (c *Config) finish() (wrong []error) {
	check := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	check(c.finishDisk())
	check(c.finishTimeouts())
	c.finishLimits()
	check(c.finishAuth())
	var err error
	c.Clients.Listen, err = c.address("clientPort", c.raw.port, c.raw.host)
	check(err)
	c.TLS.Listen, err = c.address("secureClientPort", c.raw.securePort, c.raw.secureHost)
	check(err)
	if c.Disk.Dir != "" {
		check(c.readID())
	}
	check(c.finishEnsemble())
	return wrong
}

// address is where to listen for a port and an address, empty if there is no port.
func (c *Config) address(key string, port int, host string) (string, error) {
	switch {
	case port >= 0:
		return net.JoinHostPort(host, strconv.Itoa(port)), nil
	case host != "":
		return "", c.wrong(key+"Address", "set, but %s is not", key)
	}
	return "", nil
}

func (c *Config) finishDisk() error {
	d := &c.Disk
	if d.Dir == "" {
		return c.wrong("dataDir", "is not set")
	}
	if d.LogDir == "" {
		d.LogDir = d.Dir
	}
	for _, dir := range []struct{ key, path string }{{"dataDir", d.Dir}, {"dataLogDir", d.LogDir}} {
		if c.Has(dir.key) && !filepath.IsAbs(dir.path) && !strings.HasPrefix(dir.path, "./") {
			c.warn("%s: %s is relative; begin it with ./ if it should be", dir.key, dir.path)
		}
	}
	if d.Retain < minRetain {
		c.warn("autopurge.snapRetainCount: %d is less than %d, which is taken", d.Retain, minRetain)
		d.Retain = minRetain
	}
	if d.SnapCount < 2 {
		c.warn("snapCount: %d is less than 2, which is taken", d.SnapCount)
		d.SnapCount = 2
	}
	d.SnapSize, d.LogSize, d.PurgeEvery = max(d.SnapSize, 0), max(d.LogSize, 0), max(d.PurgeEvery, 0)
	return nil
}

func (c *Config) finishTimeouts() error {
	if c.MinTimeout == unset {
		c.MinTimeout = 2 * c.Tick
	}
	if c.MaxTimeout == unset {
		c.MaxTimeout = 20 * c.Tick
	}
	if c.MinTimeout > c.MaxTimeout {
		return c.wrong("minSessionTimeout", "%v is more than maxSessionTimeout, %v", c.MinTimeout, c.MaxTimeout)
	}
	return nil
}

// finishLimits makes one of Apache's ways to say that there is no limit.
func (c *Config) finishLimits() {
	c.Clients.MaxPerHost = max(c.Clients.MaxPerHost, 0)
	c.Clients.MaxConns = max(c.Clients.MaxConns, 0)
	c.Clients.Outstanding = max(c.Clients.Outstanding, 1) // less is no way to say so: with 0 one request is let through
}

func (c *Config) finishAuth() error {
	if c.Auth.DigestAlg == "SHA" || c.Auth.DigestAlg == "SHA-1" {
		c.Auth.DigestAlg = "SHA1"
	}
	if c.raw.enforce {
		if len(c.raw.schemes) == 0 {
			return c.wrong("enforce.auth.enabled", "needs enforce.auth.schemes")
		}
		c.Auth.Enforce = c.raw.schemes
	}
	if c.raw.saslServers && !c.raw.sasl {
		return c.wrong("quorum.auth.serverRequireSasl", "needs quorum.auth.enableSasl")
	}
	if c.raw.saslLearners && !c.raw.sasl {
		return c.wrong("quorum.auth.learnerRequireSasl", "needs quorum.auth.enableSasl")
	}
	if c.raw.saslServers && !c.raw.saslLearners {
		return c.wrong("quorum.auth.serverRequireSasl", "needs quorum.auth.learnerRequireSasl")
	}
	return nil
}

// readID reads the file myid. A server that is alone needs none, but one that is there must be right.
func (c *Config) readID() error {
	path := filepath.Join(c.Disk.Dir, "myid")
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("zoocfg: %w", err)
	}
	first, _, _ := strings.Cut(string(file), "\n")
	first = strings.TrimSuffix(first, "\r")
	if c.Ensemble.ServerID, err = strconv.ParseInt(first, 10, 64); err != nil {
		return fmt.Errorf("%s:1: %q is no number", path, first)
	}
	return nil
}
