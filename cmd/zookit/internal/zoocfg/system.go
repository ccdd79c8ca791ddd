package zoocfg

import "strings"

// kept are the keys that Apache's server reads by itself; those that end in * stand for all that begin so. All others become system
// properties, and who wants to know one asks Java.
//
// Source: org.apache.zookeeper.server.quorum.QuorumPeerConfig.
var kept = []string{
	"dataDir", "dataLogDir", "clientPort", "clientPortAddress", "secureClientPort", "secureClientPortAddress", "observerMasterPort",
	"clientPortListenBacklog", "tickTime", "maxClientCnxns", "minSessionTimeout", "maxSessionTimeout", "initLimit", "syncLimit",
	"connectToLearnerMasterLimit", "electionAlg", "quorumListenOnAllIPs", "peerType", "syncEnabled", "dynamicConfigFile",
	"autopurge.snapRetainCount", "autopurge.purgeInterval", "standaloneEnabled", "reconfigEnabled", "sslQuorum", "portUnification",
	"sslQuorumReloadCertFiles", "localSessionsEnabled", "localSessionsUpgradingEnabled", "quorum.auth.enableSasl",
	"quorum.auth.serverRequireSasl", "quorum.auth.learnerRequireSasl", "quorum.auth.learner.saslLoginContext",
	"quorum.auth.server.saslLoginContext", "quorum.auth.kerberos.servicePrincipal", "quorum.cnxn.threads.size", "jvm.pause.monitor",
	"jvm.pause.info-threshold.ms", "jvm.pause.warn-threshold.ms", "jvm.pause.sleep.time.ms", "metricsProvider.*",
	"multiAddress.enabled", "multiAddress.reachabilityCheckTimeoutMs", "multiAddress.reachabilityCheckEnabled", "oraclePath",
}

// SystemProperties are the settings that are system properties of Java's with Apache's server, by their names there.
func (c *Config) SystemProperties() map[string]string {
	all := make(map[string]string)
	for name, value := range c.raw.values {
		if !keeps(name) {
			all["zookeeper."+name] = value
		}
	}
	const x509 = "zookeeper.authProvider.x509"
	if _, set := all[x509]; !set && c.TLS.Listen != "" {
		all[x509] = "org.apache.zookeeper.server.auth.X509AuthenticationProvider"
	}
	return all
}

func keeps(name string) bool {
	for _, k := range kept {
		if prefix, any := strings.CutSuffix(k, "*"); name == k || any && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
