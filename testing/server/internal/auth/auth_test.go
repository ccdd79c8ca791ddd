package auth_test

import (
	"net"
	"net/netip"
	"reflect"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
)

var (
	local = auth.ID{Scheme: "ip", ID: "127.0.0.1"}
	alice = auth.ID{Scheme: "digest", ID: auth.Digest("alice:secret")}
	super = auth.ID{Scheme: "super"}
)

func entry(perms int32, scheme, id string) wire.ACL {
	return wire.ACL{Perms: perms, Scheme: scheme, ID: id}
}

func TestDigest(t *testing.T) {
	if got, want := auth.Digest("super:admin"), "super:xQJmxLMiHGwaqBvst5y6rkB6HQs="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAdd(t *testing.T) {
	p := auth.Policy{SuperDigest: auth.Digest("super:admin")}
	ids := []auth.ID{local}
	for _, c := range []struct {
		scheme string
		data   []byte
		want   []auth.ID
	}{
		{"ip", nil, []auth.ID{local}},
		{"digest", []byte("alice:secret"), []auth.ID{local, alice}},
		{"digest", []byte("nocolon"), []auth.ID{local, {Scheme: "digest", ID: auth.Digest("nocolon")}}},
		{"digest", []byte("super:admin"), []auth.ID{local, super, {Scheme: "digest", ID: p.SuperDigest}}},
		{"digest", nil, nil}, {"world", nil, nil}, {"auth", nil, nil}, {"super", nil, nil}, {"nope", nil, nil}, {"", nil, nil},
	} {
		got, ok := p.Add(ids, c.scheme, c.data)
		if ok != (c.want != nil) || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q: %v, %v", c.scheme, c.data, got, ok)
		}
	}
	twice, _ := p.Add([]auth.ID{local, alice}, "digest", []byte("alice:secret"))
	if len(twice) != 2 {
		t.Errorf("%v", twice)
	}
	if _, ok := new(auth.Policy).Add(nil, "digest", []byte{}); !ok {
		t.Error("an empty digest is refused")
	}
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		acl  []wire.ACL
		want int32
		ids  []auth.ID
		ok   bool
	}{
		{nil, wire.PermAdmin, nil, true},
		{wire.OpenACL, wire.PermAdmin, nil, true},
		{[]wire.ACL{entry(1, "world", "anyone")}, wire.PermWrite, []auth.ID{local, alice}, false},
		{[]wire.ACL{entry(1, "world", "anyone")}, wire.PermRead | wire.PermAdmin, nil, true},
		{[]wire.ACL{entry(0, "world", "anyone")}, wire.PermWrite, []auth.ID{super}, true},
		{[]wire.ACL{entry(31, "digest", alice.ID)}, wire.PermWrite, []auth.ID{local, alice}, true},
		{[]wire.ACL{entry(31, "digest", alice.ID)}, wire.PermWrite, []auth.ID{local}, false},
		{[]wire.ACL{entry(31, "digest", "127.0.0.1")}, wire.PermWrite, []auth.ID{local}, false},
		{[]wire.ACL{entry(31, "ip", "127.0.0.0/8")}, wire.PermWrite, []auth.ID{local}, true},
		{[]wire.ACL{entry(31, "ip", "128.0.0.0/8")}, wire.PermWrite, []auth.ID{local}, false},
		{[]wire.ACL{entry(31, "ip", "::/0")}, wire.PermWrite, []auth.ID{local}, false},
		{[]wire.ACL{entry(31, "ip", "fe80::/10")}, wire.PermWrite, []auth.ID{{Scheme: "ip", ID: "fe80:0:0:0:0:0:0:1"}}, true},
		{[]wire.ACL{entry(31, "nope", "x")}, wire.PermWrite, []auth.ID{{Scheme: "nope", ID: "x"}}, false},
	} {
		if got := new(auth.Policy).Allowed(c.acl, c.want, c.ids); got != c.ok {
			t.Errorf("%v, want %d, as %v: %v", c.acl, c.want, c.ids, got)
		}
	}
}

