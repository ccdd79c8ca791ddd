package wire

// EventType says what a notification tells of.
type EventType int32

// The events that a server sends.
const (
	EventNodeCreated         EventType = 1
	EventNodeDeleted         EventType = 2
	EventNodeDataChanged     EventType = 3
	EventNodeChildrenChanged EventType = 4
)

// StateSyncConnected is the state in every notification that a server sends.
const StateSyncConnected int32 = 3

// WatcherEvent is the body of a notification, the frame with xid -1.
type WatcherEvent struct {
	Type  EventType
	State int32
	Path  string
}

// AppendTo implements Record.
func (e *WatcherEvent) AppendTo(b []byte) []byte {
	return AppendString(AppendInt32(AppendInt32(b, int32(e.Type)), e.State), e.Path)
}

// Decode implements Record.
func (e *WatcherEvent) Decode(r *Reader) {
	e.Type = EventType(r.Int32())
	e.State = r.Int32()
	e.Path = r.String()
}

// SetWatchesRequest arms one-shot watches again after a reconnect. A null vector is malformed.
type SetWatchesRequest struct {
	RelativeZxid int64 // the last zxid that the client saw; what changed since is told at once
	Data         []string
	Exist        []string
	Child        []string
}

// AppendTo implements Record. Nil lists are sent as empty ones, since null is malformed.
func (q *SetWatchesRequest) AppendTo(b []byte) []byte {
	b = AppendInt64(b, q.RelativeZxid)
	for _, list := range [...][]string{q.Data, q.Exist, q.Child} {
		b = appendWatches(b, list)
	}
	return b
}

// Decode implements Record.
func (q *SetWatchesRequest) Decode(r *Reader) {
	q.RelativeZxid = r.Int64()
	q.Data = r.watches()
	q.Exist = r.watches()
	q.Child = r.watches()
}

// SetWatches2Request is SetWatchesRequest with the persistent watches of servers since 3.6.
type SetWatches2Request struct {
	SetWatchesRequest
	Persistent          []string
	PersistentRecursive []string
}

// AppendTo implements Record.
func (q *SetWatches2Request) AppendTo(b []byte) []byte {
	b = q.SetWatchesRequest.AppendTo(b)
	return appendWatches(appendWatches(b, q.Persistent), q.PersistentRecursive)
}

// Decode implements Record.
func (q *SetWatches2Request) Decode(r *Reader) {
	q.SetWatchesRequest.Decode(r)
	q.Persistent = r.watches()
	q.PersistentRecursive = r.watches()
}

func appendWatches(b []byte, list []string) []byte {
	b = AppendInt32(b, int32(len(list)))
	for _, s := range list {
		b = AppendString(b, s)
	}
	return b
}

func (r *Reader) watches() []string {
	list := r.Strings()
	if list == nil {
		r.fail()
	}
	return list
}

// AddWatchMode is the kind of watch that addWatch sets.
type AddWatchMode int32

// The modes of addWatch.
const (
	AddPersistent          AddWatchMode = 0
	AddPersistentRecursive AddWatchMode = 1
)

// AddWatchRequest is the body of addWatch.
type AddWatchRequest struct {
	Path string
	Mode AddWatchMode
}

// AppendTo implements Record.
func (q *AddWatchRequest) AppendTo(b []byte) []byte {
	return AppendInt32(AppendString(b, q.Path), int32(q.Mode))
}

// Decode implements Record.
func (q *AddWatchRequest) Decode(r *Reader) {
	q.Path = r.Path()
	q.Mode = AddWatchMode(r.Int32())
}

// ErrorResponse answers addWatch: a code, always 0.
type ErrorResponse struct{ Err Code }

// AppendTo implements Record.
func (p *ErrorResponse) AppendTo(b []byte) []byte { return AppendInt32(b, int32(p.Err)) }

// Decode implements Record.
func (p *ErrorResponse) Decode(r *Reader) { p.Err = Code(r.Int32()) }

// WatcherType names the watches that checkWatches and removeWatches mean.
type WatcherType int32

// The watcher types; the last two since 3.9.
const (
	WatcherChildren            WatcherType = 1
	WatcherData                WatcherType = 2
	WatcherAny                 WatcherType = 3
	WatcherPersistent          WatcherType = 4
	WatcherPersistentRecursive WatcherType = 5
)

// WatchesRequest is the body of checkWatches and removeWatches.
type WatchesRequest struct {
	Path string
	Type WatcherType
}

// AppendTo implements Record.
func (q *WatchesRequest) AppendTo(b []byte) []byte {
	return AppendInt32(AppendString(b, q.Path), int32(q.Type))
}

// Decode implements Record.
func (q *WatchesRequest) Decode(r *Reader) {
	q.Path = r.Path()
	q.Type = WatcherType(r.Int32())
}
