// Package digestmd5 is the client's side of the SASL mechanism DIGEST-MD5, without integrity or privacy of what comes behind it, as
// ZooKeeper uses it.
//
// It is written here because no kept library fits: emersion/go-sasl, mellium.im/sasl and xdg-go/scram have the mechanisms that
// replaced it, and those that have this one wrap a library in C or belong to another protocol's client. Besides, what an application links with
// the client is to stay small, and this is two hashes and a list of names. The server's side, in testing/server, is another program on purpose: a mistake
// in one must not hide in the other.
//
// Source: RFC 2831, and what Apache's client sends.
package digestmd5

import (
	"bytes"
	"crypto/md5" //nolint:gosec // the mechanism's choice
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/client/internal/secret"
)

var (
	// ErrChallenge is a server that does not speak the mechanism as it should.
	ErrChallenge = errors.New("digestmd5: bad challenge")
	// ErrServer is a server that does not know the password.
	ErrServer = errors.New("digestmd5: the server does not prove that it knows the password")
)

// maxChallenge is the longest challenge that is looked at, in bytes; the RFC's limit.
const maxChallenge = 2048

// Client is one exchange. It belongs to one goroutine.
type Client struct {
	user     string
	password secret.Value
	uri      string
	nonce    func() string // the client's
	step     step
	expect   []byte // the server's proof
}

type step uint8

const (
	fresh step = iota
	answered
	done
	failed
)

// New begins an exchange. service and host are what Apache's servers call themselves in it, whatever their name and address.
func New(user string, password secret.Value, service, host string) *Client {
	return &Client{user: user, password: password, uri: service + "/" + host, nonce: newNonce}
}

// Done tells whether the exchange has ended well: both sides know the password.
func (c *Client) Done() bool { return c.step == done }

// Next takes a token of the server's and returns the answer. The first is the challenge, the second the server's proof, which wants
// none. After an error nothing but errors comes. No error tells the password or what was made of it.
func (c *Client) Next(token []byte) ([]byte, error) {
	was := c.step
	c.step = failed
	if len(token) > maxChallenge {
		return nil, fmt.Errorf("%w: %d bytes", ErrChallenge, len(token))
	}
	d, err := parse(token)
	if err != nil {
		return nil, err
	}
	switch was {
	case fresh:
		answer, err := c.respond(d)
		if err == nil {
			c.step = answered
		}
		return answer, err
	case answered:
		if subtle.ConstantTimeCompare([]byte(d["rspauth"]), c.expect) == 0 {
			return nil, ErrServer
		}
		c.step = done
		return nil, nil
	case done, failed:
	}
	return nil, fmt.Errorf("%w: the exchange is over", ErrChallenge)
}

// respond answers the challenge.
func (c *Client) respond(d directives) ([]byte, error) {
	switch {
	case d["nonce"] == "":
		return nil, fmt.Errorf("%w: no nonce", ErrChallenge)
	case d["algorithm"] != "md5-sess":
		return nil, fmt.Errorf("%w: algorithm %q", ErrChallenge, d["algorithm"])
	case !offersAuth(d):
		return nil, fmt.Errorf("%w: qop %q", ErrChallenge, d["qop"])
	}
	a := answer{realm: d["realm"], nonce: d["nonce"], cnonce: c.nonce(), uri: c.uri}
	key := a.key(c.user, string(c.password.Reveal()))
	c.expect = a.proof(key, "")
	var b bytes.Buffer
	if d["charset"] == "utf-8" {
		b.WriteString("charset=utf-8,")
	}
	fmt.Fprintf(&b, "username=%s,realm=%s,nonce=%s,nc=00000001,cnonce=%s,qop=auth,digest-uri=%s,response=%s",
		quote(c.user), quote(a.realm), quote(a.nonce), quote(a.cnonce), quote(a.uri), a.proof(key, "AUTHENTICATE"))
	return b.Bytes(), nil
}

// offersAuth: without a word on it, auth is what is offered.
func offersAuth(d directives) bool {
	qop, told := d["qop"]
	if !told {
		return true
	}
	for option := range strings.SplitSeq(qop, ",") {
		if strings.TrimSpace(option) == "auth" {
			return true
		}
	}
	return false
}

// newNonce is 30 random bytes as text.
func newNonce() string {
	b := make([]byte, 30)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}

// answer is what the proofs of both sides are made of.
type answer struct{ realm, nonce, cnonce, uri string }

// key is H(A1) of the RFC, in hexadecimal.
func (a answer) key(user, password string) []byte {
	known := md5.Sum(join(narrow(user), narrow(a.realm), narrow(password))) //nolint:gosec // as above
	return hash(join(known[:], []byte(a.nonce), []byte(a.cnonce)))
}

// proof is the response-value of the RFC, of a client or, with an empty method, of a server.
func (a answer) proof(key []byte, method string) []byte {
	a2 := hash([]byte(method + ":" + a.uri))
	return hash(join(key, []byte(a.nonce), []byte("00000001"), []byte(a.cnonce), []byte("auth"), a2))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, []byte(":")) }

func hash(b []byte) []byte {
	sum := md5.Sum(b) //nolint:gosec // as above
	return hex.AppendEncode(nil, sum[:])
}

// narrow is the text in ISO 8859-1, if it fits in there, and in UTF-8 otherwise.
func narrow(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return []byte(s)
		}
		b = append(b, byte(r))
	}
	return b
}
