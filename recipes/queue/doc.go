// Package queue holds the queues of Curator's QueueBuilder, on its znodes, so that Go and Java can put and take from the same one.
//
//	q, err := queue.NewFIFO(c, "/queues/mail", queue.String{}, queue.WithLockPath("/queues/mail-locks"))
//	...
//	defer q.Close(ctx)
//	_, err = q.Put(ctx, "hello")
//
//	it, err := q.Take(ctx)
//	send(it.Context(), it.Value())
//	err = it.Done(ctx)
//
//	kind      order                              names                        Curator's
//	FIFO      as put                             queue-SEQ                    DistributedQueue
//	IDs       as put, removable by id            queue-|ID|SEQ                DistributedIdQueue
//	Priority  the smaller number first           queue-<0 or 1><8 digits>SEQ  DistributedPriorityQueue
//	Delay     the earlier time first, when due   queue-|<hex ms>|SEQ          DistributedDelayQueue
//
// Whether consumption is safe, with a lock path, or without one at most once, is the same for these four; see Queue.
//
// The others are of the same family or other ones. The first three hold what was put with no framing around it:
//
//	Simple         as put                        qn-SEQ                       SimpleDistributedQueue, ZooKeeper's own recipe
//	KazooQueue     the smaller number first      entry-PPP-SEQ                kazoo's Queue
//	KazooLocking   the same, held until done     entries/entry-PPP-SEQ        kazoo's LockingQueue
//	Sharded        as put, within each shard     queue-UUID/...               QueueSharder
package queue
