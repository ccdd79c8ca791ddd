// Package jaas reads the files in which Java's programs find how users log in, as Java does, and takes from them what a ZooKeeper
// server needs: the users of SASL DIGEST-MD5.
//
//	Server {
//	  org.apache.zookeeper.server.auth.DigestLoginModule required
//	  user_alice="secret"
//	  user_bob="other";
//	};
//
// Java puts its properties in place of ${name}; here that is an error. Where a name or value begins with a digit, a point or a minus,
// it needs quotes, and so does what has a slash in it, which otherwise begins a comment: as in Java.
//
// Source: javax.security.auth.login.Configuration and java.io.StreamTokenizer.
package jaas

import (
	"fmt"
	"slices"
	"strings"
)

// Config is a file: sections by name.
type Config map[string][]Module

// Module is one way to log in.
type Module struct {
	Class   string
	Flag    string // required, requisite, sufficient or optional, in capitals
	Options map[string]string
}

// Users are those of a section with their passwords, and false if there is no such section. One without modules is none to Java.
//
// Source: org.apache.zookeeper.server.auth.SaslServerCallbackHandler.
func (c Config) Users(section string) (map[string]string, bool) {
	users := make(map[string]string)
	for _, m := range c[section] {
		for key, value := range m.Options {
			if user, is := strings.CutPrefix(key, "user_"); is {
				users[user] = value
			}
		}
	}
	return users, len(c[section]) > 0
}

// Parse reads a file. An error begins with the line.
func Parse(file []byte) (Config, error) {
	p := parser{scanner: scanner{text: []rune(string(file)), line: 1}}
	p.next()
	c := make(Config)
	for p.kind != end {
		name, modules := p.section()
		if _, again := c[name]; again && p.err == nil {
			p.fail("section %q is there twice", name)
		}
		if p.err != nil {
			return nil, p.err
		}
		c[name] = modules
	}
	return c, nil
}

// parser makes sections of tokens. After its first error it sees the end of the file.
type parser struct {
	scanner
	kind rune // of the token that is next
	word string
	err  error
}

func (p *parser) next() {
	if p.err == nil {
		p.kind, p.word = p.scan()
	}
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("%d: %w", p.line, fmt.Errorf(format, args...))
	}
	p.kind = end
}

// text takes a name or value, in quotes or not.
func (p *parser) text(what string) string {
	if p.kind != word {
		p.fail("%s expected", what)
		return ""
	}
	text := p.word
	p.next()
	return text
}

func (p *parser) mark(mark rune) {
	if p.kind != mark {
		p.fail("%q expected", mark)
		return
	}
	p.next()
}

func (p *parser) section() (name string, modules []Module) {
	name = p.text("a section's name")
	p.mark('{')
	for p.kind != '}' && p.err == nil {
		modules = append(modules, p.module())
	}
	p.mark('}')
	p.mark(';')
	return name, modules
}

var flags = []string{"REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"}

func (p *parser) module() Module {
	m := Module{Class: p.text("the class of a module"), Options: make(map[string]string)}
	m.Flag = strings.ToUpper(p.text("a flag"))
	if !slices.Contains(flags, m.Flag) {
		p.fail("the flag %q is none of %s", m.Flag, strings.Join(flags, ", "))
	}
	for p.kind != ';' && p.err == nil {
		key := p.text("an option")
		p.mark('=')
		value := p.text("a value")
		if strings.Contains(value, "${") {
			p.fail("the value of %s has a property of Java in it, and there are none", key) // the value may be a password
		}
		m.Options[key] = value
	}
	p.mark(';')
	return m
}
