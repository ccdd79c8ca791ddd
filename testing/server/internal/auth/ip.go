package auth

import (
	"encoding/binary"
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
		return parseIPv6(s)
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

// parseIPv6 reads groups of digits, some of which "::" may stand for. Unlike netip's it takes neither a dotted end nor a zone.
func parseIPv6(s string) (_ netip.Addr, ok bool) {
	const groups = 8
	head, tail, short := strings.Cut(s, "::")
	front, ok1 := parseGroups(head, short)
	back, ok2 := parseGroups(tail, true)
	n := len(front) + len(back)
	if !ok1 || !ok2 || short && n >= groups || !short && n != groups {
		return netip.Addr{}, false
	}
	var b [2 * groups]byte
	copy(b[:], bytesOf(front))
	copy(b[2*(groups-len(back)):], bytesOf(back))
	return netip.AddrFrom16(b), true
}

// parseGroups reads numbers of up to four characters, which may be signs. There may be none at all beside "::".
func parseGroups(s string, mayBeEmpty bool) (groups []uint16, ok bool) {
	if s == "" && mayBeEmpty {
		return nil, true
	}
	for part := range strings.SplitSeq(s, ":") {
		n, err := strconv.ParseInt(part, 16, 32)
		if err != nil || len(part) > 4 {
			return nil, false
		}
		groups = append(groups, uint16(n))
	}
	return groups, true
}

func bytesOf(groups []uint16) (b []byte) {
	for _, g := range groups {
		b = binary.BigEndian.AppendUint16(b, g)
	}
	return b
}
