package auth

import (
	"net/netip"
	"strconv"
	"strings"
)

// parseNet reads "address" or "address/bits". Numbers are read as leniently as the Java server reads them: leading zeros and
// a plus sign pass.
func parseNet(s string) (_ netip.Prefix, ok bool) {
	host, tail, sized := strings.Cut(s, "/")
	ip, ok := parseIP(host)
	if !ok {
		return netip.Prefix{}, false
	}
	bits := ip.BitLen()
	if sized {
		n, err := strconv.Atoi(tail)
		if err != nil || n < 0 || n > bits {
			return netip.Prefix{}, false
		}
		bits = n
	}
	return netip.PrefixFrom(ip, bits), true
}

func parseIP(s string) (_ netip.Addr, ok bool) {
	if strings.Contains(s, ":") {
		ip, err := netip.ParseAddr(s)
		return ip.WithZone(""), err == nil
	}
	parts := strings.Split(s, ".")
	var b [4]byte
	if len(parts) != len(b) {
		return netip.Addr{}, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || n > 255 {
			return netip.Addr{}, false
		}
		b[i] = byte(n)
	}
	return netip.AddrFrom4(b), true
}

func validNet(id string) bool {
	_, ok := parseNet(id)
	return ok
}

func matchNet(have, want string) bool {
	ip, ok := parseIP(have)
	if !ok {
		return false
	}
	p, ok := parseNet(want)
	return ok && p.Contains(ip)
}
