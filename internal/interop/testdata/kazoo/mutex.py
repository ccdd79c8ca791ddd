"""A contender for kazoo's Lock. Arguments: server, lock path, counter path, hand-overs, id, patterns.

The patterns are separated by commas. The turns are those of ../java/MutexPeer.java.
"""

import sys

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NodeExistsError

server, path, counter, wanted, own, patterns = sys.argv[1:7]
client = KazooClient(hosts=server, timeout=10)
client.start()
lock = client.Lock(path, own, extra_lock_patterns=[p for p in patterns.split(",") if p])


def fail(why):
    print(why, flush=True)
    sys.exit(2)


def turn():
    try:
        client.create(counter + "/holder", own.encode(), ephemeral=True)
    except NodeExistsError:
        fail("VIOLATION: there is another holder")
    data, stat = client.get(counter)
    turns, holder, handovers = data.decode().split(" ")
    turns, handovers = int(turns) + 1, int(handovers) + (holder != own)
    try:
        client.set(counter, ("%d %s %d" % (turns, own, handovers)).encode(), stat.version)
    except BadVersionError:
        fail("VIOLATION: another holder has counted")
    client.delete(counter + "/holder")
    return handovers < int(wanted)


print("ready", own, flush=True)
turns, more = 0, True
while more:
    if not lock.acquire(timeout=60):
        fail("no lock within a minute")
    more = turn()
    lock.release()
    turns += 1
print("done", own, turns, flush=True)
client.stop()
