package tree

import "testing"

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		in, out string
		ok      bool
	}{
		{"", "count=-1,bytes=-1", true},
		{"count=3,bytes=4", "count=3,bytes=4", true},
		{"bytes=4;count=3", "count=3,bytes=4", true},
		{"count=1,bytes=2=;countHardLimit=4;byteHardLimit=3", "count=1,bytes=2=;byteHardLimit=3;countHardLimit=4", true},
		{"count=1,,bytes=2,;", "count=1,bytes=2", true},
		{"count==5,bytes=-7,x=1", "count=-1,bytes=-7=;x=1", true},
		{"count=1,count=2", "count=2,bytes=-1", true},
		{",;", "count=-1,bytes=-1", true},
		{",count=1", "count=1,bytes=-1", false},
		{"count=,bytes=2", "count=-1,bytes=2", false},
		{"count=x,bytes=2", "count=-1,bytes=2", false},
		{"count,bytes=2", "count=-1,bytes=2", false},
	} {
		u, ok := parseUsage([]byte(c.in))
		if got := string(u.text()); got != c.out || ok != c.ok {
			t.Errorf("%q: %q, %v, want %q, %v", c.in, got, ok, c.out, c.ok)
		}
	}
}
