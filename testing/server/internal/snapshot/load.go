package snapshot

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// most is how many snapshots Load tries, as many as Apache.
const most = 100

// Loaded tells what Load has read.
type Loaded struct {
	Name string
	Zxid int64 // by the name, which is where the log goes on
	Trailer
	// Broken is why each of the newer ones was not taken.
	Broken []error
}

// Load reads the newest snapshot that is whole. begin is called for each one that is tried, and begins anew: what was built before is
// void. If there is none the error matches fs.ErrNotExist, and if all are broken ErrBroken.
//
// limit is Read's.
//
// Falling back is safe as long as the logs from the older snapshot on are there, which Obsolete's oldest sees to.
func Load(dir disk.Dir, limit int, begin func() Visitor) (l Loaded, err error) {
	names, err := dir.List()
	if err != nil {
		return l, err
	}
	files := newest(names)
	if len(files) == 0 {
		return l, fmt.Errorf("snapshot: there is none: %w", fs.ErrNotExist)
	}
	for _, f := range files[:min(most, len(files))] {
		t, err := read(dir, f.name, limit, begin())
		if err == nil {
			l.Name, l.Zxid, l.Trailer = f.name, f.zxid, t
			return l, nil
		}
		l.Broken = append(l.Broken, fmt.Errorf("%s: %w", f.name, err))
	}
	return l, fmt.Errorf("%w: none of %d: %w", ErrBroken, len(l.Broken), errors.Join(l.Broken...))
}

// read reads one file, whatever its form.
func read(dir disk.Dir, name string, limit int, v Visitor) (Trailer, error) {
	f, err := dir.Open(name)
	if err != nil {
		return Trailer{}, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return Trailer{}, err
	}
	plain := io.NewSectionReader(f, 0, size)
	if !strings.HasSuffix(name, gz) {
		return Read(plain, limit, v)
	}
	z, err := gzip.NewReader(plain)
	if err != nil {
		return Trailer{}, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return Read(z, limit, v)
}
