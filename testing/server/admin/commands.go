package admin

import (
	"slices"
	"strconv"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// A command is what can be asked for. run gets a nil source if the server does not run, which is only told to those that need none.
type command struct {
	name     string
	aliases  []string
	sentence string
	changes  bool // whether it does more than tell
	needless bool // whether it is answered without a running server
	run      func(q question) object
}

// question is a request for a command.
type question struct {
	src  fourletter.Source
	args map[string][]string
	conf *config
}

// commands is all of them, by name.
var commands = []command{
	{name: "configuration", aliases: []string{"conf", "config"}, sentence: "How the server is set up.", run: configuration},
	{
		name: "connection_stat_reset", aliases: []string{"crst"}, sentence: "Forgets what the connections have counted.", changes: true,
		run: func(q question) object { q.src.ResetConns(); return nil },
	},
	{name: "connections", aliases: []string{"cons"}, sentence: "The connections, with what each has asked for.", run: connections},
	{name: "dirs", sentence: "How large the data and the log are on disk, in bytes.", run: dirs},
	{name: "dump", sentence: "The sessions by when they expire, and their ephemeral znodes.", run: dump},
	{
		name: "environment", aliases: []string{"env", "envi"}, sentence: "The machine and the process.",
		run: func(q question) object { return pairs(fourletter.Environment(q.src.Self().Era)) },
	},
	{
		name: "get_trace_mask", aliases: []string{"gtmk"}, sentence: "The trace mask.",
		run: func(q question) object { return object{{"tracemask", q.src.TraceMask()}} },
	},
	{
		name: "hash", sentence: "Digests of the tree; this server keeps none.",
		run: func(question) object { return object{{"digests", list{}}} },
	},
	{name: "initial_configuration", aliases: []string{"icfg"}, sentence: "The configuration file, as it was at the start.", run: initial},
	{
		name: "is_read_only", aliases: []string{"isro"}, sentence: "Whether the server only reads.",
		run: func(q question) object { return object{{"read_only", q.src.Self().ReadOnly}} },
	},
	{name: "last_snapshot", aliases: []string{"lsnp"}, sentence: "The newest snapshot on disk.", run: lastSnapshot},
	{
		name: "leader", aliases: []string{"lead"}, sentence: "Who leads the ensemble; a server that is alone has none.",
		run: func(question) object { return object{{"error", "server is not initialized"}} },
	},
	{name: "monitor", aliases: []string{"mntr"}, sentence: "All that is measured.", run: monitor},
	{
		name: "observer_connection_stat_reset", aliases: []string{"orst"}, sentence: "Forgets what observers have counted; there are none.",
		run: func(question) object { return nil },
	},
	{
		name: "observers", aliases: []string{"obsr"}, sentence: "The observers of the ensemble; there are none.",
		run: func(question) object { return object{{"synced_observers", int64(0)}, {"observers", list{}}} },
	},
	{name: "ruok", sentence: "Whether the server serves: no error means yes.", run: func(question) object { return nil }},
	{name: "server_stats", aliases: []string{"srvr"}, sentence: "The server in short.", run: serverStats},
	{name: "set_trace_mask", aliases: []string{"stmk"}, sentence: "Sets the trace mask to the argument traceMask.", changes: true, run: setTraceMask},
	{
		name: "stat_reset", aliases: []string{"srst"}, sentence: "Forgets what the server has counted.", changes: true,
		run: func(q question) object { q.src.ResetStats(); return nil },
	},
	{name: "stats", aliases: []string{"stat"}, sentence: "The server in short, with its connections.", run: stats},
	{name: "system_properties", aliases: []string{"sysp"}, sentence: "The properties of the process.", run: properties},
	{
		name: "voting_view", sentence: "The voting members of the ensemble; a server that is alone has none.",
		run: func(question) object { return object{{"current_config", object{}}} },
	},
	{name: "watch_summary", aliases: []string{"wchs"}, sentence: "How many watches there are.", run: watchSummary},
	{name: "watches", aliases: []string{"wchc"}, sentence: "The watched paths by session.", run: watches},
	{name: "watches_by_path", aliases: []string{"wchp"}, sentence: "The watching sessions by path.", run: watchesByPath},
	{
		name: "zabstate", sentence: "The state of the ensemble's protocol; a server that is alone has none.", needless: true,
		run: func(question) object { return object{{"voting", false}, {"zabstate", ""}} },
	},
}

func lookup(name string) *command {
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == name || slices.Contains(c.aliases, name) })
	if i < 0 {
		return nil
	}
	return &commands[i]
}

// answered completes what a command has put together with its name and error, in Apache's order.
func answered(name string, o object) object {
	failed := slices.ContainsFunc(o, func(f field) bool { return f.key == "error" })
	o.put("command", name)
	if !failed {
		o.put("error", nil)
	}
	return o
}

func setTraceMask(q question) object {
	const needs = "setTraceMask requires long traceMask argument"
	all, ok := q.args["traceMask"]
	if !ok {
		return object{{"error", needs}}
	}
	mask, err := strconv.ParseInt(all[0], 10, 64)
	if err != nil {
		return object{{"error", needs + ", got " + all[0]}}
	}
	q.src.SetTraceMask(mask)
	return object{{"tracemask", mask}}
}
