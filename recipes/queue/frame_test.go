package queue

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
	"time"
)

func elements(values ...string) (all [][]byte) {
	for _, v := range values {
		all = append(all, []byte(v))
	}
	return all
}

// The bytes that Curator wrote.
func TestGoldenFrames(t *testing.T) {
	for want, values := range map[string][]string{
		"0001000101000000026869" + "02":                         {"hi"},
		"0001000101000000016101000000000100000003636363" + "02": {"a", "", "ccc"},
		"00010001" + "02":                                       nil,
	} {
		data := frame(elements(values...))
		if got := hex.EncodeToString(data); got != want {
			t.Errorf("%q is %s, want %s", values, got, want)
		}
		back, err := unframe(append(data, "what follows is not read"...))
		if err != nil || !slices.EqualFunc(back, elements(values...), bytes.Equal) {
			t.Errorf("%s came back as %q, %v", want, back, err)
		}
	}
}

func TestBadFrames(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "short version": "000100", "another version": "0001000202", "no end": "00010001",
		"no length": "00010001010000", "negative length": "0001000101ffffffff02", "too long": "0001000101000000036162" + "02",
		"an element at the end": "000100010100000001", "unknown opcode": "0001000103", "opcode 0": "0001000100",
	} {
		raw, err := hex.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unframe(raw); err == nil {
			t.Errorf("%s: read as %q", name, got)
		}
	}
}

// Whatever is read can be written, and is then the same up to its end.
func FuzzUnframe(f *testing.F) {
	f.Add([]byte{0, 1, 0, 1, 1, 0, 0, 0, 2, 'h', 'i', 2})
	f.Add([]byte{0, 1, 0, 1, 2, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := unframe(data)
		if err != nil {
			return
		}
		if again := frame(values); !bytes.HasPrefix(data, again) {
			t.Errorf("%x read and written is %x", data, again)
		}
	})
}

func TestGoldenNames(t *testing.T) {
	for p, want := range map[int32]string{
		5: "queue-100000005", -1: "queue-0FFFFFFFF", -1 << 31: "queue-080000000", 1<<31 - 1: "queue-17FFFFFFF", 0: "queue-100000000",
	} {
		if got := priorityPrefix(p); got != want {
			t.Errorf("priority %d is %s, want %s", p, got, want)
		}
	}
	for ms, want := range map[int64]string{1700000000000: "queue-|18BCFE56800|", 1: "queue-|00000001|", -5: "queue-|00000000|"} {
		if got := delayPrefix(time.UnixMilli(ms)); got != want {
			t.Errorf("time %d is %s, want %s", ms, got, want)
		}
	}
	if got := idPrefix("a/b|c"); got != "queue-|a_b_c|" {
		t.Errorf("the id is %s", got)
	}
}

func TestSort(t *testing.T) {
	for _, tt := range []struct {
		kind kind
		want []string
	}{
		{fifo, []string{"queue-0000000001", "queue-0000000002", "queue-0000000010"}},
		{ids, []string{"queue-|z|0000000001", "queue-0000000002", "queue-|a|0000000003", "queue-|no number"}},
		// What Curator put back, in front of every negative one.
		{priority, []string{"queue-0000000009", "queue-0800000000000000002", "queue-0FFFFFFFF0000000001", "queue-1000000000000000003", "queue-1000000000000000004"}},
		// The last two bars count; what has no time is due at once.
		{delay, []string{"queue-0000000001", "queue-|x|0000000002", "queue-0000000003", "queue-|00000001|0000000009", "queue-|id|18BCFE56800|0000000004"}},
	} {
		names := append([]string{"readme", "qn-0000000000"}, tt.want...)
		slices.Reverse(names)
		if got := tt.kind.sort(names); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.kind.name, got, tt.want)
		}
	}
}

// What is put back keeps its key, and its name does not grow.
func TestAgain(t *testing.T) {
	for item, want := range map[string]string{
		"queue-0000000001": "queue-", "queue-|id|0000000001": "queue-|id|", "queue-1000000050000000001": "queue-100000005",
		"queue-|18BCFE56800|0000000001": "queue-|18BCFE56800|", "queue-": "queue-", "queue-by hand": "queue-",
	} {
		if got := again(item); got != want {
			t.Errorf("%s again is %s, want %s", item, got, want)
		}
	}
}

func TestOptions(t *testing.T) {
	for name, opts := range map[string][]Option{
		"a mode without a lock path":     {WithErrorMode(Drop)},
		"the lock path is the queue's":   {WithLockPath("/q")},
		"a lock path that is no path":    {WithLockPath("q")},
		"a bound below 0":                {WithMaxItems(-1)},
		"a refresh after less than none": {WithRefresh(-1)},
	} {
		if _, err := newConfig("/q", fifo, opts); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := newConfig("q/", fifo, nil); err == nil {
		t.Error("a path that is no path is taken")
	}
}
