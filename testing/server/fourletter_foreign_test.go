package server_test

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	peer "github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/testing/server"
)

// go-zookeeper reads the words with parsers of its own.
func TestFourLetterWordsForGoZookeeper(t *testing.T) {
	s := start(t, server.WithFourLetterWords("*"))
	c, events := foreign(t, s)
	await(t, events, zk.StateHasSession)
	if _, _, err := c.Children("/"); err != nil {
		t.Fatal(err)
	}
	addr := []string{s.Addr()}
	if ok := zk.FLWRuok(addr, patience); len(ok) != 1 || !ok[0] {
		t.Errorf("ruok: %v", ok)
	}
	// Its parser finds no session on the line of the connection that asks, and says so; the other line it reads.
	all, _ := zk.FLWCons(addr, patience)
	if len(all) != 1 || len(all[0].Clients) != 1 {
		t.Fatalf("cons: %+v", all)
	}
	if got := all[0].Clients[0]; got.SessionID != c.SessionID() || got.LastOperation != "GETC" || got.Timeout != 10000 ||
		got.Lzxid != 1 || got.Lcxid != 1 || got.Received != 2 || got.Sent != 2 {
		t.Errorf("cons: %+v", got)
	}
	// It wants the date of the build as no release since 3.7 gives it. With that changed on the way it reads the rest.
	if bad, ok := zk.FLWSrvr(addr, patience); ok {
		t.Errorf("srvr: %+v, so the date need not be changed any more", bad[0])
	}
	date := regexp.MustCompile(`built on \d{4}-\d\d-\d\d`)
	relay := relayed(t, date.ReplaceAllString(say(t, dialTCP(t, s.Addr()), "srvr"), "built on 01/01/2026"))
	got, _ := zk.FLWSrvr([]string{relay}, patience)
	if len(got) != 1 || got[0].NodeCount != 5 || got[0].Connections != 2 || got[0].Mode != zk.ModeStandalone || got[0].Counter != 1 {
		t.Errorf("srvr: %+v", got[0])
	}
}

// relayed listens for one connection, and answers it.
func relayed(t *testing.T, answer string) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		_, _ = nc.Read(make([]byte, 4))
		_, _ = nc.Write([]byte(answer))
	}()
	return ln.Addr().String()
}

const kazoo = `
import sys
from kazoo.client import KazooClient
c = KazooClient(sys.argv[1])
c.start()
try:
    assert c.command(b'ruok') == 'imok'
    assert c.server_version() == (3, 9, 5), c.server_version()
    mntr = dict(line.split('\t') for line in c.command(b'mntr').splitlines()[:20])
    assert mntr['zk_server_state'] == 'standalone' and mntr['zk_global_sessions'] == '1', mntr
    assert '[0](queued=0,' in c.command(b'stat')
finally:
    c.stop()
    c.close()
`

func TestFourLetterWordsForKazoo(t *testing.T) {
	python := peer.Python(t)
	s := start(t, server.WithFourLetterWords("*"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := peer.Start(t, python, "-c", strings.TrimSpace(kazoo), s.Addr())
	if err := p.Wait(ctx); err != nil {
		t.Fatalf("%v\n%s", err, p.Output())
	}
}
