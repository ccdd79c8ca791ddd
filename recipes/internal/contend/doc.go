// Package contend is the hard part of every recipe in which contenders queue up: make a protected sequential znode, find
// out who is before it, wait without a herd, and leave nothing behind. Locks, latches and semaphores differ in what they put around it.
//
// # Shape
//
// parent/_c_<uuid>-<name><10 digits>, ephemeral; parent and its missing ancestors are containers. Children are ordered by what stands
// behind the last occurrence of the recipe's name ("lock-"), or by their whole name if it does not occur, as Curator's StandardLockInternalsDriver
// does, so protected, unprotected and foreign names mix.
//
// # Cost
//
//	Enter   2 requests in one round trip (create and list); 3 requests and a round trip more if the parent is missing
//	Await   2 requests and one watch event for each time the predecessor goes (read it with a watch; list again)
//	Leave   1 request
//
// A contender whose place lasts longer than a moment also watches its own znode: one more request, and one more event, its own
// delete's. Short ones do without: their znode is found missing by the listing, or by the watch once it is set.
//
// # What a contender learns
//
// The session's end and the loss of its own znode end a place at once, whether it waits or holds.
package contend
