package client

import (
	"net"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Dialer is the SDK's place beneath a *zk.Conn: with it, Wrap can put the SDK's requests onto that connection's own session. It
// serves one *zk.Conn.
type Dialer struct {
	seam   *session.Seam
	states *machine
	pacer  zk.HostProvider
	cfg    config
}

// NewDialer returns a dialer for zk.WithDialer. An error names a bad option.
func NewDialer(opts ...Option) (*Dialer, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	return newDialer(cfg), nil
}

func newDialer(cfg config) *Dialer {
	states := newMachine()
	states.seen = newObserver(cfg.seeing.hooks, cfg.seeing.log)
	seam := session.New(cfg.seam(session.Options{
		Dial: cfg.dial, Timeout: cfg.timeout, Patience: cfg.patience, Hooks: states.hooks(),
		Ensemble: cfg.ensemble.lookup(), ReadOnly: cfg.readOnly, Resume: cfg.resume, Window: cfg.ops.window,
	}))
	return &Dialer{seam: seam, states: states, pacer: seam.HostProvider(), cfg: cfg}
}

// Dial is for zk.WithDialer. The timeout that zk.Conn passes is not used; see WithConnectTimeout.
func (d *Dialer) Dial(network, addr string, timeout time.Duration) (net.Conn, error) {
	return d.seam.Dial(network, addr, timeout)
}

// HostProvider is for zk.WithHostProvider. It is optional with Wrap: zk.Conn's own looks names up only once and sleeps a full second
// after each round of failed attempts, this one looks up at every attempt and begins with 20 ms.
func (d *Dialer) HostProvider() zk.HostProvider { return d.pacer }
