package client

import (
	"net"
	"slices"
	"testing"
)

func TestConfigServers(t *testing.T) {
	for _, tt := range []struct {
		config string
		want   []string
	}{
		{"", nil},
		{"version=0", nil},
		{"server.1=zk1:2888:3888:participant;0.0.0.0:2181\nserver.2=zk2:2888:3888:observer;10.1.2.3:2182\nversion=100000000",
			[]string{"10.1.2.3:2182", "zk1:2181"}},
		{"server.1=zk1:2888:3888;2181\r\n", []string{"zk1:2181"}},
		{"server.1=zk1:2888:3888:participant\n", nil},
		{"server.1=zk1:2888:3888|zk1b:2889:3889:participant;0.0.0.0:2181", []string{"zk1:2181"}},
		{"server.1=[2001:db8::1]:2888:3888:participant;[::]:2181", []string{"[2001:db8::1]:2181"}},
		{"server.1=[2001:db8::1]:2888:3888:participant;[2001:db8::2]:2182", []string{"[2001:db8::2]:2182"}},
		{" server.1 = zk1:2888:3888:participant;zk1:2181 \nserver.2=zk1:2890:3890;zk1:2181", []string{"zk1:2181"}},
		{"server.1=zk1:2888:3888;", nil},
		{"server.1=;2181", nil},
		{"group.1=1:2:3\nweight.1=1", nil},
	} {
		if got := configServers(tt.config); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.config, got, tt.want)
		}
	}
}

func FuzzConfigServers(f *testing.F) {
	f.Add("server.1=[2001:db8::1]:2888:3888|b:1:2:participant;[::]:2181\nversion=100000000")
	f.Fuzz(func(t *testing.T, config string) {
		for _, addr := range configServers(config) {
			if host, port, err := net.SplitHostPort(addr); err != nil || host == "" || port == "" {
				t.Errorf("%q: the address %q: %v", config, addr, err)
			}
		}
	})
}
