package client

import (
	"errors"
	"slices"
	"testing"

	"github.com/go-zookeeper/zk"
)

func TestCheckPath(t *testing.T) {
	for _, tt := range []struct {
		path string
		ok   bool
		seq  bool // as a sequential path, to which digits are appended
	}{
		{"/", true, true},
		{"/a", true, true},
		{"/a/b.c/...", true, true},
		{"/a b/ü/\u00a0/\ud7ff", true, true},
		{"", false, false},
		{"a", false, false},
		{"a/b", false, false},
		{"/a/", false, true},
		{"//", false, false},
		{"/a//b", false, false},
		{"/.", false, true},
		{"/a/..", false, true},
		{"/./a", false, false},
		{"/a/../b", false, false},
		{"/a\x00", false, false},
		{"/a\x1f", false, false},
		{"/a\x7f", false, false},
		{"/a\u0080", false, false},
		{"/\ue000", false, false},
		{"/\uf8ff", false, false},
		{"/\ufff0", false, false},
		{"/\U0001f600", false, false},
		{"/\xff", false, false},
	} {
		for _, sequential := range []bool{false, true} {
			want := tt.ok
			if sequential {
				want = tt.seq
			}
			err := checkPath(tt.path, sequential)
			if (err == nil) != want || err != nil && !errors.Is(err, zk.ErrInvalidPath) {
				t.Errorf("checkPath(%q, %v): %v", tt.path, sequential, err)
			}
		}
	}
}

func TestChrootPaths(t *testing.T) {
	for _, tt := range []struct{ chroot, path, abs string }{
		{"", "/", "/"},
		{"", "/a", "/a"},
		{"/r/s", "/", "/r/s"},
		{"/r/s", "/a/b", "/r/s/a/b"},
	} {
		c := &Client{chroot: tt.chroot}
		if got := c.abs(tt.path); got != tt.abs {
			t.Errorf("%q: abs(%q) = %q", tt.chroot, tt.path, got)
		}
		if got := c.rel(tt.abs); got != tt.path {
			t.Errorf("%q: rel(%q) = %q", tt.chroot, tt.abs, got)
		}
	}
}

func TestPathHelpers(t *testing.T) {
	for path, want := range map[string]string{"/a": "/", "/a/b": "/a", "/a/b/c": "/a/b", "/": "/"} {
		if got := Parent(path); got != want {
			t.Errorf("Parent(%q) = %q", path, got)
		}
	}
	for path, want := range map[string]string{"/a": "a", "/a/b-0": "b-0", "/": ""} {
		if got := Base(path); got != want {
			t.Errorf("Base(%q) = %q", path, got)
		}
	}
	for _, tt := range []struct {
		parent string
		names  []string
		want   string
	}{
		{"/", nil, "/"}, {"/", []string{"n"}, "/n"}, {"/a", nil, "/a"}, {"/a", []string{"n"}, "/a/n"}, {"/", []string{"a", "b"}, "/a/b"},
	} {
		if got := Join(tt.parent, tt.names...); got != tt.want {
			t.Errorf("Join(%q, %q) = %q", tt.parent, tt.names, got)
		}
	}
}

func TestParseServers(t *testing.T) {
	for _, tt := range []struct {
		in      string
		servers []string
		chroot  string
	}{
		{"zk", []string{"zk:2181"}, ""},
		{"zk:1/", []string{"zk:1"}, ""},
		{"a:1, b ,[::1]:3,[::1]/r/s", []string{"a:1", "b:2181", "[::1]:3", "[::1]:2181"}, "/r/s"},
	} {
		servers, chroot, err := parseServers(tt.in)
		if err != nil || !slices.Equal(servers, tt.servers) || chroot != tt.chroot {
			t.Errorf("%q: %q %q %v", tt.in, servers, chroot, err)
		}
	}
	for _, in := range []string{"", "/a", "a,,b", ":1", "a:", "a/b/", "a/b//c"} {
		if _, _, err := parseServers(in); err == nil {
			t.Errorf("%q: no error", in)
		}
	}
}
