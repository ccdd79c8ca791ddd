package zoocfg

// ensembleKeys are those of servers that keep the same data. What Apache checks of a server that is alone, is checked.
var ensembleKeys = join(
	[]Key{
		{Name: "server.*", Type: "addresses", Use: Read, Doc: "a member; more than one voter is an ensemble", set: addMember},
		{Name: "group*", Type: "numbers, by colons", Use: EnsembleOnly, Doc: "members that vote as one", set: addMember},
		{Name: "weight*", Type: "number", Use: EnsembleOnly, Doc: "a member's weight in its group", set: addMember},
		sets("dynamicConfigFile", text, func(c *Config) *string { return &c.raw.dynamicFile }, "file with the members"),
		sets("standaloneEnabled", boolean, func(c *Config) *bool { return &c.Ensemble.Standalone }, "a single voter is a server that is alone"),
		forEnsembles("reconfigEnabled", boolean, func(c *Config) *bool { return &c.Ensemble.Reconfig }, "members can change"),
		forEnsembles("initLimit", number, func(c *Config) *int { return &c.Ensemble.InitLimit }, "ticks for the start of a follower"),
		forEnsembles("syncLimit", number, func(c *Config) *int { return &c.Ensemble.SyncLimit }, "ticks that a follower may be silent"),
		forEnsembles("peerType", oneOf("participant", "observer"), func(c *Config) *string { return &c.Ensemble.PeerType }, "a member's role"),
		forEnsembles("multiAddress.enabled", boolean, func(c *Config) *bool { return &c.raw.multiAddress }, "several addresses of a member"),
		forEnsembles("quorum.auth.enableSasl", boolean, func(c *Config) *bool { return &c.raw.sasl }, "SASL among the members"),
		forEnsembles("quorum.auth.serverRequireSasl", boolean, func(c *Config) *bool { return &c.raw.saslServers }, "SASL for who connects"),
		forEnsembles("quorum.auth.learnerRequireSasl", boolean, func(c *Config) *bool { return &c.raw.saslLearners }, "SASL for who is connected to"),
		checked(EnsembleOnly, "connectToLearnerMasterLimit", number, "ticks for a connection to the leader"),
		checked(EnsembleOnly, "electionAlg", decimal(3, 3), "3 is the only one"),
		checked(EnsembleOnly, "quorumListenOnAllIPs", boolean, "listen for members on all addresses"),
		checked(EnsembleOnly, "syncEnabled", boolean, "observers write to disk"),
		checked(EnsembleOnly, "observerMasterPort", number, "port for observers of a follower"),
		checked(EnsembleOnly, "sslQuorum", boolean, "TLS among the members"),
		checked(EnsembleOnly, "portUnification", boolean, "TLS and none among the members"),
		checked(EnsembleOnly, "sslQuorumReloadCertFiles", boolean, "certificates are read again"),
		checked(EnsembleOnly, "multiAddress.reachabilityCheckEnabled", boolean, "addresses of members are tried"),
		checked(EnsembleOnly, "multiAddress.reachabilityCheckTimeoutMs", number, "for one try"),
		checked(EnsembleOnly, "quorum.cnxn.threads.size", number, "threads that connect"),
	},
	ensembles("about SASL among the members", "quorum.auth.learner.saslLoginContext", "quorum.auth.server.saslLoginContext",
		"quorum.auth.kerberos.servicePrincipal", "kerberos.canonicalizeHostNames"),
	ensembles("about TLS among the members", "ssl.quorum.*"),
	ensembles("who decides between two members", "oraclePath"),
	ensembles("about elections", "fastleader.minNotificationInterval", "fastleader.maxNotificationInterval", "electionPortBindRetry", "cnxTimeout",
		"quorumCnxnTimeoutMs", "tcpKeepAlive", "observer.election.DelayMs", "observer.reconnectDelayMs"),
	ensembles("about a leader", "leaderServes", "leader.ackLoggingFrequency", "leader.closeSocketAsync", "leader.maxConcurrentDiffSyncs",
		"leader.maxConcurrentSnapSyncs", "leader.maxTimeToWaitForEpoch", "leader.maxConcurrentSnapshots", "leader.maxConcurrentDiffs",
		"leader.snapPingIntervalInSeconds", "commitLogCount", "snapshotSizeFactor", "forceSnapshotSync", "observerMaster.sizeLimit"),
	ensembles("about a learner", "learner.asyncSending", "learner.closeSocketAsync", "observer.syncEnabled", "leaderConnectDelayDuringRetryMs",
		"follower.skipLearnerRequestToNextProcessor", "forward_learner_requests_to_commit_processor_disabled"),
	ensembles("for tests of ensembles", "test.allowDiscontinuousProposals", "messageTracker.BufferSize", "messageTracker.Enabled"),
)

// addMember keeps a line until all are there.
func addMember(c *Config, name, value string) error {
	c.raw.members = append(c.raw.members, Property{Key: name, Value: value, Line: c.raw.lines[name]})
	return nil
}
