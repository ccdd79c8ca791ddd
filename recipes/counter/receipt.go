package counter

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// receipt is an ephemeral znode whose version counts this client's changes, because each transaction writes both.
type receipt struct {
	c      *client.Client
	folder string
	target string

	path    string // "" until it is made
	version int32
	session *client.Session // in which it was made
}

// write changes the target and the receipt. It fails with the target's error: ErrUnknown only if the session ended meanwhile.
func (r *receipt) write(ctx context.Context, seen *state, data []byte) (*state, error) {
	if err := r.make(ctx); err != nil {
		return nil, err
	}
	for doubt := false; ; {
		res, err := r.c.Txn(
			r.c.Set(r.target).Data(data).Version(seen.version),
			r.c.Set(r.path).Version(r.version),
		).Do(ctx)
		if err == nil {
			r.version++
			return after(seen, data, res[0].Stat)
		}
		unsure := client.MayHaveApplied(err)
		doubt = doubt || unsure
		if !doubt {
			if len(res) == 2 && res[0].Err == nil && lost(err) {
				r.drop(ctx) // the receipt is not what it was: written or deleted by hand, or gone with its session
			}
			return nil, err
		}
		done, lookErr := r.done(ctx)
		switch {
		case lookErr != nil:
			r.drop(ctx)
			return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
		case done:
			r.version++
			return &state{data: data, version: seen.version + 1, czxid: seen.czxid}, nil
		case !unsure && !client.Retryable(err):
			return nil, err // refused, and the lost attempt was, too
		}
		// Not done, so far. The same again cannot do it twice: both versions would have moved.
	}
}

var errNoReceipt = errors.New("the receipt is gone")

// done looks whether the last transaction took effect.
func (r *receipt) done(ctx context.Context) (bool, error) {
	ok, stat, err := r.c.Exists(r.path).Do(ctx)
	switch {
	case err != nil:
		return false, err
	case !ok || stat.EphemeralOwner != r.session.ID():
		return false, errNoReceipt
	}
	return stat.Version != r.version, nil
}

// alive tells whether there is a receipt, as far as is known here.
func (r *receipt) alive() bool { return r.path != "" && r.session.Err() == nil }

// make makes the receipt, once in a session.
func (r *receipt) make(ctx context.Context) error {
	if r.alive() {
		return nil
	}
	r.path = ""
	session := r.c.Session()
	path, err := r.c.Create(client.Join(r.folder, "receipt")).Ephemeral().ParentContainers().Protected().Do(ctx)
	if err != nil {
		return fmt.Errorf("making the receipt: %w", bare(err))
	}
	if now := r.c.Session(); now != session {
		session = now // made in one of them; if not in this one, the first transaction finds it missing
	}
	r.path, r.version, r.session = path, 0, session
	return nil
}

// drop gives the receipt up. It may be there still, for as long as the session.
func (r *receipt) drop(ctx context.Context) {
	_ = r.c.Delete(r.path).Guaranteed().Do(ctx) // what could not be deleted now is deleted in the background
	r.path = ""
}

// leave deletes the receipt.
func (r *receipt) leave(ctx context.Context) error {
	if !r.alive() {
		return nil
	}
	path := r.path
	r.path = ""
	if err := r.c.Delete(path).Guaranteed().Do(ctx); err != nil && !errors.Is(err, zk.ErrNoNode) {
		return err
	}
	return nil
}

// bare is an error of the receipt's, which says nothing about whether the target was changed.
func bare(err error) error {
	var op *client.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
