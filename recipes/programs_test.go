package recipes_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// programs are the example programs, folders of examples, that show the recipes of doc.go's table, and what each must have to show it.
var programs = []struct{ recipe, folder, uses string }{
	{"lock.Mutex", "quickstart", "lock.NewMutex("},
	{"lock.Reentrant", "lock", "lock.NewReentrant("},
	{"lock.SemaphoreMutex", "semaphoremutex", "lock.NewSemaphoreMutex("},
	{"lock.RWMutex", "rwlock", "lock.NewRWMutex("},
	{"lock.ReentrantRW", "rwlock", "lock.NewReentrantRW("},
	{"lock.Semaphore", "semaphore", "lock.NewSharedSemaphore("},
	{"lock.Multi", "multilock", "lock.NewMulti("},
	{"lock.Revoke", "revocation", "lock.Revoke("},
	{"leader.Latch", "leader", "leader.NewLatch("},
	{"leader.Selector", "selector", "leader.NewSelector("},
	{"leader.Observer", "selector", "leader.NewSelectorObserver("},
	{"barrier.Barrier", "gate", "barrier.New("},
	{"barrier.Double", "barrier", "barrier.NewDouble("},
	{"counter.Int64", "counter", "counter.NewInt64("},
	{"counter.Int32", "values", "counter.NewInt32("},
	{"counter.Value", "values", "counter.NewValue("},
	{"counter.Cached", "values", "counter.NewCached("},
	{"counter.SharedCount", "counter", "counter.NewSharedCount("},
	{"counter.SharedValue", "values", "counter.NewSharedValue("},
	{"queue.FIFO", "shardedqueue", "queue.NewFIFO("},
	{"queue.IDs", "delayqueue", "queue.NewIDs("},
	{"queue.Priority", "queue", "queue.NewPriority("},
	{"queue.Delay", "delayqueue", "queue.NewDelay("},
	{"queue.Simple", "simplequeue", "queue.NewSimple("},
	{"queue.Sharded", "shardedqueue", "queue.NewSharded("},
	{"queue.KazooQueue", "kazooqueue", "queue.NewKazooQueue("},
	{"queue.KazooLocking", "lockingqueue", "queue.NewKazooLocking("},
	{"node.Persistent", "node", "node.NewPersistent("},
	{"node.TTL", "ttl", "node.NewTTL("},
	{"group.Member", "group", "group.NewMember("},
	{"party.Party", "attendance", "party.New("},
	{"party.Partitioner", "party", "party.NewPartitioner("},
	{"lease.Lease", "lease", "lease.New("},
	{"lease.Multi", "multilease", "lease.NewMulti("},
	{"cache.Tree", "cache", "cache.NewTree("},
	{"cache.Children", "childcache", "cache.NewChildren("},
	{"cache.Node", "childcache", "cache.NewNode("},
}

// Every recipe of the table has a program, in the order of the table, which uses it and starts the server by itself. CI runs all programs.
func TestPrograms(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var table, shown []string
	for _, row := range regexp.MustCompile(`(?m)^//\t.*  (?:recipes/\w+|cache) +(\w+\.\w+) `).FindAllStringSubmatch(string(doc), -1) {
		table = append(table, row[1])
	}
	for _, p := range programs {
		shown = append(shown, p.recipe)
		source, err := os.ReadFile(filepath.Join("..", "examples", p.folder, "main.go"))
		if err != nil {
			t.Errorf("%s: %v", p.recipe, err)
			continue
		}
		for _, uses := range []string{p.uses, "server.New("} {
			if !strings.Contains(string(source), uses) {
				t.Errorf("%s: examples/%s does not use %s", p.recipe, p.folder, uses)
			}
		}
	}
	if !slices.Equal(table, shown) || len(table) < 36 {
		t.Errorf("the table has %q, and programs show %q", table, shown)
	}
}
