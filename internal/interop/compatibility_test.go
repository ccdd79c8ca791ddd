package interop

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// compatibility is which recipes share their znodes with Curator and with kazoo, and the tests of this package that prove it on Apache's server and
// on our own. unshared says why a recipe is shared with nobody, or what is not proven with a peer.
var compatibility = []struct{ recipe, proof, unshared string }{
	{"lock.Mutex, lock.Reentrant: InterProcessMutex, kazoo's Lock by WithNames and WithPatterns, zk.Lock",
		"TestMutexZookit TestMutexCurator TestMutexZkLock TestMutexNames TestMutexJudge TestLocksCurator", ""},
	{"lock.Revoke: Revocable, Revoker", "TestRevocationCurator", ""},
	{"lock.SemaphoreMutex: InterProcessSemaphoreMutex", "TestLocksCurator", ""},
	{"lock.Semaphore: InterProcessSemaphoreV2, its limit fixed or a SharedCount's", "TestSemaphoreCurator TestSharedSemaphoreCurator",
		"kazoo's Semaphore has other znodes, so WithNames(Kazoo) is refused (lock.TestNamesThatAreRefused); Curator's first InterProcessSemaphore is deprecated"},
	{"lock.RWMutex: InterProcessReadWriteLock, downgraded by either side", "TestRWCurator TestDowngradeCurator",
		"kazoo's ReadLock and WriteLock have other names, of which Curator takes no note, so WithNames(Kazoo) is refused (the same test)"},
	{"lock.Multi: InterProcessMultiLock", "TestLocksCurator", ""},
	{"leader.Latch: LeaderLatch, through lost sessions", "TestLatchZookit TestLatchObserved TestLatchSessionsEndCurator", ""},
	{"leader.Selector: LeaderSelector, kazoo's Election by WithKazooNames", "TestSelectorZookit TestSelectorKazoo TestSelectorKazooContenders", ""},
	{"barrier.Barrier: DistributedBarrier, kazoo's Barrier", "TestBarrierZookit TestBarrierKazoo", ""},
	{"barrier.Double: DistributedDoubleBarrier, kazoo's DoubleBarrier", "TestDoubleBarrierZookit TestDoubleBarrierKazoo", ""},
	{"counter.SharedCount, counter.SharedValue: SharedCount, SharedValue, kazoo's Counter(support_curator=True), which begins empty",
		"TestCounterCurator TestCounterKazoo TestSharedKazooGoJava", ""},
	{"counter.Int32: DistributedAtomicInteger, and SharedCount's bytes", "TestIntegerCuratorAndKazoo", ""},
	{"counter.Int64: DistributedAtomicLong, promoted to one lock", "TestCounterCurator", ""},
	{"counter.Cached: CachedAtomicLong", "TestCachedCurator", ""},
	{"counter.Value: DistributedAtomicValue", "TestCounterCurator", ""},
	{"counter.Int64 WithText: kazoo's Counter", "TestCounterKazooText", ""},
	{"queue.FIFO, queue.IDs, queue.Priority, queue.Delay: DistributedQueue and its kin", "TestDistributedQueueCurator", ""},
	{"queue.Simple: SimpleDistributedQueue", "TestSimpleQueueCurator", ""},
	{"queue.KazooQueue, queue.KazooLocking: kazoo's Queue and LockingQueue", "TestKazooQueues", ""},
	{"queue.Sharded: QueueSharder", "TestShardedQueueCurator", ""},
	{"node.Persistent: PersistentNode", "TestNodeModesCurator TestNodeSharedWithCurator", ""},
	{"node.TTL: PersistentTtlNode", "TestTTLNodeCurator", ""},
	{"group.Member: GroupMember, kazoo's parties", "TestGroupCurator TestGroupKazoo", ""},
	{"party.Party: kazoo's Party, ShallowParty", "TestPartyKazoo", ""},
	{"party.Partitioner: kazoo's SetPartitioner", "TestPartitionerKazoo TestPartitionerKazooDies TestWeightedPartitionerKazoo", ""},
	{"lease.Lease, lease.Multi: kazoo's NonBlockingLease, MultiNonBlockingLease", "TestLeaseKazoo TestMultiLeaseKazoo", ""},
	{"cache.Node, cache.Children, cache.Tree: CuratorCache", "TestCacheCurator", ""},
	{"what both sides must agree on: namespace, login and access control lists; compression", "TestTenantCurator TestCompressionCurator", ""},
	{"discovery", "", "is not built yet"},
	{"migrations", "", "are not built yet"},
	{"modelled znodes", "", "are not built yet"},
	{"schema and retry policies", "", "write no znodes"},
}

// Every row is proven by tests that are there, or says why not.
func TestCompatibility(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	must(t, err)
	tests := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		must(t, err)
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				tests[f.Name.Name] = true
			}
		}
	}
	for _, row := range compatibility {
		proofs := strings.Fields(row.proof)
		if len(proofs) == 0 && row.unshared == "" {
			t.Errorf("%s: neither a proof nor a reason", row.recipe)
		}
		for _, proof := range proofs {
			if !strings.HasPrefix(proof, "Test") || !tests[proof] {
				t.Errorf("%s: there is no %s", row.recipe, proof)
			}
		}
	}
}
