package server_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func (c *raw) quota(path, limit string) {
	c.t.Helper()
	c.mk("/zookeeper/quota" + path)
	c.ok(wire.OpCreate, create("/zookeeper/quota"+path+limits, limit, 0), nil)
	c.ok(wire.OpCreate, create("/zookeeper/quota"+path+stats, "", 0), nil)
}

func (c *raw) usage(path string) string {
	c.t.Helper()
	var data wire.GetDataResponse
	c.ok(wire.OpGetData, read("/zookeeper/quota"+path+stats), &data)
	return string(data.Data)
}

// What the server removes by itself counts as what clients remove.
func TestQuotasOfWhatGoesByItself(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, other := connect(t, dial()), connect(t, dial())
		c.mk("/q")
		c.quota("/q", "")
		c.ok(wire.OpCreateTTL, ttl("/q/t", time.Second), nil)
		c.ok(wire.OpCreateContainer, create("/q/c", "12", 0), nil)
		other.ok(wire.OpCreate, create("/q/c/e", "123", wire.Ephemeral), nil)
		if got := c.usage("/q"); got != "count=4,bytes=5" {
			t.Errorf("%s", got)
		}
		s.ExpireSession(other.session.SessionID)
		if got := c.usage("/q"); got != "count=3,bytes=2" {
			t.Errorf("%s after the session's end", got)
		}
		time.Sleep(time.Minute + time.Second)
		synctest.Wait()
		if got := c.usage("/q"); got != "count=1,bytes=0" {
			t.Errorf("%s after the check", got)
		}
	}, patient, server.WithExtendedTypes(true))
}

func TestHardLimits(t *testing.T) {
	for name, c := range map[string]struct {
		opts []server.Option
		want wire.Code
	}{
		"by default":   {nil, wire.OK},
		"not enforced": {[]server.Option{server.WithEnforceQuota(false)}, wire.OK},
		"enforced":     {[]server.Option{server.WithEnforceQuota(true)}, wire.QuotaExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
				conn := connect(t, dial())
				conn.mk("/q")
				conn.quota("/q", "count=1,bytes=1=;byteHardLimit=3;countHardLimit=2")
				conn.ok(wire.OpCreate, create("/q/a", "12", 0), nil) // beyond the soft limits
				for range 2 {
					conn.want(c.want, wire.OpCreate, create("/q/s-", "", wire.PersistentSequential))
					conn.want(c.want, wire.OpSetData, set("/q/a", "1234", -1))
					conn.ok(wire.OpSetData, set("/q/a", "12", -1), nil)
				}
				if c.want == wire.OK {
					return
				}
				conn.ok(wire.OpDelete, version("/q/a", -1), nil)
				var made wire.PathResponse
				conn.ok(wire.OpCreate, create("/q/s-", "", wire.PersistentSequential), &made)
				if made.Path != "/q/s-0000000001" {
					t.Errorf("%s: what was refused took a number", made.Path)
				}
				conn.wantMulti(multi(op(wire.OpSetData, set("/q", "x", -1)), op(wire.OpSetData, set("/q", "12345", 9)), op(wire.OpCheck, version("/q", 0))),
					failed(wire.OK), failed(wire.QuotaExceeded), failed(wire.RuntimeInconsistency))
			}, c.opts...)
		})
	}
}

// The size that a change starts from is the one that earlier requests will have made, applied or not.
func TestQuotasSeeSizesOnTheirWay(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.mk("/q")
		c.quota("/q", "byteHardLimit=5")
		var done wire.MultiResponse
		c.ok(wire.OpMulti, multi(op(wire.OpSetData, set("/q", "12345", -1)), op(wire.OpSetData, set("/q", "1234567890", -1)), op(wire.OpSetData, set("/q", "1", -1))), &done)
		if len(done.Results) != 3 || done.Results[2].Err != wire.OK {
			t.Errorf("%+v", done.Results)
		}
		if got := c.usage("/q"); got != "count=1,bytes=1" {
			t.Errorf("%s", got)
		}
	}, server.WithEnforceQuota(true))
}