func TestFix(t *testing.T) {
	bob := auth.ID{Scheme: "digest", ID: auth.Digest("bob:secret")}
	for _, c := range []struct {
		acl  []wire.ACL
		ids  []auth.ID
		want []wire.ACL
	}{
		{nil, nil, nil},
		{[]wire.ACL{}, []auth.ID{super}, nil},
		{wire.OpenACL, nil, wire.OpenACL},
		{[]wire.ACL{entry(31, "auth", "")}, []auth.ID{local}, nil},
		{[]wire.ACL{entry(31, "auth", "")}, []auth.ID{local, super}, nil},
		{[]wire.ACL{entry(3, "auth", "x"), entry(1, "world", "anyone")}, []auth.ID{local, alice, bob},
			[]wire.ACL{entry(3, "digest", alice.ID), entry(3, "digest", bob.ID), entry(1, "world", "anyone")}},
		{[]wire.ACL{entry(-1, "ip", "::1"), entry(0, "ip", "::1"), entry(-1, "ip", "::1")}, nil,
			[]wire.ACL{entry(-1, "ip", "::1"), entry(0, "ip", "::1")}},
		{[]wire.ACL{entry(1, "world", "someone")}, nil, nil},
		{[]wire.ACL{entry(1, "world", "anyone"), entry(1, "digest", "nohash")}, nil, nil},
		{[]wire.ACL{entry(1, "super", "")}, []auth.ID{super}, nil},
		{[]wire.ACL{entry(1, "ip", "::1/129")}, nil, nil},
	} {
		got, ok := new(auth.Policy).Fix(c.acl, c.ids)
		if ok != (c.want != nil) || ok && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v as %v: %v, %v", c.acl, c.ids, got, ok)
		}
	}
}

func TestMask(t *testing.T) {
	was := []wire.ACL{entry(1, "digest", alice.ID), entry(2, "ip", "1.2.3.4")}
	got := auth.Mask(was)
	if want := []wire.ACL{entry(1, "digest", "alice:x"), entry(2, "ip", "1.2.3.4")}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if was[0].ID != alice.ID {
		t.Error("the list itself was masked")
	}
}

func TestPeer(t *testing.T) {
	for addr, want := range map[string]string{
		"1.2.3.4:5": "1.2.3.4", "[::1]:5": "0:0:0:0:0:0:0:1", "[::ffff:1.2.3.4]:5": "1.2.3.4", "[fe80::1%eth0]:5": "fe80:0:0:0:0:0:0:1",
	} {
		if got := auth.Peer(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))); got.ID != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	if got := auth.Peer(a.RemoteAddr()); got != local {
		t.Errorf("a pipe: %v", got)
	}
}

func entries(scheme, id string) []wire.ACL { return []wire.ACL{entry(31, scheme, id)} }

// What 3.9.5 takes for an address, after its source: no server of that version is at hand.
func TestAddresses(t *testing.T) {
	for id, want := range map[string]bool{
		"::": true, "::1": true, "1::": true, "::/0": true, "::1/128": true, "::1/129": false, "::1/-1": false, "::1/": false, "1:2:3:4:5:6:7:8": true,
		"1:2:3:4:5:6:7": false, "1:2:3:4:5:6:7::": true, "::2:3:4:5:6:7:8": true, "1:2:3:4::5:6:7:8": false, "1::2::3": false, ":::": false, ":": false, ":1": false,
		"1:": false, "::1:": false, "12345::": false, "g::": false, "FE80::aB": true, "+1::": true, "-1::": true, "+::": false, "::1.2.3.4": false, "fe80::1%eth0": false,
	} {
		if _, got := new(auth.Policy).Fix(entries("ip", id), nil); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
	for _, c := range []struct {
		have, list string
		want       bool
	}{
		{"0:0:0:0:0:0:0:1", "::1", true}, {"0:0:0:0:0:0:0:1", "::2", false}, {"0:0:0:0:0:0:0:1", "::/0", true}, {"2001:db8:0:0:0:0:0:1", "2001:db8::/32", true},
		{"2001:db9:0:0:0:0:0:1", "2001:db8::/32", false}, {"2001:db9:0:0:0:0:0:1", "2001:db8::/31", true}, {"1.2.3.4", "::/0", false}, {"0:0:0:0:0:0:0:1", "0.0.0.0/0", false},
		{"ffff:0:0:0:0:0:0:0", "-1::", true},
	} {
		if got := new(auth.Policy).Allowed(entries("ip", c.list), wire.PermRead, []auth.ID{{Scheme: "ip", ID: c.have}}); got != c.want {
			t.Errorf("%s under %s: %v", c.have, c.list, got)
		}
	}
}
