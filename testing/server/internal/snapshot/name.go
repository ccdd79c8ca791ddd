package snapshot

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

const (
	prefix = "snapshot."
	gz     = ".gz"
	// temporary stands before the name of a file that is not whole. At the end of the name it would not do: Apache looks at what is
	// before the second dot.
	temporary = "tmp."
)

// Name is the name of the snapshot at a zxid.
func Name(zxid int64) string { return prefix + strconv.FormatUint(uint64(zxid), 16) }

// Zxid is the zxid of a snapshot by its name, compressed or not. It fails for what is not one.
func Zxid(name string) (zxid int64, ok bool) {
	plain, _ := strings.CutSuffix(name, gz)
	digits, ok := strings.CutPrefix(plain, prefix)
	if !ok {
		return 0, false
	}
	z, err := strconv.ParseInt(digits, 16, 64)
	return z, err == nil && z >= 0 && Name(z) == plain
}

// file is a snapshot's name and what it says.
type file struct {
	name string
	zxid int64
}

// newest lists the snapshots among names, the newest first.
func newest(names []string) (files []file) {
	for _, name := range names {
		if z, ok := Zxid(name); ok {
			files = append(files, file{name: name, zxid: z})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(cmp.Compare(b.zxid, a.zxid), cmp.Compare(a.name, b.name)) })
	return files
}

// seal ends every snapshot.
var seal = []byte{0, 0, 0, 1, '/'}

// Valid tells whether a file looks like a whole snapshot, as cheaply as Apache does: by its end, or by its beginning if it is
// compressed. Only Load tells whether it is one.
func Valid(dir disk.Dir, name string) (bool, error) {
	if _, ok := Zxid(name); !ok {
		return false, nil
	}
	f, err := dir.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil || size < 10 {
		return false, err
	}
	want, at := seal, size-int64(len(seal))
	if strings.HasSuffix(name, gz) {
		want, at = []byte{0x1f, 0x8b}, 0
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(io.NewSectionReader(f, at, int64(len(got))), got); err != nil {
		return false, err
	}
	return bytes.Equal(got, want), nil
}

// Obsolete picks from a folder the snapshots that may go if the newest keep that look whole stay, and tells the zxid of the oldest that
// stays: it decides which logs may go. If there are fewer, nothing may: ok is false.
func Obsolete(dir disk.Dir, keep int) (obsolete []string, oldest int64, ok bool, err error) {
	names, err := dir.List()
	if err != nil {
		return nil, 0, false, err
	}
	for _, f := range newest(names) {
		switch valid, err := Valid(dir, f.name); {
		case err != nil:
			return nil, 0, false, err
		case ok && f.zxid < oldest:
			obsolete = append(obsolete, f.name)
		case valid && !ok:
			keep--
			oldest, ok = f.zxid, keep <= 0
		}
	}
	if !ok {
		return nil, 0, false, nil
	}
	return obsolete, oldest, true, nil
}
