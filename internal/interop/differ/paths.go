package differ

import (
	"github.com/zookit-go/zookit/internal/wire"
	"pgregory.net/rapid"
)

// few paths, so that requests meet.
var (
	usual = []string{"/a", "/a/b", "/b", "/a/c", "/a/b/a", "/a/b/b", "/c", "/b/a", "/a/s-0000000000", "/a/s-0000000001", "/a/0000000002", "/"}
	owned = []string{"/zookeeper", "/zookeeper/quota", "/zookeeper/config", "/zookeeper/quota/a", "/zookeeper/quota/a/b", "/zookeeper/x"}
	odd   = []string{
		"", "abc", "//", "/a//x", "/a/", "/a/.", "/a/..", "/a/.a", "/a/\x00", "/a/\x01", "/a/\u007f", "/a/\u00a0", "/a/\ud7ff", "/a/\ue000", "/a/\uf8ff",
		"/a/\uf900", "/a/\uffef", "/a/\ufff0", "/a/\U0001f600", "/a/\xff", "/missing//x", "/a/ ", "/zookeeper/quota/", "/zookeeper/quota/zookeeper_x",
	}
)

func path(t *rapid.T) string {
	switch often(t, 25, 2, 2, 20) {
	case 1:
		return one(t, owned...)
	case 2:
		return one(t, odd...)
	case 3:
		return one(t, usual[:4]...)
	}
	return one(t, usual...)
}

func data(t *rapid.T) []byte {
	return one(t, []byte{}, []byte("x"), nil, []byte("12345"), []byte("0123456789012345678901234567890123456789"))
}

func expected(t *rapid.T) int32 { return one[int32](t, -1, -1, -1, -1, 0, 1, 0, 2, -2, 9) }

// list makes an access control list, mostly one that does not stand in the way.
func list(t *rapid.T) []wire.ACL {
	if often(t, 4, 1) == 0 {
		return wire.OpenACL
	}
	valid := []wire.ACL{
		{Perms: 31, Scheme: "world", ID: "anyone"}, {Perms: 1, Scheme: "world", ID: "anyone"}, {Perms: 31, Scheme: "auth"}, {Perms: 1, Scheme: "auth", ID: "x"},
		{Perms: 31, Scheme: "digest", ID: "alice:aYXlLOpEooaV1cRAvUL1fp9Qt7E="}, {Perms: 31, Scheme: "ip", ID: "127.0.0.1"}, {Perms: 30, Scheme: "world", ID: "anyone"},
		{Perms: 31, Scheme: "ip", ID: "10.0.0.0/8"}, {Perms: 16, Scheme: "ip", ID: "127.0.0.0/8"}, {Perms: 0, Scheme: "world", ID: "anyone"},
		{Perms: 255, Scheme: "world", ID: "anyone"}, {Perms: -1, Scheme: "world", ID: "anyone"}, {Perms: 15, Scheme: "world", ID: "anyone"},
	}
	invalid := []wire.ACL{
		{Perms: 31, Scheme: "world", ID: "someone"}, {Perms: 31, Scheme: "digest", ID: "a"}, {Perms: 31, Scheme: "ip", ID: "1.2.3"}, {Perms: 31, Scheme: "nope", ID: "x"},
		{Perms: 31, Scheme: "sasl", ID: "bob"}, {Perms: 31, Scheme: "x509", ID: "CN=x"}, {Perms: 31}, {Perms: 31, Scheme: "super", ID: ""},
	}
	n := often(t, 1, 6, 3, 1)
	if n == 0 && often(t, 1, 1) == 1 {
		return nil
	}
	acl := make([]wire.ACL, n)
	for i := range acl {
		acl[i] = one(t, valid...)
		if often(t, 12, 1) == 1 {
			acl[i] = one(t, invalid...)
		}
	}
	return acl
}
