// Package node holds znodes that are kept there: made anew when they go, until their owner closes them.
//
//	Persistent   a znode of any mode that comes back after a lost session or a delete by hand: Curator's PersistentNode
//	TTL          a znode that outlives its owner by a time to live, and no longer: Curator's PersistentTtlNode
//
// "Persistent" is Curator's word for the recipe, not the znode's mode, which is ephemeral unless an option says otherwise: that is how a service
// registers itself.
//
// # What stands
//
// A State says whether the znode stands, under which path, and in which transaction it was made. It does not while a lost session's ephemeral has not
// been replaced, after a delete, and while the server refuses. The znode's name is the same for ever, that of a sequential one with its
// digits, too. Its data is what Set said last; what others write stays until the next Set, or until the znode is made anew.
package node
