package disk

import (
	"io"
	"io/fs"
	"maps"
	"slices"
	"sync"
)

// Memory is a folder in memory. Beside what is asked of it, it keeps what has been synced, and what was done since in its order, so
// that Crash can tell what would be left.
type Memory struct {
	mu      sync.Mutex        // guards all below and all inodes
	entries map[string]*inode // as everyone sees them
	synced  map[string]*inode // as they were at the last Sync
	changes []change          // what was done to entries since
}

// change is something done to entries: both parts of it, or nothing.
type change struct {
	removed string // "" is none
	added   string // "" is none
	node    *inode // added's
}

// inode is a file's content; names are entries'.
type inode struct {
	data   []byte
	synced []byte  // as it was at the last Sync
	writes []write // what was done to data since
}

// write is something done to a file.
type write struct {
	at       int64
	data     []byte
	truncate bool // to the length at; data is nil
}

// NewMemory returns an empty folder.
func NewMemory() *Memory {
	return &Memory{entries: make(map[string]*inode), synced: make(map[string]*inode)}
}

func (m *Memory) do(c change) {
	c.apply(m.entries)
	m.changes = append(m.changes, c)
}

func (c change) apply(entries map[string]*inode) {
	if c.removed != "" {
		delete(entries, c.removed)
	}
	if c.added != "" {
		entries[c.added] = c.node
	}
}

// Create implements Dir. A file that is there already is made empty, which a crash may undo as it may any write.
func (m *Memory) Create(name string) (File, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.entries[name]
	if n == nil {
		n = &inode{}
		m.do(change{added: name, node: n})
	} else {
		n.do(write{truncate: true})
	}
	return &memoryFile{dir: m, node: n, name: name, writable: true}, nil
}

// Open implements Dir.
func (m *Memory) Open(name string) (File, error) { return m.open(name, false) }

// Edit implements Dir.
func (m *Memory) Edit(name string) (File, error) { return m.open(name, true) }

func (m *Memory) open(name string, writable bool) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.entries[name]
	if n == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &memoryFile{dir: m, node: n, name: name, writable: writable}, nil
}

// Rename implements Dir.
func (m *Memory) Rename(from, to string) error {
	if err := checkName(to); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.entries[from]
	if n == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	m.do(change{removed: from, added: to, node: n})
	return nil
}

// Remove implements Dir.
func (m *Memory) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	m.do(change{removed: name})
	return nil
}

// List implements Dir.
func (m *Memory) List() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Sorted(maps.Keys(m.entries)), nil
}

// Sync implements Dir.
func (m *Memory) Sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.changes {
		c.apply(m.synced)
	}
	m.changes = nil
	return nil
}

func (n *inode) do(w write) {
	n.data = w.apply(n.data)
	n.writes = append(n.writes, w)
}

// apply returns data after the write. It writes to data's array.
func (w write) apply(data []byte) []byte {
	end := w.at + int64(len(w.data))
	if grow := end - int64(len(data)); grow > 0 {
		had := len(data)
		data = slices.Grow(data, int(grow))[:end]
		clear(data[had:])
	}
	if w.truncate {
		return data[:w.at]
	}
	copy(data[w.at:], w.data)
	return data
}

// memoryFile is an open file of a Memory.
type memoryFile struct {
	dir      *Memory
	node     *inode
	name     string
	writable bool
	closed   bool
}

// use locks the folder, if the file may be used so.
func (f *memoryFile) use(op string, write bool) error {
	f.dir.mu.Lock()
	err := fs.ErrPermission
	switch {
	case f.closed:
		err = fs.ErrClosed
	case !write || f.writable:
		return nil
	}
	f.dir.mu.Unlock()
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}

func (f *memoryFile) ReadAt(p []byte, at int64) (int, error) {
	if err := f.use("read", false); err != nil {
		return 0, err
	}
	defer f.dir.mu.Unlock()
	if at < 0 {
		return 0, &fs.PathError{Op: "read", Path: f.name, Err: fs.ErrInvalid}
	}
	if at >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memoryFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.use("write", true); err != nil {
		return 0, err
	}
	defer f.dir.mu.Unlock()
	if at < 0 {
		return 0, &fs.PathError{Op: "write", Path: f.name, Err: fs.ErrInvalid}
	}
	if len(p) > 0 {
		f.node.do(write{at: at, data: slices.Clone(p)})
	}
	return len(p), nil
}

func (f *memoryFile) Truncate(size int64) error {
	if err := f.use("truncate", true); err != nil {
		return err
	}
	defer f.dir.mu.Unlock()
	if size < 0 {
		return &fs.PathError{Op: "truncate", Path: f.name, Err: fs.ErrInvalid}
	}
	f.node.do(write{at: size, truncate: true})
	return nil
}

func (f *memoryFile) Size() (int64, error) {
	if err := f.use("stat", false); err != nil {
		return 0, err
	}
	defer f.dir.mu.Unlock()
	return int64(len(f.node.data)), nil
}

func (f *memoryFile) Sync() error {
	if err := f.use("sync", false); err != nil {
		return err
	}
	defer f.dir.mu.Unlock()
	for _, w := range f.node.writes {
		f.node.synced = w.apply(f.node.synced)
	}
	f.node.writes = nil
	return nil
}

func (f *memoryFile) Close() error {
	if err := f.use("close", false); err != nil {
		return err
	}
	defer f.dir.mu.Unlock()
	f.closed = true
	return nil
}
