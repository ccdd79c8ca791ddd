package differ

import (
	"crypto/sha1" // what the digest scheme is made of
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// SuperPassword is the identity that may do all, as addAuth wants it.
const SuperPassword = "super:secret"

// SuperDigest is the same as servers are told it.
func SuperDigest() string {
	sum := sha1.Sum([]byte(SuperPassword))
	return "super:" + base64.StdEncoding.EncodeToString(sum[:])
}

// keeper tidies a server up between checks.
type keeper struct{ *link }

// newKeeper connects with a session of its own, which may do all.
func newKeeper(addr string) (*keeper, error) {
	l, err := dial(addr)
	if err != nil {
		return nil, err
	}
	k := &keeper{l}
	l.write(wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 40000, Passwd: make([]byte, wire.PasswdSize), HasReadOnly: true}))
	frame, open, err := l.next()
	if err != nil || !open {
		return nil, fmt.Errorf("differ: no session to tidy up with: %w", err)
	}
	var a wire.ConnectResponse
	if err := wire.Unmarshal(frame, &a); err != nil {
		return nil, fmt.Errorf("differ: connect response %x: %w", frame, err)
	}
	return k, k.must(Request{Op: wire.OpAuth, Body: &wire.AuthRequest{Scheme: "digest", Auth: []byte(SuperPassword)}})
}

// close ends the session.
func (k *keeper) close() error {
	defer k.link.close()
	return k.must(Request{Op: wire.OpCloseSession, Body: &wire.Empty{}})
}

// answer is a reply and its body.
type answer struct {
	wire.ReplyHeader
	body []byte
}

// ask sends requests in one go and returns their replies.
func (k *keeper) ask(requests ...Request) ([]answer, error) {
	var out []byte
	for i := range requests {
		out = k.encode(out, &requests[i], 0)
	}
	k.write(out)
	answers := make([]answer, len(requests))
	for i := range answers {
		frame, open, err := k.next()
		if err != nil {
			return nil, err
		}
		if !open {
			return nil, fmt.Errorf("differ: tidying up: %v: the connection ended", requests[i])
		}
		rd := wire.NewReader(frame)
		answers[i].Decode(&rd)
		if rd.Err() != nil {
			return nil, fmt.Errorf("differ: tidying up: %v: %w", requests[i], rd.Err())
		}
		answers[i].body = rd.Rest()
	}
	return answers, nil
}

// must is ask for what has to succeed.
func (k *keeper) must(requests ...Request) error {
	answers, err := k.ask(requests...)
	if err != nil {
		return err
	}
	for i, a := range answers {
		if a.Err != wire.OK {
			return fmt.Errorf("differ: tidying up: %v: %w", requests[i], a.Err)
		}
	}
	return nil
}

// permanent znodes are in every tree, and cannot be deleted.
var permanent = []string{"/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"}

// below lists all that is below a path and not permanent, children first.
func (k *keeper) below(path string) (all []string, err error) {
	answers, err := k.ask(Request{Op: wire.OpGetChildren, Body: &wire.PathWatchRequest{Path: path}})
	if err != nil {
		return nil, err
	}
	var children wire.GetChildrenResponse
	if err := wire.Unmarshal(answers[0].body, &children); err != nil {
		return nil, fmt.Errorf("differ: children of %s: %w", path, err)
	}
	for _, name := range children.Children {
		child := strings.TrimSuffix(path, "/") + "/" + name
		more, err := k.below(child)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
		if !slices.Contains(permanent, child) {
			all = append(all, child)
		}
	}
	return all, nil
}

// tidy removes all that checks have made and gives the permanent znodes their own lists back.
func (k *keeper) tidy() error {
	for _, path := range []string{"/zookeeper", "/"} { // quotas first: they cost at every delete
		all, err := k.below(path)
		if err != nil {
			return err
		}
		requests := make([]Request, len(all))
		for i, path := range all {
			requests[i] = Request{Op: wire.OpDelete, Body: &wire.PathVersionRequest{Path: path, Version: -1}}
		}
		if err := k.must(requests...); err != nil {
			return err
		}
	}
	requests := make([]Request, len(permanent))
	for i, path := range permanent {
		requests[i] = setList(path)
	}
	return k.must(requests...)
}

// counts is what remains of earlier checks.
type counts struct {
	stats [4]wire.Stat // of the permanent znodes
	zxid  int64
}

func (k *keeper) counts() (c counts, err error) {
	requests := make([]Request, len(permanent))
	for i, path := range permanent {
		requests[i] = Request{Op: wire.OpExists, Body: &wire.PathWatchRequest{Path: path}}
	}
	answers, err := k.ask(requests...)
	if err != nil {
		return c, err
	}
	for i, a := range answers {
		if err := wire.Unmarshal(a.body, &c.stats[i]); err != nil {
			return c, fmt.Errorf("differ: stat of %s: %w", permanent[i], err)
		}
		c.zxid = a.Zxid
	}
	return c, nil
}

// raise makes the counts at least as high as others. tidy comes before: it gives the lists that are set again here.
func (k *keeper) raise(have, to counts) error {
	var requests []Request
	for i, path := range permanent {
		for range to.stats[i].Version - have.stats[i].Version {
			requests = append(requests, Request{Op: wire.OpSetData, Body: &wire.SetDataRequest{Path: path, Data: []byte{}, Version: -1}})
		}
		for range to.stats[i].Aversion - have.stats[i].Aversion {
			requests = append(requests, setList(path))
		}
		for range (to.stats[i].Cversion - have.stats[i].Cversion + 1) / 2 {
			requests = append(requests, flicker(path)...)
		}
	}
	return k.must(requests...)
}

// setList gives a permanent znode the list that it has in a new tree.
func setList(path string) Request {
	acl := wire.OpenACL
	if path == "/zookeeper/config" {
		acl = []wire.ACL{{Perms: wire.PermRead, Scheme: "world", ID: "anyone"}}
	}
	return Request{Op: wire.OpSetACL, Body: &wire.SetACLRequest{Path: path, ACL: acl, Version: -1}}
}

// flicker makes a child and takes it away, which counts for two children changed.
func flicker(path string) []Request {
	child := strings.TrimSuffix(path, "/") + "/flicker"
	return []Request{
		{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: child, ACL: wire.OpenACL}},
		{Op: wire.OpDelete, Body: &wire.PathVersionRequest{Path: child, Version: -1}},
	}
}

// advance moves the server's zxid on, in portions that no limit stops.
func (k *keeper) advance(from, to int64) error {
	for from < to {
		requests := make([]Request, min(to-from, 100))
		for i := range requests {
			requests[i] = Request{Op: wire.OpDelete, Body: &wire.PathVersionRequest{Path: "/flicker", Version: -1}}
		}
		if _, err := k.ask(requests...); err != nil {
			return err
		}
		from += int64(len(requests))
	}
	return nil
}

// touch gives the permanent znodes data and zxids that do not depend on what was.
func (k *keeper) touch() error {
	var requests []Request
	for _, path := range permanent {
		requests = append(requests, Request{Op: wire.OpSetData, Body: &wire.SetDataRequest{Path: path, Data: []byte{}, Version: -1}})
		requests = append(requests, flicker(path)...)
	}
	return k.must(requests...)
}
