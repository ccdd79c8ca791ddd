package era

import "github.com/zookit-go/zookit/internal/wire"

const (
	r34 = iota
	r35
	r36
	r38
	r39
)

// The eras. Dates are written by 3.4 to 3.6 as Americans do.
var (
	V34 = &Era{
		Number: "3.4.14", Built: "01/01/2026 00:00 GMT", release: r34,
		Requests: Requests{
			CheckAlone: true, OpenExists: true, NodeFirst: true, ModeLast: true, NullListMalformed: true, AuthLast: true, NoIPv6: true,
			OpenBorders: true, ModeInMulti: true,
		},
		Watches: Watches{OpenEvents: true, ThreeTypes: true},
		Words:   Words{OpenWords: true, ShortMntr: true, SlowSyncs: true, WholeAverage: true, SessionsOnly: true},
	}
	V35 = &Era{
		Number: "3.5.10", Built: "01/01/2026 00:00 GMT", release: r35,
		Requests: Requests{
			CheckAlone: true, OpenExists: true, NodeFirst: true, NullListMalformed: true, NoIPv6: true, ModeInMulti: true,
		},
		Watches:    Watches{OpenEvents: true, ThreeTypes: true},
		Words:      Words{ShortMntr: true, WholeAverage: true, Memory: true},
		ConfigNode: true, HurriesSilence: true,
	}
	V36 = &Era{
		Number: "3.6.4", Built: "01/01/2026 00:00 GMT", release: r36,
		Requests:   Requests{CheckAlone: true, OpenExists: true, NoIPv6: true, ModeInMulti: true},
		Watches:    Watches{OpenEvents: true, OneMode: true, ThreeTypes: true},
		Words:      Words{Memory: true},
		ConfigNode: true, HurriesSilence: true,
	}
	V38 = &Era{
		Number: "3.8.0", Built: "2026-01-01 00:00 UTC", release: r38,
		Requests:   Requests{CheckAlone: true, OpenExists: true, NoIPv6: true, ModeInMulti: true},
		Watches:    Watches{OneMode: true, ThreeTypes: true},
		Words:      Words{Memory: true},
		ConfigNode: true, HurriesSilence: true, HardQuota: true,
	}
	V39 = &Era{
		Number: "3.9.5", Built: "2026-01-01 00:00 UTC", release: r39,
		Watches:    Watches{EventZxid: true},
		Words:      Words{Memory: true},
		ConfigNode: true, HurriesSilence: true, HardQuota: true,
	}
)

// since is when an operation came; what is not here is as old as 3.4.
var since = map[wire.Op]int{
	wire.OpCreate2: r35, wire.OpReconfig: r35, wire.OpCheckWatches: r35, wire.OpRemoveWatches: r35, wire.OpCreateContainer: r35,
	wire.OpDeleteContainer: r35, wire.OpCreateTTL: r35,
	wire.OpMultiRead: r36, wire.OpGetEphemerals: r36, wire.OpGetAllChildrenNumber: r36, wire.OpSetWatches2: r36, wire.OpAddWatch: r36,
	wire.OpWhoAmI: r38,
}

var wordSince = map[string]int{"dirs": r35, "hash": r36}

var confSince = map[string]int{
	"secureClientPort": r35, "dataDirSize": r35, "dataLogSize": r35, "clientPortListenBacklog": r36,
}

var metricSince = map[string]int{
	"cnxn_closed_without_zk_server_running": r38, "insecure_admin_count": r38, "leader_unavailable_time": r38,
	"learner_request_processor_queue_size": r38, "observer_sync_time": r38, "proposal_process_time": r38,
	"request_throttle_queue_time_ms": r38, "response_bytes": r38, "skip_learner_request_to_next_processor_count": r38,
	"socket_closing_time": r38, "throttled_ops": r38, "unavailable_time": r38, "unsuccessful_handshake": r38, "watch_bytes": r38,
	"snapshot_error_count": r39, "snapshot_rate_limited_count": r39, "restore_error_count": r39, "restore_rate_limited_count": r39,
	"restore_time": r39,
}
