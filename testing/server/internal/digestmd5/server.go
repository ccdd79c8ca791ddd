// Package digestmd5 is the server's side of the SASL mechanism DIGEST-MD5, without integrity or privacy of what comes behind it, as
// ZooKeeper uses it.
//
// It is written here because no kept library has it: emersion/go-sasl, mellium.im/sasl and xdg-go/scram have the mechanisms
// that replaced it, others only the client's side, or they wrap a library in C. Old as it is, ZooKeeper offers no other one that
// works with names and passwords.
//
// Source: RFC 2831. Where it leaves room, what a server in Java accepts: the first token is ignored and so is nc, which can
// only be 1; qop may be missing; the URI's case does not matter.
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
	"strconv"
	"strings"
)

// ErrFailed is what every failure of a client wraps.
var ErrFailed = errors.New("digestmd5: authentication failed")

// maxToken is the longest token that is looked at, in bytes.
const maxToken = 4096

// Server is one exchange. It belongs to one goroutine.
type Server struct {
	realm, uri string
	password   func(user string) (password string, ok bool)
	nonce      string
	state      state
	user       string
}

type state uint8

const (
	fresh state = iota
	challenged
	done
	failed
)

// New begins an exchange. uri is the service and the host that clients must mean, as "service/host".
func New(realm, uri string, password func(user string) (password string, ok bool)) *Server {
	return &Server{realm: realm, uri: uri, password: password}
}

// Next takes a token from the client and returns the one that answers it. After an error, and after the exchange has come to an
// end, nothing but errors comes.
func (s *Server) Next(token []byte) ([]byte, error) {
	was := s.state
	s.state = failed
	switch {
	case len(token) > maxToken:
		return nil, fmt.Errorf("%w: a token of %d bytes", ErrFailed, len(token))
	case was == fresh:
		s.state = challenged
		s.nonce = newNonce()
		return fmt.Appendf(nil, `realm="%s",nonce="%s",charset=utf-8,algorithm=md5-sess`, s.realm, s.nonce), nil
	case was != challenged:
		s.user = ""
		return nil, fmt.Errorf("%w: the exchange is over", ErrFailed)
	}
	d, err := parse(token)
	if err != nil {
		return nil, err
	}
	if err := s.check(d); err != nil {
		return nil, err
	}
	password, ok := s.password(d["username"])
	if !ok {
		return nil, fmt.Errorf("%w: no user %q", ErrFailed, d["username"])
	}
	key := s.key(d, password)
	if subtle.ConstantTimeCompare([]byte(d["response"]), answer(key, d, "AUTHENTICATE")) == 0 {
		return nil, fmt.Errorf("%w: wrong password of %q", ErrFailed, d["username"])
	}
	s.state, s.user = done, d["username"]
	return append([]byte("rspauth="), answer(key, d, "")...), nil
}

// User is who has proved his name; ok is false before that.
func (s *Server) User() (name string, ok bool) { return s.user, s.state == done }

// newNonce is 30 random bytes as text.
func newNonce() string {
	b := make([]byte, 30)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}

// check looks at all but the password, and fills in what may be missing.
func (s *Server) check(d directives) error {
	for _, name := range []string{"username", "cnonce", "response"} {
		if _, ok := d[name]; !ok {
			return fmt.Errorf("%w: no %s", ErrFailed, name)
		}
	}
	if _, ok := d["qop"]; !ok {
		d["qop"] = "auth"
	}
	if charset, ok := d["charset"]; ok && charset != "utf-8" {
		return fmt.Errorf("%w: charset %q", ErrFailed, charset)
	}
	if size, ok := d["maxbuf"]; ok {
		if _, err := strconv.ParseInt(size, 10, 32); err != nil {
			return fmt.Errorf("%w: maxbuf %q", ErrFailed, size)
		}
	}
	switch {
	case d["realm"] != s.realm:
		return fmt.Errorf("%w: realm %q", ErrFailed, d["realm"])
	case d["nonce"] != s.nonce:
		return fmt.Errorf("%w: the nonce is not ours", ErrFailed)
	case d["qop"] != "auth":
		return fmt.Errorf("%w: qop %q", ErrFailed, d["qop"])
	case !strings.EqualFold(d["digest-uri"], s.uri):
		return fmt.Errorf("%w: digest-uri %q", ErrFailed, d["digest-uri"])
	}
	return nil
}

// key is H(A1) of the RFC, in hexadecimal.
func (s *Server) key(d directives, password string) []byte {
	secret := md5.Sum(join(narrow(d["username"]), narrow(d["realm"]), narrow(password))) //nolint:gosec // as above
	parts := [][]byte{secret[:], []byte(d["nonce"]), []byte(d["cnonce"])}
	if authzid, ok := d["authzid"]; ok {
		parts = append(parts, []byte(authzid))
	}
	return hash(join(parts...))
}

// answer is the response-value of the RFC, of a client or, with an empty method, of a server.
func answer(key []byte, d directives, method string) []byte {
	a2 := hash([]byte(method + ":" + d["digest-uri"]))
	return hash(join(key, []byte(d["nonce"]), []byte("00000001"), []byte(d["cnonce"]), []byte(d["qop"]), a2))
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
