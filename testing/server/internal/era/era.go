// Package era is what differs from one version of Apache ZooKeeper to another, as clients can tell: one table, which the stages of
// the server ask. It knows no stage. What no era names here is the same in all of them.
//
// Source: what is said of 3.8.0 was seen on a real server (Debian's package, which has the fix of CVE-2024-23944), and what is
// said of 3.9.5 by the reference, which saw it too. What is said of 3.4.14, 3.5.10 and 3.6.4 was read in their sources, and no
// server of theirs was asked.
package era

import "github.com/zookit-go/zookit/internal/wire"

// Era is one version.
type Era struct {
	Number string // of the release, such as 3.4.14
	Built  string // when, in the form that the release gives it

	release int // counted from the oldest; what ops and words are compared with

	Requests
	Watches
	Words

	// HardQuota says that a quota can refuse what would break it, if the server is told so. Since 3.7.
	HardQuota bool
	// ConfigNode says that there is a znode /zookeeper/config, which cannot be deleted. Since 3.5.
	ConfigNode bool
	// HurriesSilence says that a connection that does not shake hands is closed after a while. Since 3.5.
	HurriesSilence bool
}

// Requests is about what is asked for and refused.
type Requests struct {
	// CheckAlone says that a check outside a transaction is prepared as one: it takes a zxid and its failure is told, but of its
	// success nobody hears. Until 3.8.5; later it is an unknown operation. Seen on 3.8.0.
	CheckAlone bool
	// OpenExists says that exists needs no permission. Until 3.8.3 and 3.9.1. Seen on 3.8.0.
	OpenExists bool
	// NodeFirst says that delete looks for the znode before it looks for the permission, which is the parent's. Until 3.5.
	NodeFirst bool
	// ModeLast says that create looks at its mode after it has looked at the parent, and knows the first four. Until 3.4.
	ModeLast bool
	// NullListMalformed says that a null access control list cannot be decoded; later it is an invalid one. Until 3.5.
	NullListMalformed bool
	// AuthLast says that what "auth" stands for in an access control list comes to its end. Until 3.4.
	AuthLast bool
	// NoIPv6 says that entries of access control lists with an IPv6 address are invalid. Until 3.9.3. Seen on 3.8.0.
	NoIPv6 bool
	// OpenBorders says that the first and the last of each range of characters that paths may not have are allowed. Until 3.4.
	OpenBorders bool
	// ModeInMulti says that inside a transaction the mode alone decides what a create makes and how that is answered, that one with a
	// wrong mode fails in its place, and that one with a time to live, in a record without, fails the whole. Until 3.8.1. Seen on 3.8.0.
	ModeInMulti bool
}

// Watches is about events and who hears of them.
type Watches struct {
	// EventZxid says that a notification tells its transaction; otherwise it has -1. Since 3.9. Seen on 3.8.0.
	EventZxid bool
	// OpenEvents says that events also reach who may not read the znode. Until 3.8.3 and 3.9.1, but for Debian's 3.8.0, as which V38
	// behaves.
	OpenEvents bool
	// OneMode says that a watcher has one mode on a path, the one set last, that removing takes it whatever it is, and that
	// checkWatches is content with anybody's watch. From 3.6 to 3.8. Seen on 3.8.0.
	OneMode bool
	// ThreeTypes says that checkWatches and removeWatches know only the types children, data and any. Until 3.8. Seen on 3.8.0.
	ThreeTypes bool
}

// Words is about the four-letter words.
type Words struct {
	// OpenWords says that all words are answered unless there is a list, but for wchc and wchp. Until 3.4.
	OpenWords bool
	// ShortMntr says that mntr has a dozen lines in one order. Until 3.5.
	ShortMntr bool
	// SlowSyncs says that the short mntr counts the slow syncs of the log. In 3.4 alone.
	SlowSyncs bool
	// WholeAverage says that the average latency is a whole number. Until 3.5.
	WholeAverage bool
	// Memory says that envi tells how much memory there is. Since 3.5.
	Memory bool
	// SessionsOnly says that dump does not tell of connections and counts the sets of sessions, not what is in them. Until 3.4.
	SessionsOnly bool
}

// Knows tells whether there is such an operation.
func (e *Era) Knows(op wire.Op) bool { return e.release >= since[op] }

// KnowsWord tells whether there is such a four-letter word.
func (e *Era) KnowsWord(word string) bool { return e.release >= wordSince[word] }

// KnowsMetric tells whether mntr has such a key, in the long form that it has since 3.6.
func (e *Era) KnowsMetric(key string) bool { return e.release >= metricSince[key] }

// KnowsConf tells whether conf has such a key.
func (e *Era) KnowsConf(key string) bool { return e.release >= confSince[key] }

// Full is what a server says of itself: the number, who built it and when.
func (e *Era) Full() string { return e.Number + "-zookit, built on " + e.Built }
