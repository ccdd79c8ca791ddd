package recipes_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checklist is what other libraries of recipes got wrong once, and the tests that keep these from it, each a folder and a name. A line is there for every
// entry of the list, in its order; later is for those whose recipes are not written yet.
var checklist = []struct {
	trap  string
	tests string
	later string
}{
	{
		trap: "a lost create is looked up by its id and its session; after a final failure the next one has a new id (CURATOR-45, -79, -498)",
		tests: `lock.TestSweepUncontended lock.TestLostCreateIsFoundByItsName leader.TestSweepLatch
			../client.TestResolve ../client.TestProtectedCreateIsWithdrawn ../client.TestProtectedBuilderRunsTwice`,
	},
	{
		trap:  "an own znode that is missing from the list means to start over: it was not acquired, and is no reason to ask again and again (CURATOR-211)",
		tests: "lock.TestDeletedByHand lock.TestDeletedByHandEarly leader.TestLatchDeletedByHand leader.TestTermBehindEnds",
	},
	{
		trap:  "after every new connection the owner is compared with the session before anything is claimed (CURATOR-696)",
		tests: "leader.TestSweepLatch leader.TestTermEndsBeforeTheNextBegins lock.TestLockWithoutSession",
	},
	{
		trap:  "watches are set by reading what is there; by exists only where being away is a state",
		tests: "lock.TestLeavesNoWatches leader.TestLeadersLeavesNoWatch leader.TestSelectorCost barrier.TestDoubleReadyDecides",
	},
	{
		trap:  "nothing waits in the goroutine that hears events, and every wake-up looks again (CURATOR-495, -344, GH-1290)",
		tests: "lock.TestForeignChildren lock.TestSemaphoreLoss barrier.TestDoubleMembersDie counter.TestChanges leader.TestChanges",
	},
	{
		trap:  "what is watched is watched again in a new session, not only on a new connection (CURATOR-623, -311)",
		tests: "barrier.TestBarrierWaitOutlivesSessions counter.TestSharedSurvives counter.TestSharedSweep leader.TestSweepLatchBehind",
	},
	{
		trap: "own znodes are deleted however a wait ends, and a create under way at the end is undone (CURATOR-335, -462, -18)",
		tests: `lock.TestSweepCancelled lock.TestLockCancelled lock.TestLockCancelledWithoutConnection lock.TestSweepSemaphoreN barrier.TestSweepDoubleCancelled
			leader.TestSelectorCancelled leader.TestLatchClosedWhileItJoins ../client.TestGuaranteedDelete`,
	},
	{
		trap:  "a hold ends before its delete, so that a delete that fails releases once (CURATOR-376, -164)",
		tests: "lock.TestHoldEndsBeforeItsDelete leader.TestSelectorPanics",
	},
	{
		trap:  "znodes are ordered and compared by transaction ids, not by versions (CURATOR-391, -688)",
		tests: "counter.TestDeleted counter.TestSharedSurvives leader.TestPublish",
	},
	{
		trap:  "a parent that is missing was a container: it is made again (CURATOR-308, -724)",
		tests: "lock.TestFolderVanishes leader.TestLatchForeignChildren barrier.TestFolderVanishes counter.TestFoldersVanish",
	},
	{
		trap:  "an item that is queued again keeps its key, and no name is made from a whole old one (CURATOR-56, -224)",
		tests: "queue.TestSafeHolds",
	},
	{
		trap:  "a write with a version whose answer was lost is not made again, and is said to be unknown",
		tests: "counter.TestLostReply counter.TestSweep counter.TestSweepReceipts counter.TestHistory",
	},
	{
		trap:  "nobody holds anything by what was known before a suspension, and the own clock ends a hold before the server's does",
		tests: "lock.TestHoldEndsBeforeTheNextBegins lock.TestHistoryMutex lock.TestHistoryRW lock.TestHistorySemaphore leader.TestTermEndsBeforeTheNextBegins leader.TestPolicies",
	},
	{
		trap:  "who asks for leaders and participants does not mind znodes that go between being listed and being read (CURATOR-358, -436)",
		tests: "leader.TestParticipantVanishes leader.TestLeaders",
	},
	{
		trap:  "a protected znode that is made anew has the same id and digits, and is not sequential (CURATOR-190)",
		tests: "lock.TestDowngrade lock.TestSweepRW ../client.TestProtectedBuilderRunsTwice",
	},
	{
		trap:  "a service that has not changed is not published again on a new connection (CURATOR-320)",
		later: "discovery",
	},
	{
		trap:  "work after a new connection is spread over time, and not done in the dispatcher",
		tests: "../client.TestSetServersSpreads ../client.TestExponentialBackoff ../client/internal/session.TestPace node.TestHerd",
	},
	{
		trap: "real peers: Curator's mutex both ways, kazoo with patterns, RW with downgrade, counters of kazoo's making, double barriers, a latch across a lost session",
		tests: `../internal/interop.TestMutexCurator ../internal/interop.TestMutexZookit ../internal/interop.TestMutexNames ../internal/interop.TestMutexZkLock
			../internal/interop.TestRWCurator ../internal/interop.TestSemaphoreCurator ../internal/interop.TestCounterCurator ../internal/interop.TestCounterKazoo
			../internal/interop.TestDoubleBarrierZookit ../internal/interop.TestLatchZookit ../internal/interop.TestSelectorZookit`,
	},
}

// Every entry of the checklist is guarded by tests that are there.
func TestChecklist(t *testing.T) {
	if len(checklist) != 18 {
		t.Errorf("%d entries", len(checklist))
	}
	known := map[string]map[string]bool{}
	for i, entry := range checklist {
		guards := strings.Fields(entry.tests)
		if (len(guards) == 0) != (entry.later != "") {
			t.Errorf("%d, %s: %d tests, later: %q", i+1, entry.trap, len(guards), entry.later)
		}
		for _, guard := range guards {
			at := strings.LastIndexByte(guard, '.')
			folder, name := guard[:at], guard[at+1:]
			if known[folder] == nil {
				known[folder] = testsIn(t, folder)
			}
			if !known[folder][name] {
				t.Errorf("%d, %s: there is no %s in %s", i+1, entry.trap, name, folder)
			}
		}
	}
}

// testsIn are the names of a folder's tests.
func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	names := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
