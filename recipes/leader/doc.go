// Package leader holds the elections: one leader at a time among all that name the same znode.
//
//	Latch      takes part in the background, and says when it leads: Curator's LeaderLatch
//	Selector   calls a function while it leads: Curator's LeaderSelector
//	Observer   tells who leads, to who takes part and to who does not
//
// A Latch and a Selector on one path do not see each other, as in Curator; a Selector and a lock.Mutex do.
//
// # What a leader knows
//
// A Term is the time that a participant leads. Its Context ends with it, with the cause. Its Epoch is larger for every later leader, so a
// resource that remembers the largest and refuses smaller ones is safe from a leader that does not know yet that it is none any more. Its Guard lets
// a transaction pass only while the participant's znode stands.
//
// # Without a connection
//
// A term ends when the connection is Suspended, since the session may be over for all that this process knows. If it is not, the
// participant leads again on Reconnected, in a new Term with the same Epoch. With the policy UntilLost a term goes on until the session is Lost; the
// client declares that before any other can lead, as long as both clocks run at the same rate.
//
// # Behind a later leader
//
// What ends a session or deletes a znode at once, an administrator or a hand, gives the lead to another before the loser can hear of it. If that happens
// while the answer is under way that makes a participant the leader, its term even begins behind the other's. No further look before the term could rule
// that out, since its answer takes as long: so none is paid for. Such a term has the smaller Epoch, its Guard refuses, and it ends as soon as the
// deletion is noticed, within 250 ms while there is a connection.
package leader
