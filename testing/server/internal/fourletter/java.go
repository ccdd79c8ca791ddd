package fourletter

import (
	"fmt"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Double writes an average as Java does: with at most four decimals, at least one, and in scientific notation where it is
// very small or very large.
func Double(f float64) string {
	f = math.Floor(f*10000+0.5) / 10000
	if f == 0 || f >= 1e-3 && f < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	e, _ := strconv.Atoi(exp) // FormatFloat has just written it
	return mantissa + "E" + strconv.Itoa(e)
}

// Address writes a peer's address as Java does.
func Address(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil { // a network in memory has names
		return "/" + a.String()
	}
	ip := at.Addr().Unmap()
	if ip.Is4() {
		return fmt.Sprintf("/%s:%d", ip, at.Port())
	}
	bytes, groups := ip.As16(), make([]string, 8)
	for i := range groups {
		groups[i] = strconv.FormatInt(int64(bytes[2*i])<<8|int64(bytes[2*i+1]), 16)
	}
	zone := ""
	if ip.Zone() != "" {
		zone = "%" + ip.Zone()
	}
	return fmt.Sprintf("/[%s%s]:%d", strings.Join(groups, ":"), zone, at.Port())
}

func date(t time.Time) string { return t.Format("Mon Jan 02 15:04:05 MST 2006") }

func hex(id int64) string { return "0x" + strconv.FormatUint(uint64(id), 16) }
