package fourletter

import (
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/era"
)

// Source is where the answers come from.
type Source interface {
	Self() Self
	Stats() Stats
	Metrics() Metrics
	Config() Config
	Conns() []Conn // in the order in which they came
	Expiries() Expiries
	Ephemerals() []Owner // by session
	Watches() Watches
	Disk() Disk

	ResetStats()
	ResetConns()
	TraceMask() int64
	SetTraceMask(mask int64)
}

// Self is what kind of server it is.
type Self struct {
	Era      *era.Era
	ReadOnly bool // it only reads now
}

// Stats is what Srvr tells.
type Stats struct {
	Latency     Latency
	Received    int64
	Sent        int64
	Connections int64
	Outstanding int64
	Zxid        int64
	Nodes       int64 // the root counts twice
}

// Latency sums up how long requests took, in ms.
type Latency struct {
	Count, Total, Min, Max int64

	P50, P90, P95, P99, P999 int64
}

// Avg is the mean, or 0 if there was nothing.
func (l *Latency) Avg() float64 {
	if l.Count == 0 {
		return 0
	}
	return float64(l.Total) / float64(l.Count)
}

// Metrics is what only Mntr tells.
type Metrics struct {
	Uptime      time.Duration
	Watches     int64 // in both tables
	Ephemerals  int64
	DataSize    int64 // bytes of paths and data
	Sessions    int64 // without the local ones
	Locals      int64 // sessions that only this server knows of
	LastReply   int64 // sizes in bytes; -1 is none
	MinReply    int64
	MaxReply    int64
	Reads       Latency
	Updates     Latency
	BytesIn     int64
	ReplyBytes  int64
	EventBytes  int64
	Handshakes  int64
	Rejected    int64 // connections above a limit
	Sessionless int64 // connections that never shook hands
	Insecure    int64 // TLS handshakes that failed
	Requests    int64 // handed to the pipeline
	Namespaces  Namespaces
	Storage     Storage
}

// Storage is what is measured of the disk, in ms.
type Storage struct {
	Syncs         Latency // of the log
	SlowSyncs     int64   // of these, more than a second; since the start, whatever Srst does
	Snapshots     Latency // that were taken
	Starts        Latency // until the database was there
	SnapshotLoads Latency // part of it
	Replays       Latency // of the log, another part
	Replayed      Latency // transactions
}

// Namespaces is what is measured of each znode below the root and all below it, by name.
type Namespaces struct {
	Reads    map[string]Latency // bytes: of the path, of what was read, and of a Stat
	Writes   map[string]Latency // bytes: of the path and the data
	Quotas   map[string]Quota
	Exceeded map[string]int64 // requests that a hard limit refused
}

// Quota sums up the quotas below a namespace; -1 is no limit, and counts as that.
type Quota struct {
	Limited                bool // whether there are limits
	CountLimit, BytesLimit int64
	Counted                bool // whether there are stats
	Count, Bytes           int64
}

// Disk is where the data are. Without a folder everything is zero.
type Disk struct {
	DataDir, LogDir   string // of the snapshots, and of the log
	DataSize, LogSize int64  // bytes of the files there

	Snapshot bool // whether there is a snapshot; then the newest one's:
	Zxid     int64
	Taken    time.Time // zero is unknown
}

// Config is what Conf tells.
type Config struct {
	Port           string // of clients without TLS; empty is none, as below
	SecurePort     string
	Tick           time.Duration
	MaxClientConns int
	MinTimeout     time.Duration
	MaxTimeout     time.Duration
}

// Conn is one connection.
type Conn struct {
	Peer        string // its address
	Addr        string // the same as Java writes it
	Secure      bool   // by way of the port for TLS
	Interest    int    // 1 for reading, 4 for writing
	Queued      int64
	Received    int64
	Sent        int64
	BytesIn     int64
	BytesOut    int64
	Session     int64 // 0 before the handshake
	Timeout     time.Duration
	Established time.Time
	Expires     time.Time

	LastOp    string
	LastCxid  int64 // -1 is none
	LastZxid  int64
	LastReply int64 // ms, by a clock of the server's own
	Latency   Latency
	Last      int64 // the last latency, ms
}

// Expiries is the sessions by when they expire, in that order.
type Expiries []struct {
	At       time.Time
	Clock    time.Duration // the same by a clock of the server's own
	Sessions []int64
}

// Owner is a session and its ephemerals.
type Owner struct {
	Session int64
	Paths   []string
}

// Watches is the watches on data, by session and path; a connection that is gone is not there.
type Watches []Watcher

// Watcher is who watches, and what.
type Watcher = Owner
