package zktest

import (
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
)

// At says at which messages a fault has its positions.
type At int

// The messages of the swept host.
const (
	AtReply   At = iota // what the server answers, errors included
	AtRequest           // what the client asks
	AtEvent             // a notification that a watch has fired
)

func (at At) of(f fault.Frame) bool {
	switch at {
	case AtReply:
		return f.Reply && !f.Notification
	case AtEvent:
		return f.Notification
	case AtRequest:
		return !f.Reply
	}
	return false
}

// Fault is what happens in one run of a Sweep, at one message. The zero Action and no Do is a fault that does nothing.
type Fault struct {
	Name   string       // of the subtests; no slashes
	At     At           // which messages are positions
	Action fault.Action // what becomes of the message
	// Do happens at the message, if it is not nil, in a goroutine of its own: what the message's sender and receiver do goes on. It ends before
	// the run does, and may call Error but not Fatal. s.Frame tells the message, and its Session whom to rob.
	Do func(tb testing.TB, s *Swept)
	// Robs says that the fault takes from the client znodes that are its own, which nothing but its session's end or a client's delete would do, and that
	// others can know of it before the client does: for a while they may hold what it still believes to hold.
	Robs bool
}

// The names of the faults that a Sweep has by itself.
const (
	ReplyDropped    = "reply dropped"     // the server has done what was asked, and the answer vanishes; the connection lives
	ReplyCut        = "reply cut"         // the same, and the connection ends
	CutAfterReply   = "cut after reply"   // the answer arrives, and is the last
	RequestDropped  = "request dropped"   // the request vanishes; the connection lives
	RequestCut      = "request cut"       // the request vanishes, and the connection ends
	CutAfterRequest = "cut after request" // the request arrives, and its answer does not
	ConnectionCut   = "connection cut"    // every connection of the host ends, with all that is under way both ways
	EventCut        = "event cut"         // a notification does not arrive, and the connection ends
	CutAfterEvent   = "cut after event"   // a notification arrives, and is the last
	ServerRestarted = "server restarted"  // the server crashes, and is back a second later with its data and sessions
	SessionExpired  = "session expired"   // the session ends as if by its timeout; robs
	DeletedByHand   = "deleted by hand"   // somebody deletes the session's ephemeral znodes, see WithFolders; robs
	WrittenByHand   = "written by hand"   // somebody overwrites the data of the session's ephemeral znodes, see WithFolders
	ForeignChild    = "foreign child"     // somebody makes a persistent znode, "readme", in each folder of WithFolders
)

// restartPause is how long a restarting server is away. Clients try again within that time.
const restartPause = time.Second

// Faults are those that a Sweep has by itself: a copy, in their order.
func Faults() []Fault {
	return []Fault{
		{Name: ReplyDropped, At: AtReply, Action: fault.Drop},
		{Name: ReplyCut, At: AtReply, Action: fault.Cut},
		{Name: CutAfterReply, At: AtReply, Action: fault.CutAfter},
		{Name: RequestDropped, At: AtRequest, Action: fault.Drop},
		{Name: RequestCut, At: AtRequest, Action: fault.Cut},
		{Name: CutAfterRequest, At: AtRequest, Action: fault.CutAfter},
		{Name: ConnectionCut, At: AtReply, Do: func(_ testing.TB, s *Swept) { s.App().Cut() }},
		{Name: EventCut, At: AtEvent, Action: fault.Cut},
		{Name: CutAfterEvent, At: AtEvent, Action: fault.CutAfter},
		{Name: ServerRestarted, At: AtReply, Do: func(tb testing.TB, s *Swept) {
			tb.Helper()
			s.Server.Kill()
			time.Sleep(restartPause)
			if err := s.Server.Start(tb.Context()); err != nil {
				tb.Errorf("zktest: %v", err)
			}
		}},
		{Name: SessionExpired, At: AtReply, Robs: true, Do: func(_ testing.TB, s *Swept) { s.did(s.Server.ExpireSession(s.Frame().Session)) }},
		{Name: DeletedByHand, At: AtReply, Robs: true, Do: func(tb testing.TB, s *Swept) { tb.Helper(); s.did(s.deleteOwn(tb)) }},
		{Name: WrittenByHand, At: AtReply, Do: func(tb testing.TB, s *Swept) { tb.Helper(); s.did(s.overwriteOwn(tb)) }},
		{Name: ForeignChild, At: AtReply, Do: func(tb testing.TB, s *Swept) {
			tb.Helper()
			for _, folder := range s.sweep.options.folders {
				s.Plant(tb, join(folder, foreignName), nil)
			}
		}},
	}
}

// foreignName is what ForeignChild calls its znodes.
const foreignName = "readme"

func join(folder, name string) string {
	if folder == "/" {
		return folder + name
	}
	return folder + "/" + name
}

// named finds a fault in a list.
func named(faults []Fault, name string) int {
	return slices.IndexFunc(faults, func(f Fault) bool { return f.Name == name })
}
