package request

import "github.com/zookit-go/zookit/internal/wire"

// Txn is what will become of a request. A request that writes has a zxid, also when it failed: it keeps its place in the
// history. A request that reads has none and is answered when its turn comes.
type Txn struct {
	*Request
	Zxid   int64
	Time   int64     // ms since 1970
	Change Change    // nil for a read
	Err    wire.Code // a read that will not be served, or a request without a place in the history
}

// Committed is a transaction that cannot be lost any more.
type Committed struct{ Txn }

// Commit declares t safe. Only what has made it so may call it; in memory, that is the act of preparing it.
func Commit(t Txn) Committed { return Committed{Txn: t} }

// Change is what a transaction does: one of the types below. They hold what Apache's transaction records hold, so that a log
// of them can be written.
type Change interface{ change() }

// Create makes a znode. Its strings and data are its own.
type Create struct {
	Path           string
	Data           []byte
	ACL            []wire.ACL
	Owner          int64 // session of an ephemeral, tree.ContainerOwner, a tree.TTLOwner, or 0
	ParentCversion int32 // the parent's count of creates from now on
	Reply          wire.Op
}

// Delete removes a znode.
type Delete struct{ Path string }

// SetData replaces a znode's data.
type SetData struct {
	Path    string
	Data    []byte
	Version int32 // from now on
}

// SetACL replaces a znode's list.
type SetACL struct {
	Path    string
	ACL     []wire.ACL
	Version int32 // from now on
}

// Check changes nothing: the version was as it should be.
type Check struct {
	Path    string
	Version int32 // one more than the znode's, as Apache logs it
}

// CreateSession makes the request's session known.
type CreateSession struct {
	Timeout int32 // ms
}

// CloseSession ends the request's session and removes its ephemerals.
type CloseSession struct{ Paths []string }

// Multi is all of Ops or, if it failed, a Failed for each of them.
type Multi struct{ Ops []Change }

// Failed changes nothing but the zxid.
type Failed struct{ Err wire.Code }

func (*Create) change()        {}
func (*Delete) change()        {}
func (*SetData) change()       {}
func (*SetACL) change()        {}
func (*Check) change()         {}
func (*CreateSession) change() {}
func (*CloseSession) change()  {}
func (*Multi) change()         {}
func (*Failed) change()        {}
