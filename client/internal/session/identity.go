package session

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/secret"
	"github.com/zookit-go/zookit/internal/wire"
)

// Identity is what a client says of itself in an auth request.
type Identity struct {
	Scheme string
	Auth   secret.Value
}

// Mechanism is the client's side of one SASL exchange. Next takes the server's token and returns what answers it; Done tells whether
// that was the end.
type Mechanism interface {
	Next(token []byte) ([]byte, error)
	Done() bool
}

type authFailed struct{}

func (authFailed) Error() string { return "authentication failed" }

// Is lets code written for zk.Conn recognise the refusal.
func (authFailed) Is(target error) bool { return target == zk.ErrAuthFailed }

// ErrAuthFailed is a server that does not take an identity, or does not prove its own.
var ErrAuthFailed error = authFailed{}

// identities are what the client is, on every connection.
type identities struct {
	creds   []Identity    // guarded by Seam.mu
	denied  error         // of the last attempt that a server refused; guarded by Seam.mu; nil again as soon as one is taken
	refused chan struct{} // closed when a server refused for the first time
	refusal error         // that one; guarded by Seam.mu
}

func newIdentities(creds []Identity) identities {
	return identities{creds: append([]Identity(nil), creds...), refused: make(chan struct{})}
}

// Refused is closed when a server has refused an identity on connecting for the first time.
func (s *Seam) Refused() <-chan struct{} { return s.refused }

// Refusal is why.
func (s *Seam) Refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refusal
}

// noConnection is why a call cannot be sent: one may be possible soon, which is why it is still ErrConnectionLoss.
func (s *Seam) noConnection() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.denied != nil {
		return fmt.Errorf("%w: %w", ErrConnectionLoss, s.denied)
	}
	return ErrConnectionLoss
}

// lossCause is why the session was lost for want of an answer. The caller holds s.mu.
func (s *Seam) lossCause() error {
	if s.denied != nil {
		return fmt.Errorf("%w: %w", ErrLost, s.denied)
	}
	return ErrLost
}

// accepted remembers an identity, to be sent first on every later connection.
func (s *Seam) accepted(cred wire.AuthRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, old := range s.creds {
		if old.Scheme == cred.Scheme && string(old.Auth.Reveal()) == string(cred.Auth) {
			return
		}
	}
	s.creds = append(s.creds, Identity{cred.Scheme, secret.New(cred.Auth)})
}

// introduce tells a server that has granted the session who the client is, and returns when it has accepted all of it. Until then no
// other request, of either speaker, is sent: a server may close a connection that asks for anything before. It runs in the goroutine that
// reads, and the handshake's deadline bounds it.
func (c *conn) introduce() error {
	s := c.seam
	s.mu.Lock()
	creds := append([]Identity(nil), s.creds...)
	s.mu.Unlock()
	err := c.exchange()
	if err == nil {
		err = c.identify(creds)
	}
	switch {
	case err == nil:
	case errors.Is(err, ErrAuthFailed):
		err = fmt.Errorf("%w (server %v)", err, c.raw.RemoteAddr())
	default:
		return fmt.Errorf("session: telling the server who the client is: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied = err
	if err != nil && s.refusal == nil {
		s.refusal = err
		close(s.refused)
	}
	return err
}

// exchange goes through SASL, if that is asked for.
func (c *conn) exchange() error {
	if c.seam.opts.SASL == nil {
		return nil
	}
	mechanism := c.seam.opts.SASL()
	token := []byte{} // the mechanism has no initial response, and nothing at all would be no token
	for first := true; ; first = false {
		xid := c.ask(wire.OpSASL, &wire.SASLToken{Token: token})
		code, body, err := c.told(xid)
		if err != nil {
			return err
		}
		var p wire.SASLToken
		switch {
		case code == wire.Unimplemented:
			return fmt.Errorf("%w: the server does not know SASL", ErrAuthFailed)
		case code != wire.OK:
			return fmt.Errorf("%w: SASL: %v", ErrAuthFailed, code) //nolint:errorlint // not %w: the caller's question got no answer, this one did
		}
		if err := wire.Unmarshal(body, &p); err != nil {
			return err
		}
		switch {
		case p.Token == nil && first:
			return fmt.Errorf("%w: the server offers no SASL", ErrAuthFailed)
		case p.Token == nil: // it lets failed ones go on without an identity; this client does not want that
			return fmt.Errorf("%w: SASL: the server does not accept the user or the password", ErrAuthFailed)
		}
		if token, err = mechanism.Next(p.Token); err != nil {
			return fmt.Errorf("%w: SASL: %w", ErrAuthFailed, err)
		}
		if mechanism.Done() {
			return nil
		}
	}
}

// identify sends all identities and awaits the answers.
func (c *conn) identify(creds []Identity) error {
	xids := make([]int32, len(creds))
	for i, cred := range creds {
		xids[i] = c.ask(wire.OpAuth, &wire.AuthRequest{Scheme: cred.Scheme, Auth: cred.Auth.Reveal()})
	}
	for i, cred := range creds {
		code, _, err := c.told(xids[i])
		if err != nil {
			return err
		}
		if code != wire.OK {
			return fmt.Errorf("%w: scheme %q: %v", ErrAuthFailed, cred.Scheme, code) //nolint:errorlint // as above
		}
	}
	return nil
}

// ask sends a request of the introduction's. That it failed is seen by who reads the answer.
func (c *conn) ask(op wire.Op, body wire.Record) (xid int32) {
	c.mu.Lock()
	xid = c.nextXid()
	if c.err == nil {
		c.out = wire.AppendRequest(c.out, xid, op, body)
	}
	c.flush()
	return xid
}

// told reads the answer to a request of the introduction's. The body is good until the next read.
func (c *conn) told(xid int32) (wire.Code, []byte, error) {
	if err := c.need(4); err != nil {
		return 0, nil, err
	}
	n := int(int32(binary.BigEndian.Uint32(c.in[c.r:])))
	if n < wire.ReplyHeaderSize || n > readBuffer-4 {
		return 0, nil, wire.ErrFrameLength
	}
	if err := c.need(4 + n); err != nil {
		return 0, nil, err
	}
	frame := c.in[c.r+4 : c.r+4+n]
	c.r += 4 + n
	var h wire.ReplyHeader
	if err := wire.Unmarshal(frame[:wire.ReplyHeaderSize], &h); err != nil {
		return 0, nil, err
	}
	if h.Xid != xid {
		return 0, nil, ErrProtocol // nothing else was asked for
	}
	return h.Err, frame[wire.ReplyHeaderSize:], nil
}
