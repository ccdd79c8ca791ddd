package session_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

const tick = 2 * time.Second

type holder struct{ aborted int }

func (h *holder) Abort() { h.aborted++ }

func newTable() *session.Table { return session.NewTable(tick, 1, time.UnixMilli(0x0123456789ab)) }

func TestIDs(t *testing.T) {
	table := newTable()
	first := table.Create(time.Second, 0, nil)
	if want := int64(0x0123456789ab<<24>>8&0x00ffffffffffffff | 0x01<<56); first != want {
		t.Errorf("%x, want %x", first, want)
	}
	if next := table.Create(time.Second, 0, nil); next != first+1 {
		t.Errorf("%x after %x", next, first)
	}
}

// A session dies between its timeout and a tick later.
func TestExpiry(t *testing.T) {
	for _, start := range []time.Duration{0, 1, 999 * time.Millisecond, tick - 1, tick, tick + 1, 1234567 * time.Microsecond} {
		table := newTable()
		id := table.Create(4*time.Second, start, nil)
		var died time.Duration
		for now := start; died == 0; now += table.NextTick(now) {
			if ids := table.Expire(now); slices.Equal(ids, []int64{id}) {
				died = now
			}
			if now > time.Minute {
				t.Fatal("it lives for ever")
			}
		}
		if lived := died - start; lived <= 4*time.Second || lived > 4*time.Second+tick {
			t.Errorf("created at %v, lived for %v", start, lived)
		}
		if table.Expire(time.Hour) != nil {
			t.Error("expired twice")
		}
		if got := table.Check(id, nil); got != wire.SessionExpired {
			t.Errorf("%v while its end is on its way", got)
		}
		if table.Touch(id, died) {
			t.Error("a closing session can be touched")
		}
	}
}

func TestTouchPutsTheEndOff(t *testing.T) {
	table := newTable()
	id := table.Create(4*time.Second, 0, nil)
	for now := time.Duration(0); now < time.Minute; now += time.Second {
		if !table.Touch(id, now) || table.Expire(now) != nil {
			t.Fatalf("dead at %v", now)
		}
	}
	if ids := table.Expire(time.Hour); !slices.Equal(ids, []int64{id}) {
		t.Errorf("%v", ids)
	}
}

func TestResume(t *testing.T) {
	table, first, second := newTable(), &holder{}, &holder{}
	id := table.Create(4*time.Second, 0, first)
	old, ok := table.Resume(id, make([]byte, 16), time.Minute, 0, second)
	if ok || old != first {
		t.Errorf("a wrong password: %v, and the holder was %v", ok, old)
	}
	old, ok = table.Resume(id, session.Passwd(id), time.Minute, 0, second)
	if !ok || old != nil {
		t.Errorf("the right password: %v, and the holder was %v", ok, old)
	}
	if late, now := table.Check(id, first), table.Check(id, second); late != wire.SessionMoved || now != wire.OK {
		t.Errorf("from the earlier connection: %v, and from the new one: %v", late, now)
	}
	table.Detach(id, first) // late, and no longer the holder
	if all := table.All(); len(all) != 1 || !all[0].Connected || all[0].Timeout != time.Minute {
		t.Errorf("%+v", all)
	}
	table.SetClosing(id)
	if _, ok := table.Resume(id, session.Passwd(id), time.Minute, 0, second); ok {
		t.Error("a closing session was resumed")
	}
	if table.Remove(id) != nil || table.Check(id, nil) != wire.UnknownSession {
		t.Error("the session is still there")
	}
	if _, ok := table.Resume(0, session.Passwd(0), time.Minute, 0, second); ok {
		t.Error("session 0 was resumed")
	}
}

func TestRestart(t *testing.T) {
	table := newTable()
	kept, closing, lost := table.Create(4*time.Second, 0, &holder{}), table.Create(4*time.Second, 0, nil), table.Create(4*time.Second, 0, nil)
	table.Commit(kept)
	table.Commit(closing)
	table.SetClosing(closing)
	table.Restart(time.Hour)
	if table.Check(lost, nil) != wire.UnknownSession {
		t.Error("a session that had not been committed is there")
	}
	if ids := table.Expire(time.Hour + 3*time.Second); ids != nil {
		t.Errorf("%v expired before their timeout", ids)
	}
	for _, in := range table.All() {
		if in.Connected {
			t.Errorf("%x is connected", in.ID)
		}
	}
	if ids := table.Expire(time.Hour + 8*time.Second); len(ids) != 2 {
		t.Errorf("%v expired, want both", ids)
	}
}

func TestPasswd(t *testing.T) {
	// As java.util.Random gives it.
	want, _ := hex.DecodeString("f22acd4a97e69d6d20a49bb638eadb38")
	if got := session.Passwd(0x0100000000000000); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}
