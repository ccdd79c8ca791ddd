// Package party holds what a group of processes needs to know who is in it, and to divide work among them. It shares its znodes with kazoo,
// so members in Go and in Python are one group.
//
//	Party         who is here, by znodes whose data says the ids: kazoo's Party
//	NewShallow    the same with the ids in the znodes' names, so that one request tells them all: kazoo's ShallowParty
//	Partitioner   divides a set of items among the members, each item with one owner at a time: kazoo's SetPartitioner
//
// # What a member knows
//
// A Membership is the time that a member is seen by the others. Its Context ends with it, with the cause. A member whose session is lost is out,
// and stays out: who wants to come back by itself says so with Party.Stay, and is told of every step.
//
// # Without a connection
//
// While the connection is Suspended a membership goes on, since the session may live and the others see it until the server ends it. When the
// session is Lost it ends, before the others can see that.
package party
