package client_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The entries are what zk's own helpers and Apache's DigestAuthenticationProvider make.
func TestACLEntries(t *testing.T) {
	for _, tt := range []struct{ got, want zk.ACL }{
		{client.World(zk.PermRead), zk.WorldACL(zk.PermRead)[0]},
		{client.Creator(zk.PermAll), zk.AuthACL(zk.PermAll)[0]},
		{client.Digest("ann", "secret", zk.PermWrite), zk.DigestACL(zk.PermWrite, "ann", "secret")[0]},
		{client.Digest("super", "admin", zk.PermAll), zk.ACL{Perms: 31, Scheme: "digest", ID: "super:xQJmxLMiHGwaqBvst5y6rkB6HQs="}},
		{client.IP("10.0.0.0/8", zk.PermAll), zk.ACL{Perms: 31, Scheme: "ip", ID: "10.0.0.0/8"}},
		{client.X509("CN=alice,O=Example", zk.PermAll), zk.ACL{Perms: 31, Scheme: "x509", ID: "CN=alice,O=Example"}},
		{client.SASL("bob", zk.PermAll), zk.ACL{Perms: 31, Scheme: "sasl", ID: "bob"}},
	} {
		if tt.got != tt.want {
			t.Errorf("got %+v, want %+v", tt.got, tt.want)
		}
	}
}

func TestDigestByAnotherHash(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a", client.WithDigest("ann", "secret"))
		_, err := c.Create("/sha1").ACL(client.Digest("ann", "secret", zk.PermAll)).Do(ctx)
		must(t, err)
		_, err = c.Create("/sha256").ACL(client.DigestBy(sha256.New, "ann", "secret", zk.PermAll)).Do(ctx)
		must(t, err)
		if _, _, err := c.Get("/sha256").Do(ctx); err != nil {
			t.Error(err)
		}
		if _, _, err := c.Get("/sha1").Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("the other hash: %v", err)
		}
	}, zktest.WithServer(server.WithDigestAlgorithm("SHA-256")))
}

// What nobody has given a list gets the provider's: creates, parents on the way, parts of transactions, and all that a recipe makes.
func TestACLProvider(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		provider := func(path string) []zk.ACL {
			switch {
			case path == "/" || strings.Contains(path, "_c_"):
				t.Errorf("it is asked for %s", path)
			case strings.HasPrefix(path, "/open"):
				return nil
			case path == "/none":
				return []zk.ACL{}
			}
			return []zk.ACL{client.Creator(zk.PermAll)}
		}
		c := w.Connect(t, "a", client.WithDigest("ann", "secret"), client.WithACLProvider(provider))
		_, err := c.Create("/a/b/c").Parents().Do(ctx)
		must(t, err)
		_, err = c.Create("/containers/x").ParentContainers().ACL(client.World(zk.PermRead)).Do(ctx)
		must(t, err)
		_, err = c.Txn(c.Create("/txn"), c.Create("/open")).Do(ctx)
		must(t, err)
		_, err = c.Create("/open/seq-").Sequential().Protected().Do(ctx)
		must(t, err)
		_, err = c.Create("/async").Async(ctx).Wait(ctx)
		must(t, err)
		if _, err := c.Create("/none").Do(ctx); !errors.Is(err, zk.ErrInvalidACL) {
			t.Errorf("an empty list: %v", err)
		}
		mutex, err := lock.NewMutex(c, "/locks/one")
		must(t, err)
		held, err := mutex.Lock(ctx)
		must(t, err)
		contenders, _, err := c.Children("/locks/one").Do(ctx)
		must(t, err)

		ann := client.Digest("ann", "secret", zk.PermAll)
		for path, want := range map[string]zk.ACL{
			"/a": ann, "/a/b": ann, "/a/b/c": ann, "/containers": ann, "/containers/x": client.World(zk.PermRead),
			"/txn": ann, "/open": client.World(zk.PermAll), "/async": ann, "/locks": ann, "/locks/one": ann, "/locks/one/" + contenders[0]: ann,
		} {
			got, _, err := c.Conn().GetACL(path)
			if err != nil || len(got) != 1 || got[0] != want {
				t.Errorf("%s: %+v, %v, want %+v", path, got, err, want)
			}
		}
		must(t, held.Unlock())
	})
}
