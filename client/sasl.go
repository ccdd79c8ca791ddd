package client

import (
	"github.com/zookit-go/zookit/client/internal/digestmd5"
	"github.com/zookit-go/zookit/client/internal/secret"
	"github.com/zookit-go/zookit/client/internal/session"
)

// What Apache's servers call themselves towards SASL DIGEST-MD5, whatever their name and address.
const (
	saslService = "zookeeper"
	saslHost    = "zk-sasl-md5"
)

// sasl begins the exchanges of one user.
type sasl struct {
	user     string
	password secret.Value
}

func (s *sasl) begin() session.Mechanism {
	return digestmd5.New(s.user, s.password, saslService, saslHost)
}
