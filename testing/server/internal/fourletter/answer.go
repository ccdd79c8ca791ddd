package fourletter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/era"
)

// TraceMask is the mask that a server starts with.
const TraceMask = 0b100110010

// Answer does what w says and returns the answer. mask is for Stmk alone.
func Answer(w Word, src Source, mask int64) []byte { return []byte(answer(w, src, mask)) }

func answer(w Word, src Source, mask int64) string {
	switch w {
	case Conf:
		return conf(src.Config(), src.Disk(), src.Self().Era)
	case Cons:
		return cons(src.Conns())
	case Crst:
		src.ResetConns()
		return "Connection stats reset.\n"
	case Dirs:
		d := src.Disk()
		return fmt.Sprintf("datadir_size: %d\nlogdir_size: %d\n", d.DataSize, d.LogSize)
	case Dump:
		return dump(src)
	case Envi:
		return envi(src.Self().Era)
	case Gtmk:
		return strconv.FormatInt(src.TraceMask(), 10)
	case Hash: // no digests are kept
		return ""
	case Isro:
		if src.Self().ReadOnly {
			return "ro"
		}
		return "rw"
	case Mntr:
		return mntr(src)
	case Ruok:
		return "imok"
	case Srst:
		src.ResetStats()
		return "Server stats reset.\n"
	case Srvr:
		self := src.Self()
		return self.version() + srvr(src.Stats(), self)
	case Stat:
		self := src.Self()
		return self.version() + "Clients:\n" + clients(src.Conns()) + "\n" + srvr(src.Stats(), self)
	case Stmk:
		src.SetTraceMask(mask)
		return strconv.FormatInt(mask, 10)
	case Wchc:
		return wchc(src.Watches())
	case Wchp:
		return wchp(src.Watches())
	case Wchs:
		return wchs(src.Watches())
	}
	return ""
}

func (s *Self) version() string {
	line := "Zookeeper version: " + s.Era.Full() + "\n"
	if s.ReadOnly {
		line += "READ-ONLY mode; serving only read-only clients\n"
	}
	return line
}

// State is the mode of the server, as Srvr and Mntr write it.
func (s *Self) State() string {
	if s.ReadOnly {
		return "read-only"
	}
	return "standalone"
}

// average is the mean latency as the version writes it.
func average(l *Latency, e *era.Era) string {
	if e.WholeAverage {
		return strconv.FormatInt(l.Total/max(l.Count, 1), 10)
	}
	return Double(l.Avg())
}

func srvr(s Stats, self Self) string {
	return lines(
		fmt.Sprintf("Latency min/avg/max: %d/%s/%d", s.Latency.Min, average(&s.Latency, self.Era), s.Latency.Max),
		fmt.Sprintf("Received: %d", s.Received),
		fmt.Sprintf("Sent: %d", s.Sent),
		fmt.Sprintf("Connections: %d", s.Connections),
		fmt.Sprintf("Outstanding: %d", s.Outstanding),
		fmt.Sprintf("Zxid: 0x%x", s.Zxid),
		"Mode: "+self.State(),
		fmt.Sprintf("Node count: %d", s.Nodes),
	)
}

func conf(c Config, d Disk, e *era.Era) string {
	var b strings.Builder
	line := func(key, value string) {
		if e.KnowsConf(key) {
			b.WriteString(key + "=" + value + "\n")
		}
	}
	number := func(key string, n int64) { line(key, strconv.FormatInt(n, 10)) }
	line("clientPort", port(c.Port))
	line("secureClientPort", port(c.SecurePort))
	line("dataDir", d.DataDir)
	number("dataDirSize", d.DataSize)
	line("dataLogDir", d.LogDir)
	number("dataLogSize", d.LogSize)
	number("tickTime", c.Tick.Milliseconds())
	number("maxClientCnxns", int64(c.MaxClientConns))
	number("minSessionTimeout", c.MinTimeout.Milliseconds())
	number("maxSessionTimeout", c.MaxTimeout.Milliseconds())
	number("clientPortListenBacklog", -1)
	number("serverId", 0)
	return b.String()
}

func port(p string) string {
	if p == "" {
		return "-1"
	}
	return p
}
