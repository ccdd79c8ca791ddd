package prep

import (
	"fmt"
	"math"
	"testing"
)

func TestValidPath(t *testing.T) {
	for _, p := range []string{"/", "/a", "/a/b", "/...", "/.a", "/a.", "/a..b", "/ ", "/\u00a0", "/\ud7ff", "/\uf900", "/\uffef", "/é/ü"} {
		if !validPath(p) {
			t.Errorf("%q is refused", p)
		}
	}
	for _, p := range []string{
		"", "a", "a/b", "//", "/a/", "/a//b", "/.", "/..", "/./a", "/../a", "/a/.", "/a/..", "/a/./b", "/\x00", "/\x01", "/\x1f", "/\x7f", "/\u009f",
		"/\ue000", "/\uf8ff", "/\ufff0", "/\uffff", "/\U0001f600", "/\xff", "/\xed\xa0\xbd",
	} {
		if validPath(p) {
			t.Errorf("%q passes", p)
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
