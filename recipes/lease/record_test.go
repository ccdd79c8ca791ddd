package lease

import (
	"errors"
	"testing"
	"time"
)

// What kazoo 2.8.0 wrote.
func TestGoldenBytes(t *testing.T) {
	end := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for holder, want := range map[string]string{
		"worker 7":                  `{"version": 1, "holder": "worker 7", "end": "2026-01-02T03:04:05"}`,
		"":                          `{"version": 1, "holder": "", "end": "2026-01-02T03:04:05"}`,
		"a\"é\u2028</>&\x7f\n\t\\😀": `{"version": 1, "holder": "a\"\u00e9\u2028</>&\u007f\n\t\\\ud83d\ude00", "end": "2026-01-02T03:04:05"}`,
		"\x00\b\f\r\x1f~":           `{"version": 1, "holder": "\u0000\b\f\r\u001f~", "end": "2026-01-02T03:04:05"}`,
	} {
		got := string(encode(Info{holder, end}))
		if got != want {
			t.Errorf("%q: %s, want %s", holder, got, want)
		}
		if info, err := decode([]byte(want)); err != nil || info.Holder != holder || !info.End.Equal(end) {
			t.Errorf("%q: %+v, %v", holder, info, err)
		}
	}
	zone := time.FixedZone("east", 3600)
	if got := string(encode(Info{"x", end.In(zone).Add(999 * time.Millisecond)})); got != string(encode(Info{"x", end})) {
		t.Errorf("in another zone: %s", got)
	}
}

func TestDecode(t *testing.T) {
	info, err := decode([]byte(`{"end":"2026-1-2T3:4:5","holder":"x","version":1,"more":[]}`)) // an old Python's order, any spacing
	if err != nil || info.Holder != "x" || !info.End.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) {
		t.Errorf("got %+v, %v", info, err)
	}
	for _, data := range []string{
		"", "null", "{}", "[]", "x", `{"version": 2, "holder": "x", "end": "2026-01-02T03:04:05"}`,
		`{"version": "one", "holder": "x", "end": "2026-01-02T03:04:05"}`, `{"holder": "x", "end": "2026-01-02T03:04:05"}`,
		`{"version": 1, "end": "2026-01-02T03:04:05"}`, `{"version": 1, "holder": "x"}`, `{"version": 1, "holder": "x", "end": "soon"}`,
		`{"version": 1, "holder": 7, "end": "2026-01-02T03:04:05"}`,
	} {
		if info, err := decode([]byte(data)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %+v, %v", data, info, err)
		}
	}
}
