package server_test

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// securitySetups are configurations of identities and permissions, and what is tried under each.
var securitySetups = []setup{
	{
		"another hash", []string{"DigestAuthenticationProvider.digestAlg=SHA-256", "DigestAuthenticationProvider.superDigest=super:wtZw1Um4mq1rRKbXqxHs8ueodBP35/JhtBP/nwJ62WY="},
		[]server.Option{server.WithDigestAlgorithm("SHA-256"), server.WithSuperDigest("super:wtZw1Um4mq1rRKbXqxHs8ueodBP35/JhtBP/nwJ62WY=")}, []script{identities, super},
	},
	{
		"a super digest", []string{"DigestAuthenticationProvider.superDigest=super:xQJmxLMiHGwaqBvst5y6rkB6HQs="},
		[]server.Option{server.WithSuperDigest("super:xQJmxLMiHGwaqBvst5y6rkB6HQs=")}, []script{identities, super},
	},
	{
		"no digest", []string{"DigestAuthenticationProvider.enabled=false"}, []server.Option{server.WithDigestAuth(false)},
		[]script{identities, {"valid ids", validIDs()}},
	},
	{"lists that do not count", []string{"skipACL=yes"}, []server.Option{server.WithSkipACL(true)}, []script{identities, {"valid ids", validIDs()}}},
	{
		"the scheme sasl", []string{"authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider"},
		[]server.Option{server.WithAuthSchemes("sasl")}, []script{identities, {"names", saslNames()}},
	},
	{
		"the scheme x509", []string{"authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider"},
		[]server.Option{server.WithAuthSchemes("x509")}, []script{identities},
	},
	{
		"a digest required", []string{"enforce.auth.enabled=true", "enforce.auth.schemes=digest"}, []server.Option{server.WithRequiredAuth("digest")},
		[]script{{"required", []step{
			{0, wire.OpGetData, read("/")}, {0, wire.OpPing, &wire.Empty{}}, {0, 1000, record("")}, {0, wire.OpCreate, record("")}, {0, wire.OpWhoAmI, &wire.Empty{}},
			{0, wire.OpAuth, &wire.AuthRequest{Scheme: "ip"}}, {0, wire.OpAddWatch, &wire.AddWatchRequest{Path: "/"}},
			{0, wire.OpAuth, digest("alice:secret")}, {0, wire.OpGetData, read("/")},
		}}},
	},
}

// identities tries to get each, and to name it in a list.
var identities = script{"identities", []step{
	{0, wire.OpAuth, digest("alice:secret")}, {0, wire.OpWhoAmI, &wire.Empty{}}, {0, wire.OpCreate, guarded("/i", wire.ACL{Perms: 31, Scheme: "auth"})},
	{0, wire.OpGetACL, at("/i")}, {1, wire.OpGetACL, at("/i")}, {1, wire.OpGetData, read("/i")}, {1, wire.OpDelete, version("/i", -1)},
	{0, wire.OpCreate, guarded("/j", wire.ACL{Perms: 31, Scheme: "digest", ID: alice})}, {0, wire.OpGetData, read("/j")}, {1, wire.OpGetACL, at("/j")}, {1, wire.OpSetData, set("/j", "", -1)},
	{0, wire.OpCreate, guarded("/k", wire.ACL{Perms: 31, Scheme: "x509", ID: "CN=a"})}, {0, wire.OpGetData, read("/k")}, {0, wire.OpGetACL, at("/k")},
	{0, wire.OpCreate, guarded("/l", wire.ACL{Perms: 31, Scheme: "sasl", ID: "bob"})}, {0, wire.OpGetData, read("/l")},
	{0, wire.OpCreate, guarded("/m", wire.ACL{Perms: 31, Scheme: "ip", ID: "127.0.0.0/8"}, wire.ACL{Perms: 31, Scheme: "x509", ID: "no name"})}, {0, wire.OpGetData, read("/m")},
	{1, wire.OpAuth, &wire.AuthRequest{Scheme: "x509"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "sasl", Auth: []byte("bob")}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "ip"}},
	{1, wire.OpAuth, &wire.AuthRequest{Scheme: "digest"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "DIGEST", Auth: []byte("a:b")}}, {1, wire.OpAuth, &wire.AuthRequest{}},
	{1, wire.OpAuth, &wire.AuthRequest{Type: 7, Scheme: "ip"}}, {1, wire.OpWhoAmI, &wire.Empty{}},
}}

// super is what a super user may do, and may not.
var super = script{"super", []step{
	{0, wire.OpCreate, guarded("/locked", wire.ACL{Perms: 1, Scheme: "digest", ID: "x:y"})}, {0, wire.OpGetACL, at("/locked")}, {0, wire.OpSetData, set("/zookeeper/config", "x", -1)},
	{1, wire.OpAuth, digest("super:wrong")}, {1, wire.OpGetACL, at("/locked")}, {1, wire.OpWhoAmI, &wire.Empty{}},
	{1, wire.OpAuth, digest("super:admin")}, {1, wire.OpWhoAmI, &wire.Empty{}}, {1, wire.OpGetACL, at("/locked")}, {1, wire.OpGetData, read("/locked")}, {1, wire.OpSetData, set("/locked", "x", 9)},
	{1, wire.OpSetData, set("/locked", "x", 0)}, {1, wire.OpCreate, guarded("/locked/x")}, {1, wire.OpCreate, create("/locked/x", "", 0)}, {1, wire.OpDelete, version("/locked/x", -1)},
	{1, wire.OpSetACL, &wire.SetACLRequest{Path: "/locked", ACL: []wire.ACL{{Perms: 31, Scheme: "super"}}, Version: -1}},
	{1, wire.OpMulti, multi(op(wire.OpCheck, version("/locked", 1)), op(wire.OpDelete, version("/locked", 1)))}, {0, wire.OpExists, read("/locked")},
}}

func saslNames() []step {
	var steps []step
	for id := range strings.SplitSeq("bob|bob@REALM|bob/host@REALM|bob/host|a/b/c|a/b/c@R|a@b@c|@|@R|a@|/|/@|a/@|a//b@R|a@b/c||a b| a@ b |super", "|") {
		steps = append(steps, step{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/zookeeper/quota", ACL: []wire.ACL{{Perms: 31, Scheme: "sasl", ID: id}, wire.OpenACL[0]}, Version: -1}})
	}
	return append(steps, step{0, wire.OpGetACL, at("/zookeeper/quota")})
}
