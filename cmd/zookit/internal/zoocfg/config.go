package zoocfg

import "time"

// Config is what a file says, with Apache's defaults for what it does not say.
type Config struct {
	File string // its path, for messages
	Text string // what is in it

	Tick       time.Duration
	MinTimeout time.Duration // of sessions
	MaxTimeout time.Duration

	Clients  Clients
	Disk     Disk
	Znodes   Znodes
	Sessions Sessions
	Auth     Auth
	TLS      TLS
	Admin    Admin
	Metrics  Metrics
	Ensemble Ensemble

	// What the log should say of the file.
	Ignored      []string  // keys that Apache knows and this server has no use for
	EnsembleOnly []string  // keys that mean nothing to a server that is alone, here and there
	Unknown      []Unknown // keys that nobody knows
	Warnings     []string

	raw raw
}

// Unknown is a key that is not in the table.
type Unknown struct {
	Key   string
	Line  int
	Meant string // the key that is nearest; may be empty
}

// Clients is how clients connect.
type Clients struct {
	Listen      string // host:port; empty if there is no port for clients without TLS
	MaxPerHost  int    // 0 is no limit
	MaxConns    int    // 0 is no limit
	Outstanding int    // requests without a reply; at least 1
	MaxFrame    int    // bytes
	Words       []string
}

// Disk is where data are kept and how.
type Disk struct {
	Dir         string // of snapshots
	LogDir      string
	SnapCount   int
	SnapSize    int // bytes of log that bring on a snapshot; 0 is off
	Prealloc    int // bytes
	LogSize     int // bytes that end a log file; 0 is off
	ForceSync   bool
	Compression string
	TrustEmpty  bool
	Retain      int           // snapshots that a purge leaves
	PurgeEvery  time.Duration // 0 is never
}

// Znodes is what kinds of znodes there are and when they go.
type Znodes struct {
	Extended     bool // times to live
	Emulate353   bool
	EnforceQuota bool
	CheckEvery   time.Duration
	MaxPerMinute int
	MaxNeverUsed time.Duration // 0 is off
}

// Sessions is about sessions that one server alone knows, and servers without a quorum.
type Sessions struct {
	Local     bool
	Upgrading bool
	ReadOnly  bool
}

// Auth is who may do what.
type Auth struct {
	SkipACL       bool
	SuperDigest   string
	DigestAlg     string
	Digest        bool
	SuperUsers    []string // of SASL
	X509SuperUser string
	RequireSASL   bool
	AllowFailed   bool     // clients whose SASL login failed
	Enforce       []string // schemes of which a client must have one; empty is off
	Providers     map[string]string
	EnsembleNames []string
	OpenUser      string            // of SASL, for whom all others pass
	SASLSection   string            // of the JAAS file
	SuperPassword string            // of SASL's user super
	Users         map[string]string // of SASL, with their passwords; nil is no SASL; not from this file
}

// TLS is the port for clients with TLS.
type TLS struct {
	Listen           string // host:port; empty is no such port
	Unified          bool   // TLS on the port for clients, too
	KeyStore         Store
	TrustStore       Store
	Protocol         string
	EnabledProtocols []string
	CipherSuites     []string
	ClientAuth       string // none, want or need
	VerifyServers    bool   // the names in servers' certificates
	VerifyClients    bool   // and in clients'
	CRL              bool
	OCSP             bool
	AuthProvider     string
	HandshakeTimeout time.Duration
	Reload           bool // certificates when their files change
}

// Store is a file with keys or certificates.
type Store struct {
	File         string
	Password     string
	PasswordFile string
	Type         string // JKS, PEM, PKCS12, BCFKS; empty goes by the file's name
}

// Admin is the HTTP server of commands.
type Admin struct {
	Enabled     bool
	Host        string
	Port        int
	URL         string
	IdleTimeout time.Duration
	RateLimit   time.Duration // from one snapshot or restore to the next
	Snapshot    bool
	Restore     bool
}

// Metrics is where measurements can be read.
type Metrics struct {
	Class string
	Host  string
	Port  int
	JVM   bool
}

// Ensemble is what is read of ensembles.
type Ensemble struct {
	ServerID   int64 // from the file myid; -1 if there is none
	Voters     int
	Observers  int
	Standalone bool // a single voter is alone
	Reconfig   bool
	InitLimit  int // ticks
	SyncLimit  int // ticks
	PeerType   string
}

// Distributed tells that the file describes an ensemble.
func (c *Config) Distributed() bool { return !c.Ensemble.Standalone || c.Ensemble.Voters > 1 }

// raw is what only the whole file makes sense of.
type raw struct {
	lines        map[string]int // where a key stands
	values       map[string]string
	port         int // -1 is none, also below
	host         string
	securePort   int
	secureHost   string
	dynamicFile  string
	multiAddress bool
	enforce      bool
	schemes      []string
	sasl         bool // of the peers among themselves
	saslServers  bool
	saslLearners bool
	members      []Property // server.N, group.N, weight.N
}

// NoMetrics is the class of Apache's that shows measurements to its own commands alone, and PrometheusMetrics the one that serves
// them.
const (
	NoMetrics         = "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider"
	nullMetrics       = "org.apache.zookeeper.metrics.impl.NullMetricsProvider"
	PrometheusMetrics = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider"
)

func defaults() *Config {
	return &Config{
		Tick: 3 * time.Second, MinTimeout: unset, MaxTimeout: unset,
		Clients: Clients{MaxPerHost: 60, Outstanding: 1000, MaxFrame: 0xfffff},
		Disk: Disk{
			SnapCount: 100000, SnapSize: 4 << 30, Prealloc: 64 << 20, ForceSync: true, Retain: minRetain,
		},
		Znodes: Znodes{CheckEvery: time.Minute, MaxPerMinute: 10000},
		Auth:   Auth{DigestAlg: "SHA1", Digest: true, Providers: map[string]string{}, SASLSection: "Server"},
		TLS:    TLS{ClientAuth: "need", VerifyServers: true, AuthProvider: "x509", HandshakeTimeout: 5 * time.Second},
		Admin: Admin{
			Enabled: true, Host: "0.0.0.0", Port: 8080, URL: "/commands", IdleTimeout: 30 * time.Second,
			RateLimit: 5 * time.Minute, Snapshot: true, Restore: true,
		},
		Metrics:  Metrics{Class: NoMetrics, Host: "0.0.0.0", Port: 7000, JVM: true},
		Ensemble: Ensemble{ServerID: -1, Standalone: true, PeerType: "participant"},
		raw:      raw{lines: map[string]int{}, values: map[string]string{}, port: -1, securePort: -1},
	}
}

const (
	unset     = -time.Millisecond // a timeout of sessions that the tick decides
	minRetain = 3
)

// InMemory is what serves without a file: Apache's defaults, a port on this machine alone, and no directory.
func InMemory() *Config {
	c := defaults()
	c.Clients.Listen = "127.0.0.1:2181"
	c.MinTimeout, c.MaxTimeout = 2*c.Tick, 20*c.Tick
	c.Admin.Enabled = false
	return c
}
