package session_test

import (
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

func TestAFrozenTable(t *testing.T) {
	table, h := newTable(), &holder{}
	global, closing := table.Create(4*time.Second, 0, h), table.Create(4*time.Second, 0, nil)
	table.Commit(global)
	table.Commit(closing)
	table.SetClosing(closing)
	if !table.Freeze(true, time.Second) || table.Freeze(true, time.Second) || !table.Frozen() {
		t.Error("it does not freeze once")
	}
	if table.Check(closing, nil) != wire.OK {
		t.Error("a session whose end will not be agreed on any more is still closing")
	}
	local := table.Create(4*time.Second, time.Second, h)
	table.Commit(local)
	if !table.Local(local) || table.Global(local) || table.Local(global) || !table.Global(global) || table.Local(0) || table.Global(0) {
		t.Error("who is local?")
	}
	if n := table.Locals(); n != 1 {
		t.Errorf("%d local sessions", n)
	}
	if table.SetClosing(global) {
		t.Error("a global session was closed")
	}
	if ids := table.Expire(time.Hour); !slices.Equal(ids, []int64{local}) {
		t.Errorf("%x expired, want %x", ids, local)
	}
	if table.SetClosing(local) || table.Remove(local) != h {
		t.Error("a local session does not end")
	}
	left := table.Create(4*time.Second, time.Hour, h)
	if !table.Freeze(false, time.Hour) {
		t.Error("it does not thaw")
	}
	if _, ok := table.Resume(left, session.Passwd(left), time.Minute, time.Hour, h); ok || table.Locals() != 0 {
		t.Error("a local session is left")
	}
	if ids := table.Expire(time.Hour + 3*time.Second); ids != nil {
		t.Errorf("%x expired before their timeout", ids)
	}
	if ids := table.Expire(2 * time.Hour); len(ids) != 2 {
		t.Errorf("%x expired, want both that were there before", ids)
	}
}
