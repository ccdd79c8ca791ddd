// Package recipes holds the recipes, one package a family. They use only what package client exports,
// and a group what package cache does.
//
//	problem                                    package          recipe               Curator's name
//	one holder at a time, fair, with a token   recipes/lock     lock.Mutex           InterProcessMutex
//	the same, and its holder may lock again    recipes/lock     lock.Reentrant       InterProcessMutex
//	the same, on Curator's other znodes        recipes/lock     lock.SemaphoreMutex  InterProcessSemaphoreMutex
//	one writer or many readers                 recipes/lock     lock.RWMutex         InterProcessReadWriteLock
//	the same, and its holders may lock again   recipes/lock     lock.ReentrantRW     InterProcessReadWriteLock
//	so many holders at a time                  recipes/lock     lock.Semaphore       InterProcessSemaphoreV2
//	several locks as one                       recipes/lock     lock.Multi           InterProcessMultiLock
//	to ask a holder to let go                  recipes/lock     lock.Revoke          Revocable, Revoker
//	one leader at a time, in the background    recipes/leader   leader.Latch         LeaderLatch
//	a function that only the leader runs       recipes/leader   leader.Selector      LeaderSelector
//	who leads, for those who do not take part  recipes/leader   leader.Observer      LeaderLatch.getLeader
//	all wait until somebody opens              recipes/barrier  barrier.Barrier      DistributedBarrier
//	all begin together and end together        recipes/barrier  barrier.Double       DistributedDoubleBarrier
//	a number that all change                   recipes/counter  counter.Int64        DistributedAtomicLong
//	a smaller number that all change           recipes/counter  counter.Int32        DistributedAtomicInteger
//	bytes that all change                      recipes/counter  counter.Value        DistributedAtomicValue
//	unique numbers, cheaply                    recipes/counter  counter.Cached       CachedAtomicLong
//	a number that all see at once              recipes/counter  counter.SharedCount  SharedCount
//	bytes that all see at once                 recipes/counter  counter.SharedValue  SharedValue
//	work for whoever is free, none lost        recipes/queue    queue.FIFO           DistributedQueue
//	the same, removable by id                  recipes/queue    queue.IDs            DistributedIdQueue
//	the same, the urgent first                 recipes/queue    queue.Priority       DistributedPriorityQueue
//	the same, each when its time has come      recipes/queue    queue.Delay          DistributedDelayQueue
//	bytes in order, fast, each for one taker   recipes/queue    queue.Simple         SimpleDistributedQueue
//	a queue that grows very long               recipes/queue    queue.Sharded        QueueSharder
//	jobs by priority, each for one taker       recipes/queue    queue.KazooQueue     none; kazoo's Queue
//	jobs by priority, back if a worker dies    recipes/queue    queue.KazooLocking   none; kazoo's LockingQueue
//	a znode that comes back whatever happens   recipes/node     node.Persistent      PersistentNode
//	a znode that outlives its owner, a while   recipes/node     node.TTL             PersistentTtlNode
//	who is in a group, and what each says      recipes/group    group.Member         GroupMember
//	who is here, and who comes and goes        recipes/party    party.Party          kazoo's Party, ShallowParty
//	a set of items, each with one owner        recipes/party    party.Partitioner    kazoo's SetPartitioner
//	a job that stays on one host by the clock  recipes/lease    lease.Lease          kazoo's NonBlockingLease
//	a job that so many hosts do                recipes/lease    lease.Multi          kazoo's MultiNonBlockingLease
//	a copy of a tree that follows it           cache            cache.Tree           CuratorCache, TreeCache
//	a copy of the children                     cache            cache.Children       PathChildrenCache
//	a copy of one znode                        cache            cache.Node           NodeCache
//
// # What holds for all of them
//
//   - Constructors do no I/O and start nothing; an error means a bad argument.
//   - What is held has a Context, which ends when the hold does, with the cause. A recipe never survives silently into a new session.
//   - While the connection is Suspended a hold goes on: the session may live. When it is Lost the hold ends, before the server can give
//     to another what was held. A lease.Grant alone is bound to the clock and to no session. A leader's term alone ends while Suspended,
//     unless leader.WithPolicy or the client's error policy (client.WithStateErrorPolicy) says otherwise.
//   - Errors begin with the package's name and say the path; errors.Is finds what went wrong. When it is the call's own context that ended,
//     the error is its cause and nothing else, unless what was sent may have taken effect (client.MayHaveApplied).
//   - One release wakes one waiter; a semaphore's wakes two, the next holder and the one that then comes up to watch. Only queue.Simple and
//     the queues of kazoo's znodes wake all that wait, since their layouts have no line of waiters.
//   - What a call made is removed when the call fails or its context ends, on a context of its own.
package recipes
