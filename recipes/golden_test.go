package recipes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden are bytes and names that were seen on the wire of Curator's, and the folder whose unit tests hold this project to them.
var golden = []struct{ what, folder, bytes string }{
	{"a count of 7", "counter", "00000007"},
	{"a count of -2", "counter", "fffffffe"},
	{"a long of 258", "counter", "0000000000000102"},
	{"an integer of -1", "counter", "ffffffff"},
	{"a queue's item", "queue", "0001000101000000026869"},
	{"a queue's item of three", "queue", "0001000101000000016101000000000100000003636363"},
	{"priority 5", "queue", "queue-100000005"},
	{"priority -1", "queue", "queue-0FFFFFFFF"},
	{"the least priority", "queue", "queue-080000000"},
	{"the greatest priority", "queue", "queue-17FFFFFFF"},
	{"priority 0", "queue", "queue-100000000"},
	{"due in 2023", "queue", "queue-|18BCFE56800|"},
	{"due in 1970", "queue", "queue-|00000001|"},
	{"an id", "queue", "queue-|a_b_c|"},
	{"compressed by Curator 5.9", "../client", "1f8b08000000000000ffcb48cdc9c9070086a6103605000000"},
	{"compressed by Curator 5.4", "../client", "1f8b0800000000000000cb48cdc9c9070086a6103605000000"},
	{"nothing, compressed by Curator 5.9", "../client", "1f8b08000000000000ff03000000000000000000"},
	{"nothing, compressed by Curator 5.4", "../client", "1f8b080000000000000003000000000000000000"},
}

// Every golden vector of the recipes that there are is in a unit test of theirs.
func TestGoldenVectors(t *testing.T) {
	for _, vector := range golden {
		files, err := filepath.Glob(filepath.Join(vector.folder, "*_test.go"))
		must(t, err)
		found := false
		for _, file := range files {
			source, err := os.ReadFile(file)
			must(t, err)
			found = found || strings.Contains(string(source), `"`+vector.bytes)
		}
		if !found {
			t.Errorf("%s: no test in %s has %s", vector.what, vector.folder, vector.bytes)
		}
	}
}
