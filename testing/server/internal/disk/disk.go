package disk

import "io"

// Dir is a folder of files. A name is a file's name alone, without a path. Errors for what is not there match fs.ErrNotExist. All
// methods may be called at the same time.
type Dir interface {
	// Create makes an empty file, in the place of what had the name before.
	Create(name string) (File, error)
	// Open opens a file for reading.
	Open(name string) (File, error)
	// Edit opens a file for reading and writing.
	Edit(name string) (File, error)
	// Rename gives a file another name, in the place of what had that before.
	Rename(from, to string) error
	// Remove removes a file's name. Who has the file open may go on.
	Remove(name string) error
	// List returns the names of all files, sorted. Folders are left out.
	List() ([]string, error)
	// Sync makes all creations, renames and removals so far safe.
	Sync() error
}

// File is an open file. It has no position: who writes knows where. One goroutine writes it at a time.
type File interface {
	io.ReaderAt
	io.WriterAt // writing behind the end leaves zeros between
	io.Closer
	// Truncate sets the length; what it adds is zeros.
	Truncate(size int64) error
	// Size is the length.
	Size() (int64, error)
	// Sync makes the content and the length safe.
	Sync() error
}
