package txlog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

const (
	prefix = "log."
	// temporary stands before the name of a file without records. At the end of the name it would not do: Apache looks at what is
	// before the second dot.
	temporary = "tmp."
)

// Name is the name of the file that begins with a transaction.
func Name(zxid int64) string { return prefix + strconv.FormatUint(uint64(zxid), 16) }

// First is the first transaction of a file by its name. It fails for what is not a log.
func First(name string) (zxid int64, ok bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, false
	}
	z, err := strconv.ParseInt(digits, 16, 64)
	return z, err == nil && z >= 0 && Name(z) == name
}

// logs lists a folder's logs by zxid.
func logs(dir disk.Dir) ([]int64, error) {
	names, err := dir.List()
	if err != nil {
		return nil, err
	}
	return firsts(names), nil
}

func firsts(names []string) (zxids []int64) {
	for _, name := range names {
		if z, ok := First(name); ok {
			zxids = append(zxids, z)
		}
	}
	slices.SortFunc(zxids, cmp.Compare[int64])
	return zxids
}

// from returns the logs that may hold transactions at or behind zxid: those that begin there, and the one before them.
func from(zxids []int64, zxid int64) []int64 {
	at, _ := slices.BinarySearch(zxids, zxid)
	return zxids[max(at-1, 0):]
}

// Obsolete picks from a folder's names the logs that nobody needs who keeps a snapshot at zxid and all later ones: those that begin
// before it, but for the newest that does not begin behind it, which may go on behind it.
func Obsolete(names []string, zxid int64) (obsolete []string) {
	zxids := firsts(names)
	behind, found := slices.BinarySearch(zxids, zxid)
	if !found {
		behind-- // the newest that begins before
	}
	for _, z := range zxids[:max(behind, 0)] {
		obsolete = append(obsolete, Name(z))
	}
	return obsolete
}
