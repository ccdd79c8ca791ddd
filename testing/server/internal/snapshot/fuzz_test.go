package snapshot_test

import (
	"bytes"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

// Whatever is in a file, reading it does not panic and costs no more memory than the file has; and a database that was read and can be
// written is the same when it is read again.
func FuzzRead(f *testing.F) {
	for _, file := range theirs(f) {
		f.Add(file)
	}
	f.Add(encode(f, small()))
	f.Add(encode(f, fresh()))
	f.Fuzz(func(t *testing.T, file []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := snapshot.Read(bytes.NewReader(file), snapshot.MaxBuffer, discard)
		runtime.ReadMemStats(&after)
		// The buffered reader, and strings and lists that grow.
		if spent, limit := after.TotalAlloc-before.TotalAlloc, uint64(1<<18+50*len(file)); spent > limit {
			t.Errorf("reading %d bytes allocated %d", len(file), spent)
		}
		if err != nil && !errors.Is(err, snapshot.ErrBroken) {
			t.Errorf("%v", err)
		}
		// Most of what comes here is refused by its checksum; what was read until then counts all the same.
		d, _ := decode(bytes.NewReader(file))
		var b bytes.Buffer
		if err := snapshot.Write(t.Context(), &b, d.source()); err != nil {
			return
		}
		if d.Digest == nil && d.LastZxid != nil {
			d.Digest = &snapshot.Digest{Version: 2}
		}
		if again, err := decode(&b); err != nil || !reflect.DeepEqual(again, d) {
			t.Errorf("%+v, %v; want %+v", again, err, d)
		}
	})
}
