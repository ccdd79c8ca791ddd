package wire

import (
	"bytes"
	"testing"
)

// What Apache 3.8.0 on Java 17 made of these was seen in its answers to sync.
func TestStringsAsJava(t *testing.T) {
	const x = "\ufffd"
	for sent, want := range map[string]string{
		"": "", "/a": "/a", "/\u00e9\u20ac\uffef": "/\u00e9\u20ac\uffef", x: x,
		"a\U0001f600b": "a\xed\xa0\xbd\xed\xb8\x80b", "\U0010ffff": "\xed\xaf\xbf\xed\xbf\xbf", "\U00010000": "\xed\xa0\x80\xed\xb0\x80",
		"\xff": x, "\x80": x, "\xc3": x, "\xc3x": x + "x", "\xc0\x80": x + x, "\xe2\x82": x, "\xe2\x82x": x + "x", "\xe2x\x82": x + "x" + x,
		"\xe0\x80\x80": x + x + x, "\xe0\x9f\xbf": x + x + x, "\xe0\x80x": x + x + "x", "\xed\xa0\x80": x, "\xed\xa0\xbd\xed\xb8\x80": x + x,
		"\xf0": x, "\xf0\x9f": x, "\xf0\x9f\x98": x, "\xf0\x9f\x98x": x + "x", "\xf0\x9fxx": x + "xx", "\xf0\x80\x80\x80": x + x + x + x,
		"\xf0\x80xx": x + x + "xx", "\xf4\x90\x80\x80": x + x + x + x, "\xf5\x80\x80\x80": x + x + x + x,
	} {
		frame := AppendString(nil, sent)
		r := NewReader(frame)
		r.AsJava()
		if got := r.String(); got != want || r.Err() != nil || len(r.Rest()) > 0 {
			t.Errorf("%q: %q, want %q; %v", sent, got, want, r.Err())
		}
		if !bytes.Equal(frame, AppendString(nil, sent)) {
			t.Errorf("%q: the frame was written to", sent)
		}
		r = NewReader(frame)
		if got := r.String(); got != sent {
			t.Errorf("%q: %q without AsJava", sent, got)
		}
	}
}
