package server_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// answer makes a client's token from the server's, as RFC 2831 has it, written once more so that a mistake would have to be made
// twice. What is in changes replaces what is sent; nothing at all takes it out.
type answer struct {
	user, password string
	hashed         string // the bytes of user:realm:password, if not these
	changes        map[string]string
	raw            string // the whole token, if not empty
	empty          bool   // no bytes
	null           bool
}

var nonceOf = regexp.MustCompile(`nonce="([^"]*)"`)

func sum(b string) string {
	s := md5.Sum([]byte(b))
	return string(s[:])
}

func hexSum(b string) string { return hex.EncodeToString([]byte(sum(b))) }

func (a answer) token(challenge string) (token []byte, rspauth string) {
	switch {
	case a.null:
		return nil, ""
	case a.empty:
		return []byte{}, ""
	case a.raw != "":
		return []byte(a.raw), ""
	}
	nonce := ""
	if m := nonceOf.FindStringSubmatch(challenge); m != nil {
		nonce = m[1]
	}
	d := map[string]string{
		"charset": "utf-8", "username": `"` + a.user + `"`, "realm": `"zk-sasl-md5"`, "nonce": `"` + nonce + `"`, "nc": "00000001",
		"cnonce": `"abc"`, "qop": "auth", "digest-uri": `"zookeeper/zk-sasl-md5"`,
	}
	for k, v := range a.changes {
		d[k] = v
	}
	hashed := a.hashed
	if hashed == "" {
		hashed = a.user + ":zk-sasl-md5:" + a.password
	}
	uri := strings.Trim(d["digest-uri"], `"`)
	a1 := sum(hashed) + ":" + nonce + ":" + strings.Trim(d["cnonce"], `"`)
	if z := strings.Trim(d["authzid"], `"`); z != "" {
		a1 += ":" + z
	}
	kd := func(method string) string {
		return hexSum(hexSum(a1) + ":" + nonce + ":00000001:" + strings.Trim(d["cnonce"], `"`) + ":auth:" + hexSum(method+":"+uri))
	}
	if _, ok := d["response"]; !ok {
		d["response"] = kd("AUTHENTICATE")
	}
	var parts []string
	for _, k := range []string{
		"charset", "username", "realm", "nonce", "nc", "cnonce", "qop", "maxbuf", "response", "digest-uri", "authzid", "cipher", "Qop", "more",
	} {
		if v := d[k]; v != "" {
			parts = append(parts, k+"="+v)
		}
	}
	return []byte(strings.Join(parts, ",")), "rspauth=" + kd("")
}

// talk sends the answers one after the other and describes what comes back, and who the client is then.
func talk(t *testing.T, addr string, answers []answer) []string {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	var lines []string
	challenge := ""
	for _, a := range answers {
		token, rspauth := a.token(challenge)
		r := c.call(wire.OpSASL, &wire.SASLToken{Token: token})
		said := fmt.Sprintf("%x", r.body)
		if len(r.body) > 4 {
			said = string(r.body[4:])
		}
		if m := nonceOf.FindStringSubmatch(said); m != nil {
			challenge = said
			said = strings.Replace(said, m[1], fmt.Sprintf("<%d characters>", len(m[1])), 1)
		}
		if rspauth != "" {
			said = strings.Replace(said, rspauth, "rspauth=<right>", 1)
		}
		lines = append(lines, fmt.Sprintf("zxid %d, err %v, %s", r.Zxid, r.Err, said))
		if r.Err != wire.OK {
			c.gone()
			return lines
		}
	}
	r := c.call(wire.OpWhoAmI, &wire.Empty{})
	if r.Err != wire.OK {
		c.gone()
		return append(lines, fmt.Sprintf("zxid %d, err %v, %x", r.Zxid, r.Err, r.body))
	}
	lines = append(lines, describe(t, wire.OpWhoAmI, r, nil))
	r = c.call(wire.OpSetACL, &wire.SetACLRequest{Path: "/zookeeper/quota", ACL: []wire.ACL{{Perms: 31, Scheme: "auth"}, wire.OpenACL[0]}, Version: -1})
	lines = append(lines, r.Err.String())
	r = c.call(wire.OpGetACL, at("/zookeeper/quota"))
	return append(lines, describe(t, wire.OpGetACL, reply{r.ReplyHeader, r.body[:max(0, len(r.body))]}, nil))
}
