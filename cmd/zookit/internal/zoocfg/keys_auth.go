package zoocfg

// authKeys are those of who may do what.
var authKeys = []Key{
	sets("skipACL", yesNo, func(c *Config) *bool { return &c.Auth.SkipACL }, "access control lists are not looked at"),
	sets("DigestAuthenticationProvider.superDigest", text, func(c *Config) *string { return &c.Auth.SuperDigest },
		"user:digest that no access control list refuses"),
	sets("DigestAuthenticationProvider.digestAlg", parser[string]{"hash", oneOf(digestAlgs...).parse},
		func(c *Config) *string { return &c.Auth.DigestAlg }, "hash of the scheme digest"),
	sets("DigestAuthenticationProvider.enabled", flag, func(c *Config) *bool { return &c.Auth.Digest }, "the scheme digest"),
	{Name: "superUser", Type: text.name, Use: Read, Doc: "user of SASL that no access control list refuses", set: addSuperUser},
	{Name: "superUser.*", Type: text.name, Use: Read, Doc: "another one", set: addSuperUser},
	sets("X509AuthenticationProvider.superUser", text, func(c *Config) *string { return &c.Auth.X509SuperUser },
		"name in a certificate that no access control list refuses"),
	{Name: "authProvider.*", Type: "Java class", Use: Read, Doc: "schemes to have; Apache's own classes", set: func(c *Config, name, value string) error {
		c.Auth.Providers[name] = value
		return nil
	}},
	sets("sessionRequireClientSASLAuth", flag, func(c *Config) *bool { return &c.Auth.RequireSASL }, "a client must log in with SASL"),
	sets("enforce.auth.enabled", flag, func(c *Config) *bool { return &c.raw.enforce }, "a client must have an identity of enforce.auth.schemes"),
	sets("enforce.auth.schemes", list, func(c *Config) *[]string { return &c.raw.schemes }, "schemes for enforce.auth.enabled"),
	sets("allowSaslFailedClients", flag, func(c *Config) *bool { return &c.Auth.AllowFailed }, "a client whose SASL login failed may stay"),
	sets("SASLAuthenticationProvider.superPassword", text, func(c *Config) *string { return &c.Auth.SuperPassword }, "password of SASL's user super"),
	sets("letAnySaslUserDoX", text, func(c *Config) *string { return &c.Auth.OpenUser }, "user of SASL; what lists allow to him, they allow to all of SASL"),
	sets("sasl.serverconfig", text, func(c *Config) *string { return &c.Auth.SASLSection }, "section of the JAAS file"),
	sets("ensembleAuthName", list, func(c *Config) *[]string { return &c.Auth.EnsembleNames }, "names that the scheme ensemble takes"),
}

// digestAlgs are the hashes that Java has under these names.
var digestAlgs = []string{
	"SHA1", "SHA-1", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA-512/224", "SHA-512/256", "SHA3-224", "SHA3-256", "SHA3-384",
	"SHA3-512", "MD2", "MD5",
}

func addSuperUser(c *Config, _, value string) error {
	c.Auth.SuperUsers = append(c.Auth.SuperUsers, value)
	return nil
}
