"""A user of kazoo's barriers: the other half of ../java/BarrierPeer.java's, with the same arguments and marks.

Arguments: server, path, id, then for double barriers the number of members and of rounds.
"""

import sys
import time

from kazoo.client import KazooClient

MARKS = "/interop/marks"

server, path, own = sys.argv[1:4]
client = KazooClient(hosts=server, timeout=10)
client.start()
client.ensure_path(MARKS)


def fail(why):
    print(why, flush=True)
    sys.exit(2)


def count(prefix):
    return len([name for name in client.get_children(MARKS) if name.startswith(prefix)])


def simple():
    if not client.Barrier(path + "/a").wait(60):
        fail("the barrier does not open")
    print("passed", flush=True)
    mine = client.Barrier(path + "/b")
    mine.create()
    print("closed", flush=True)
    time.sleep(0.5)
    client.create(MARKS + "/opened", b"")
    mine.remove()


def passes(members, rounds):
    for i in range(rounds):
        barrier = client.DoubleBarrier("%s/%d" % (path, i), members, own)
        client.create("%s/came-%d-%s" % (MARKS, i, own), b"")
        barrier.enter()
        if not barrier.participating:
            fail("does not enter round %d" % i)
        if count("came-%d-" % i) < members:
            fail("VIOLATION: in before all came, in round %d" % i)
        client.create("%s/left-%d-%s" % (MARKS, i, own), b"")
        # kazoo's leaving begins with the end of ready, whoever has not seen it yet: he would wait for ever.
        while count("left-%d-" % i) < members:
            time.sleep(0.01)
        barrier.leave()
        # kazoo's members end their leaving early, which is kazoo's own: others may still be in.


print("ready", flush=True)
if len(sys.argv) == 4:
    simple()
else:
    passes(int(sys.argv[4]), int(sys.argv[5]))
print("done", flush=True)
client.stop()
