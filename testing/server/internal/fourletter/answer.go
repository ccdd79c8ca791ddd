package fourletter

import (
	"fmt"
	"strconv"
)

// Version is what the server takes itself for: the release whose behaviour it has, in the form that releases give it.
const Version = "3.9.5-zookit, built on 2026-01-01 00:00 UTC"

// TraceMask is the mask that a server starts with.
const TraceMask = 0b100110010

// Answer does what w says and returns the answer. mask is for Stmk alone.
func Answer(w Word, src Source, mask int64) []byte { return []byte(answer(w, src, mask)) }

func answer(w Word, src Source, mask int64) string {
	switch w {
	case Conf:
		return conf(src.Config())
	case Cons:
		return cons(src.Conns())
	case Crst:
		src.ResetConns()
		return "Connection stats reset.\n"
	case Dirs: // nothing is on disk
		return "datadir_size: 0\nlogdir_size: 0\n"
	case Dump:
		return dump(src)
	case Envi:
		return envi()
	case Gtmk:
		return strconv.FormatInt(src.TraceMask(), 10)
	case Hash: // no digests are kept
		return ""
	case Isro:
		return "rw"
	case Mntr:
		return mntr(src.Stats(), src.Metrics())
	case Ruok:
		return "imok"
	case Srst:
		src.ResetStats()
		return "Server stats reset.\n"
	case Srvr:
		return version() + srvr(src.Stats())
	case Stat:
		return version() + "Clients:\n" + clients(src.Conns()) + "\n" + srvr(src.Stats())
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

func version() string { return "Zookeeper version: " + Version + "\n" }

func srvr(s Stats) string {
	return lines(
		fmt.Sprintf("Latency min/avg/max: %d/%s/%d", s.Latency.Min, Double(s.Latency.Avg()), s.Latency.Max),
		fmt.Sprintf("Received: %d", s.Received),
		fmt.Sprintf("Sent: %d", s.Sent),
		fmt.Sprintf("Connections: %d", s.Connections),
		fmt.Sprintf("Outstanding: %d", s.Outstanding),
		fmt.Sprintf("Zxid: 0x%x", s.Zxid),
		"Mode: standalone",
		fmt.Sprintf("Node count: %d", s.Nodes),
	)
}

func conf(c Config) string {
	return lines(
		"clientPort="+port(c.Port),
		"secureClientPort="+port(c.SecurePort),
		"dataDir=",
		"dataDirSize=0",
		"dataLogDir=",
		"dataLogSize=0",
		fmt.Sprintf("tickTime=%d", c.Tick.Milliseconds()),
		fmt.Sprintf("maxClientCnxns=%d", c.MaxClientConns),
		fmt.Sprintf("minSessionTimeout=%d", c.MinTimeout.Milliseconds()),
		fmt.Sprintf("maxSessionTimeout=%d", c.MaxTimeout.Milliseconds()),
		"clientPortListenBacklog=-1",
		"serverId=0",
	)
}

func port(p string) string {
	if p == "" {
		return "-1"
	}
	return p
}
