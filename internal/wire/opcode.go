package wire

import "strconv"

// Op is an operation's code.
type Op int32

// The operations, as clients and servers of 3.9 know them.
const (
	OpNotification         Op = 0
	OpCreate               Op = 1
	OpDelete               Op = 2
	OpExists               Op = 3
	OpGetData              Op = 4
	OpSetData              Op = 5
	OpGetACL               Op = 6
	OpSetACL               Op = 7
	OpGetChildren          Op = 8
	OpSync                 Op = 9
	OpPing                 Op = 11
	OpGetChildren2         Op = 12
	OpCheck                Op = 13
	OpMulti                Op = 14
	OpCreate2              Op = 15
	OpReconfig             Op = 16
	OpCheckWatches         Op = 17
	OpRemoveWatches        Op = 18
	OpCreateContainer      Op = 19
	OpDeleteContainer      Op = 20
	OpCreateTTL            Op = 21
	OpMultiRead            Op = 22
	OpAuth                 Op = 100
	OpSetWatches           Op = 101
	OpSASL                 Op = 102
	OpGetEphemerals        Op = 103
	OpGetAllChildrenNumber Op = 104
	OpSetWatches2          Op = 105
	OpAddWatch             Op = 106
	OpWhoAmI               Op = 107
	OpCreateSession        Op = -10
	OpCloseSession         Op = -11
	OpError                Op = -1 // a transaction's type only
)

// Kind says what an operation does to the server.
type Kind uint8

// The kinds.
const (
	KindInvalid    Kind = iota // no operation, or one that only a server may send
	KindRead                   // answered from local state
	KindWrite                  // makes a transaction, and so takes a zxid
	KindLeader                 // asks the leader, makes no transaction
	KindConnection             // is about the connection; may overtake queued requests
	KindInternal               // a write that servers make, never clients
)

// Operation is a row of the table: an operation's name, its records and its kind. Request and Response make empty records to
// decode into.
type Operation struct {
	Name     string
	Kind     Kind
	Request  func() Record
	Response func() Record
}

func record[T any, P interface {
	*T
	Record
}]() Record {
	return P(new(T))
}

var operations = map[Op]Operation{
	OpCreate:               {"create", KindWrite, record[CreateRequest], record[PathResponse]},
	OpDelete:               {"delete", KindWrite, record[PathVersionRequest], record[Empty]},
	OpExists:               {"exists", KindRead, record[PathWatchRequest], record[StatResponse]},
	OpGetData:              {"getData", KindRead, record[PathWatchRequest], record[GetDataResponse]},
	OpSetData:              {"setData", KindWrite, record[SetDataRequest], record[StatResponse]},
	OpGetACL:               {"getACL", KindRead, record[PathRequest], record[GetACLResponse]},
	OpSetACL:               {"setACL", KindWrite, record[SetACLRequest], record[StatResponse]},
	OpGetChildren:          {"getChildren", KindRead, record[PathWatchRequest], record[GetChildrenResponse]},
	OpSync:                 {"sync", KindLeader, record[PathRequest], record[PathResponse]},
	OpPing:                 {"ping", KindRead, record[Empty], record[Empty]},
	OpGetChildren2:         {"getChildren2", KindRead, record[PathWatchRequest], record[GetChildren2Response]},
	OpCheck:                {"check", KindWrite, record[PathVersionRequest], record[Empty]},
	OpMulti:                {"multi", KindWrite, record[MultiRequest], record[MultiResponse]},
	OpCreate2:              {"create2", KindWrite, record[CreateRequest], record[Create2Response]},
	OpReconfig:             {"reconfig", KindWrite, record[ReconfigRequest], record[GetDataResponse]},
	OpCheckWatches:         {"checkWatches", KindRead, record[WatchesRequest], record[Empty]},
	OpRemoveWatches:        {"removeWatches", KindRead, record[WatchesRequest], record[Empty]},
	OpCreateContainer:      {"createContainer", KindWrite, record[CreateRequest], record[Create2Response]},
	OpDeleteContainer:      {"deleteContainer", KindInternal, record[PathRequest], record[Empty]},
	OpCreateTTL:            {"createTTL", KindWrite, record[CreateTTLRequest], record[Create2Response]},
	OpMultiRead:            {"multiRead", KindRead, record[MultiRequest], record[MultiResponse]},
	OpAuth:                 {"auth", KindConnection, record[AuthRequest], record[Empty]},
	OpSetWatches:           {"setWatches", KindRead, record[SetWatchesRequest], record[Empty]},
	OpSASL:                 {"sasl", KindConnection, record[SASLToken], record[SASLToken]},
	OpGetEphemerals:        {"getEphemerals", KindRead, record[GetEphemeralsRequest], record[GetChildrenResponse]},
	OpGetAllChildrenNumber: {"getAllChildrenNumber", KindRead, record[PathRequest], record[GetAllChildrenNumberResponse]},
	OpSetWatches2:          {"setWatches2", KindRead, record[SetWatches2Request], record[Empty]},
	OpAddWatch:             {"addWatch", KindRead, record[AddWatchRequest], record[ErrorResponse]},
	OpWhoAmI:               {"whoAmI", KindRead, record[Empty], record[WhoAmIResponse]},
	OpCreateSession:        {"createSession", KindInternal, record[CreateSessionRequest], record[ConnectResponse]},
	OpCloseSession:         {"closeSession", KindWrite, record[Empty], record[Empty]},
}

// rows is the table by code: every request is looked up, some of them more than once.
var rows = func() (all [OpWhoAmI - OpCloseSession + 1]Operation) {
	for op, row := range operations {
		all[op-OpCloseSession] = row
	}
	return all
}()

// Lookup returns the operation's row. ok is false for a code that no server knows.
func (op Op) Lookup() (row Operation, ok bool) {
	if op < OpCloseSession || op > OpWhoAmI {
		return row, false
	}
	row = rows[op-OpCloseSession]
	return row, row.Request != nil
}

// String is the operation's name, or its number.
func (op Op) String() string {
	if row, ok := operations[op]; ok {
		return row.Name
	}
	return "op " + strconv.Itoa(int(op))
}

// Operations calls yield for every row of the table, in no order.
func Operations(yield func(Op, Operation) bool) {
	for op, row := range operations {
		if !yield(op, row) {
			return
		}
	}
}
