package fourletter_test

import (
	"net"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

func TestDouble(t *testing.T) {
	for f, want := range map[float64]string{ // as Java's Double.toString and BigDecimal give it
		0: "0.0", 1: "1.0", 2.25: "2.25", 5.0 / 12: "0.4167", 1.0 / 3: "0.3333", 0.00004: "0.0", 0.00005: "1.0E-4",
		0.0002: "2.0E-4", 0.0009: "9.0E-4", 0.001: "0.001", 9999999: "9999999.0", 12345678.5: "1.23456785E7",
	} {
		if got := fourletter.Double(f); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}

type named string

func (named) Network() string  { return "tcp" }
func (n named) String() string { return string(n) }

func TestAddress(t *testing.T) {
	for want, a := range map[string]net.Addr{
		"/127.0.0.1:2181":              &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2181},
		"/[0:0:0:0:0:0:0:1]:7":         &net.TCPAddr{IP: net.IPv6loopback, Port: 7},
		"/[fe80:0:0:0:0:0:ab:c%lo]:80": &net.TCPAddr{IP: net.ParseIP("fe80::ab:c"), Zone: "lo", Port: 80},
		"/client:49152":                named("client:49152"),
	} {
		if got := fourletter.Address(a); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, s := range []string{"", "srv", "SRVR", "srvr ", "*", "kill", "\x00\x00\x00\x2d"} {
		if w, ok := fourletter.Lookup([]byte(s)); ok {
			t.Errorf("%q is %s", s, w)
		}
	}
	list, err := fourletter.NewWhitelist("*")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 18 {
		t.Errorf("%d words", len(list))
	}
	for w := range list {
		if got, ok := fourletter.Lookup([]byte(w)); !ok || got != w || len(w) != fourletter.Size {
			t.Errorf("%s: %s, %v", w, got, ok)
		}
	}
}

func TestPackets(t *testing.T) {
	for size, want := range map[int]int64{0: 0, 1: 1, 8192: 1, 8193: 2} {
		if got := fourletter.Packets(make([]byte, size)); got != want {
			t.Errorf("%d bytes are %d packets, want %d", size, got, want)
		}
	}
}
