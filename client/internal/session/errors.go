package session

import (
	"errors"

	"github.com/go-zookeeper/zk"
)

// connectionLoss is an error that zk.Conn's users know by another name.
type connectionLoss struct{}

func (connectionLoss) Error() string { return "connection to the server lost" }

// Is lets code written for zk.Conn recognise the loss.
func (connectionLoss) Is(target error) bool { return target == zk.ErrConnectionClosed }

// ErrConnectionLoss ends every call that was in flight when its connection ended, and every call made without one.
var ErrConnectionLoss error = connectionLoss{}

// ErrTooLarge is a request longer than the server would take.
var ErrTooLarge = errors.New("request longer than the server's limit")

// ErrProtocol ends a connection whose peer broke the protocol.
var ErrProtocol = errors.New("session: reply out of order")

// ErrLost is the cause of a session's end that the server has not told, but can no longer prevent.
var ErrLost = errors.New("session timeout passed without an answer")
