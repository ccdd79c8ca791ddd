// Package zoocfg reads zoo.cfg, the configuration file of Apache's server, and says what of it means what here.
//
//	file ── properties ──► key, value, line ── table of keys ──► Config ── finish ──► Config, checked as a whole
//
// The file has the format of java.util.Properties. The table of keys, Keys, is the only place that knows names: each row has a
// key's type, what it sets and what is done about it. A key without a row is told of, with the key that was probably meant.
//
// Where Apache reads a Java system property, the key in the file is the property's name without "zookeeper." before it, as there.
// Properties whose names do not begin so can be set on Apache's command line alone; those in the table can be set in the file
// here, since there is no Java to give them to: jute.maxbuffer, readonlymode.enabled and znode.container.*.
//
// Apache takes the default for a number that is none, and "off" for a switch that says anything else than "true". Here that is an
// error, with file and line: a server that does not start is seen at once, one that runs without fsync because somebody wrote
// forceSync=on is not.
//
// Source: QuorumPeerConfig and the uses of system properties in Apache ZooKeeper 3.9.5; the parts that can be asked are compared
// with 3.8.0.
package zoocfg
