"""kazoo's queues, shared with Go. Arguments: server, path, items. See kazooqueue_test.go."""

import sys
import time

from kazoo.client import KazooClient

server, path, items = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = KazooClient(hosts=server, timeout=10)
client.start()


def expect(got, want):
    assert got == want, "%r instead of %r" % (got, want)


# The plain queue: kazoo's items for Go, and Go's for kazoo.
to_go = client.Queue(path + "/go")
for i in range(items):
    to_go.put(b"kazoo %d" % i, 100 if i % 2 else 7)
print("put", flush=True)
from_go = client.Queue(path + "/kazoo")
for i in list(range(0, items, 2)) + list(range(1, items, 2)):
    for _ in range(100):
        got = from_go.get()
        if got is not None:
            break
        time.sleep(0.1)
    expect(got, b"go %d" % i)
expect(from_go.get(), None)

# The locking queue: what kazoo holds, Go must not get, and the other way round.
locking = client.LockingQueue(path + "/locking")
locking.put_all([b"first", b"second"])
expect(locking.get(10), b"first")
assert locking.holds_lock()
print("holds", flush=True)
other = client.LockingQueue(path + "/locking")
while client.exists(path + "/go-holds") is None:
    time.sleep(0.05)
expect(other.get(0.5), None)  # Go holds the second one
assert locking.consume()
print("consumed", flush=True)
expect(other.get(20), b"second")  # Go has released it
assert other.consume()
print("alone", flush=True)

# Both work off one queue.
worked = 0
while True:
    got = other.get(20)
    if got == b"end":
        other.release()
        break
    print("kazoo did", got.decode(), flush=True)
    assert other.consume()
print("done", flush=True)
client.stop()
