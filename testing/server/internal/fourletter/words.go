// Package fourletter is the four-letter words: commands that a client sends instead of a handshake, answered in plain text. It
// knows how the answers look; where the values come from is the Source's business.
//
// Source: Apache ZooKeeper 3.8.0, asked, and the reference for 3.9.5.
package fourletter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/era"
)

// Word is a command.
type Word string

// The words that a server knows.
const (
	Conf Word = "conf" // the configuration
	Cons Word = "cons" // the connections in detail
	Crst Word = "crst" // resets what is counted for each connection
	Dirs Word = "dirs" // sizes on disk
	Dump Word = "dump" // sessions, ephemerals and connections, by when they expire
	Envi Word = "envi" // the machine
	Gtmk Word = "gtmk" // the trace mask
	Hash Word = "hash" // digests of the tree
	Isro Word = "isro" // whether the server only reads
	Mntr Word = "mntr" // all that is measured
	Ruok Word = "ruok" // whether the process lives
	Srst Word = "srst" // resets what is counted for the server
	Srvr Word = "srvr" // the server in short
	Stat Word = "stat" // the same with its connections
	Stmk Word = "stmk" // sets the trace mask, which follows
	Wchc Word = "wchc" // the watches by session
	Wchp Word = "wchp" // the watches by path
	Wchs Word = "wchs" // how many watches there are
)

var all = []Word{
	Conf, Cons, Crst, Dirs, Dump, Envi, Gtmk, Hash, Isro, Mntr, Ruok, Srst, Srvr, Stat, Stmk, Wchc, Wchp, Wchs,
}

// Size is a word's length in bytes.
const Size = 4

// MaskSize is the length of what follows Stmk.
const MaskSize = 8

// Lookup tells whether a connection that begins like this asks a word. As the length of a handshake, none could be meant.
func Lookup(first []byte) (w Word, ok bool) {
	i := slices.Index(all, Word(first))
	if i < 0 {
		return "", false
	}
	return all[i], true
}

// Whitelist is the words that a server answers.
type Whitelist map[Word]bool

// NewWhitelist allows words, or all of them for "*". Srvr is always among them: scripts wait with it for a server to come up.
func NewWhitelist(words ...string) (Whitelist, error) {
	list := Whitelist{Srvr: true}
	for _, s := range words {
		if s == "*" {
			for _, w := range all {
				list[w] = true
			}
			continue
		}
		w, ok := Lookup([]byte(s))
		if !ok {
			return nil, fmt.Errorf("%q is no four-letter word", s)
		}
		list[w] = true
	}
	return list, nil
}

// Default is the words that a server answers unless it is told otherwise.
func Default(e *era.Era) Whitelist {
	list := Whitelist{Srvr: true}
	if e.OpenWords {
		for _, w := range all {
			list[w] = w != Wchc && w != Wchp
		}
	}
	return list
}

// Refusal answers a word that is not on the list.
func Refusal(w Word) []byte {
	return []byte(string(w) + " is not executed because it is not in the whitelist.\n")
}

// packet is how many characters Apache sends at once.
const packet = 8192

// Packets is as how many packets an answer counts.
func Packets(answer []byte) int64 { return int64((len(answer) + packet - 1) / packet) }

// lines joins what is to stand on lines of their own.
func lines(all ...string) string { return strings.Join(all, "\n") + "\n" }
