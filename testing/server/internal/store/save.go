package store

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// Save takes a snapshot of a tree that may be in use. sessions must be all that were there at the zxid that the tree is at when Save is
// called; newer ones do no harm. It returns that zxid. The end of ctx ends it, and leaves nothing.
func Save(ctx context.Context, s *Settings, t *tree.Tree, sessions func() []snapshot.Session) (int64, error) {
	zxid := t.LastZxid()
	var lists snapshot.Table
	for _, im := range t.Walk(zxid) {
		lists.ID(im.ACL)
		if ctx.Err() != nil {
			return zxid, context.Cause(ctx)
		}
	}
	err := snapshot.Save(ctx, s.Snapshots, zxid, &snapshot.Source{
		Sessions: sessions(), Lists: lists.Lists(), Gzip: s.Gzip, Limit: s.maxPayload(),
		Trailer: snapshot.Trailer{Digest: &snapshot.Digest{Version: 2}, LastZxid: &zxid},
		Nodes: func(yield func(*snapshot.Node) bool) {
			var n snapshot.Node
			for path, im := range t.Walk(zxid) {
				st := &im.Stat
				acl, ok := lists.Lookup(im.ACL)
				if !ok { // it was set behind the zxid, so the log will set it again: what stands here has no meaning
					acl = snapshot.Open
				}
				n = snapshot.Node{Path: path, Data: im.Data, ACL: acl, Stat: snapshot.Stat{
					Czxid: st.Czxid, Mzxid: st.Mzxid, Ctime: st.Ctime, Mtime: st.Mtime, Version: st.Version, Cversion: st.Cversion,
					Aversion: st.Aversion, EphemeralOwner: st.EphemeralOwner, Pzxid: st.Pzxid,
				}}
				if !yield(&n) {
					return
				}
			}
		},
	})
	if err != nil {
		return zxid, fmt.Errorf("store: snapshot at %#x: %w", zxid, err)
	}
	return zxid, nil
}
