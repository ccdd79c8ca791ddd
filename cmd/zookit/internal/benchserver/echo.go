package benchserver

import (
	"context"
	"encoding/binary"
	"io"
	"net"

	"github.com/zookit-go/zookit/internal/wire"
)

// EchoCmd is the limit that servers are measured against: a process that answers every request of one connection with a reply as
// long as a server's, and does nothing else. It takes a handshake as a server does.
type EchoCmd struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:0"`
}

// Run serves until ctx ends.
func (c *EchoCmd) Run(ctx context.Context) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })() // which ends Accept
	for {
		nc, err := l.Accept()
		if err != nil {
			return context.Cause(ctx)
		}
		go func() {
			defer nc.Close()
			_ = serveEcho(nc) // how a client leaves does not matter
		}()
	}
}

// serveEcho answers a four-letter word, or a handshake and everything behind it. All requests must be as long as the first.
func serveEcho(nc net.Conn) error {
	buf := make([]byte, 64<<10)
	if _, err := io.ReadFull(nc, buf[:4]); err != nil {
		return err
	}
	if string(buf[:4]) == "srvr" {
		_, err := io.WriteString(nc, "Zookeeper version: none\n")
		return err
	}
	if _, err := io.ReadFull(nc, buf[:binary.BigEndian.Uint32(buf)]); err != nil {
		return err
	}
	hello := wire.AppendFrame(nil, &wire.ConnectResponse{SessionID: 1, Timeout: 30000, Passwd: make([]byte, wire.PasswdSize), HasReadOnly: true})
	if _, err := nc.Write(hello); err != nil {
		return err
	}
	reply := wire.AppendReply(nil, wire.ReplyHeader{}, &wire.GetDataResponse{Data: make([]byte, dataBytes)})
	var out []byte
	for have := 0; ; {
		n, err := nc.Read(buf[have:])
		if err != nil {
			return err
		}
		have += n
		at := 0
		out = out[:0]
		for have-at >= 4 {
			size := 4 + int(binary.BigEndian.Uint32(buf[at:]))
			if have-at < size {
				break
			}
			out = append(out, reply...)
			copy(out[len(out)-len(reply)+4:], buf[at+4:at+8]) // the xid, which the client looks at
			at += size
		}
		have = copy(buf, buf[at:have])
		if _, err := nc.Write(out); err != nil {
			return err
		}
	}
}
