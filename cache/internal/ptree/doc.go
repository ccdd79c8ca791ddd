// Package ptree is an immutable sorted map from paths to znodes, made for many znodes in little memory.
//
// It is a B+ tree. Changing it copies the way from the root to the leaves concerned and shares the rest, so that every state that a cache
// has been in can be kept for the price of what differs. A leaf holds up to 64 znodes in one block of bytes: the part of the path that they
// do not share, what of the Stat is not usual, as varints, and the data. So a hundred thousand znodes are some thousands of objects
// for the garbage collector, none with more pointers than it needs.
//
// Keys are paths below the cache's root: "" is the root itself, "/a/b" a descendant. They are sorted name by name, so that a znode stands
// right before its descendants, and all of those before its next sibling.
package ptree
