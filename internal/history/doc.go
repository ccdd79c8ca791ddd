// Package history checks what concurrent clients saw of a lock, a counter or a queue against a model of it: is there one order, of the
// calls one after another, that explains all answers and puts no call before one that had ended when it began? It is porcupine's
// question (github.com/anishathalye/porcupine); this package adds calls of which nobody knows whether they took effect, seeds, and random faults.
//
//	history.Seeds(t, 20, func(t *testing.T, r *rand.Rand) {
//		var log history.Log[history.CounterCall, history.CounterAnswer]
//		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
//			chaos := history.Begin(t, w, r, history.Faults{Hosts: []string{"a", "b"}, Every: 2 * time.Second})
//			... // goroutines that say log.Begin, call, and say how it ended
//			chaos.End()
//		})
//		history.Check(t, &log, history.Counter())
//	})
//
// A test that fails tells its seed in its name; ZOOKIT_SEED=<seed> runs that one alone. The seed fixes the faults and what the test draws from it,
// not the order in which goroutines run that could run at the same time.
package history
