package prep

import (
	"fmt"
	"math"
	"testing"
)

func TestValidPath(t *testing.T) {
	for _, p := range []string{"/", "/a", "/a/b", "/...", "/.a", "/a.", "/a..b", "/ ", "/\u00a0", "/\ud7ff", "/\uf900", "/\uffef", "/é/ü"} {
		if !validPath(p, false) {
			t.Errorf("%q is refused", p)
		}
	}
	for _, p := range []string{
		"", "a", "a/b", "//", "/a/", "/a//b", "/.", "/..", "/./a", "/../a", "/a/.", "/a/..", "/a/./b", "/\x00", "/\x01", "/\x1f", "/\x7f", "/\u009f",
		"/\ue000", "/\uf8ff", "/\ufff0", "/\uffff", "/\U0001f600", "/\xff", "/\xed\xa0\xbd",
	} {
		if validPath(p, false) {
			t.Errorf("%q passes", p)
		}
	}
}

func TestValidPathWithOpenBorders(t *testing.T) {
	for path, want := range map[string]bool{
		"/\x1e": false, "/\x1f": true, "/\x7f": true, "/\u0080": false, "/\u009e": false, "/\u009f": true, "/\ue000": false, "/\uf8fe": false,
		"/\uf8ff": true, "/\ufff0": true, "/\ufff1": false, "/\ufffe": false, "/\uffff": true, "/\U00010000": false, "/\U0001f600": false,
		"/\xff": false, "/\x00": false, "/a/": false,
	} {
		if got := validPath(path, true); got != want {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}
}

func TestNumbered(t *testing.T) {
	for _, n := range []int32{0, 7, 1234567890, math.MaxInt32, -1, -2147483647, math.MinInt32} {
		if got, want := numbered("/a", n), fmt.Sprintf("/a%010d", n); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
