// Package counter holds the numbers and values that processes share: Int64, Int32 and Value change atomically, Cached hands out numbers in
// blocks, SharedCount and SharedValue tell of every change.
//
// All of them keep one persistent znode, in Curator's bytes: a long is 8 bytes, a count 4, both big-endian two's complement; a
// value is raw. They share it with Curator's DistributedAtomicLong, DistributedAtomicInteger, DistributedAtomicValue, SharedCount and SharedValue;
// an Int32 and a SharedCount with kazoo's Counter(support_curator=True), too, and an Int64 WithText with kazoo's plain Counter. Data of
// another length is ErrCorrupt, as is a znode that was made for another kind.
//
// # What a lost answer means
//
// Every change is tied to the version that was read, so it takes effect once at most. When the answer to it is lost, the znode may
// show that it did not take effect: then it is tried again. It may also have been overwritten, or look as if another process had
// written the same; then the call ends with ErrUnknown instead of a guess, and nothing is added twice. WithReceipts removes the doubt.
package counter
