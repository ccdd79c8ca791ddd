// Package differ tells two ZooKeeper servers apart: it plays the same random requests to both, over bare sockets and the codec, and
// compares all that comes back.
//
// A check is a list of steps, which pgregory.net/rapid makes from a seed and makes short when it fails. Each server lives for many
// checks. After each the znodes and sessions of the check go, and what is left of it in the few znodes that stay, versions and zxids,
// is made the same on both. So zxids, sequence numbers and Stats are compared as they are. What cannot be the same is made so:
// the ids of sessions are told as the order in which they were made, times as the zxid of the transaction that they must belong to,
// and what a server keeps without order, such as the names of children, is sorted.
//
// It is for tests.
package differ
