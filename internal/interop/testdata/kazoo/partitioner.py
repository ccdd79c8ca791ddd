"""A member of kazoo's SetPartitioner, together with members in Go. Arguments: server, path, id, items, function.

What it owns it says by ephemeral znodes below /interop/owners, one for each item; if one is there already there are two owners. It ends when
/interop/stop/<id> is there. The function is "kazoo", or "weighted" as package party has it. See partitioner_test.go.
"""

import sys
import time

from kazoo.client import KazooClient
from kazoo.exceptions import NodeExistsError

server, path, own, items, function = sys.argv[1:6]
owners, stop = "/interop/owners/", "/interop/stop/" + own


def weight(member):
    head, mark, digits = member.rpartition(";weight=")
    return int(digits) if mark else 1


def weighted(identifier, members, partitions):
    """To each item in turn the member that has the fewest for its weight, counting this item; the first of equals."""
    workers = sorted(members)
    has = [0] * len(workers)
    mine = []
    for item in sorted(partitions):
        best = 0
        for i in range(len(workers)):
            if (has[i] + 1) * weight(workers[best]) < (has[best] + 1) * weight(workers[i]):
                best = i
        has[best] += 1
        if workers[best] == identifier:
            mine.append(item)
    return mine


client = KazooClient(hosts=server, timeout=6)
client.start()
partitioner = client.SetPartitioner(
    path, set(items.split(",")), identifier=own, time_boundary=0.2,
    partition_func=weighted if function == "weighted" else None)
mine = []
print("ready", flush=True)
while not client.exists(stop):
    if partitioner.failed:
        print("FAILED", flush=True)
        sys.exit(2)
    if partitioner.acquired and not mine:
        for item in list(partitioner):
            try:
                client.create(owners + item, own.encode(), ephemeral=True)
            except NodeExistsError:
                print("VIOLATION: two own", item, flush=True)
                sys.exit(2)
            mine.append(item)
    elif partitioner.release:
        for item in mine:
            client.delete(owners + item)
        mine = []
        partitioner.release_set()
    time.sleep(0.02)
for item in mine:
    client.delete(owners + item)
partitioner.finish()
print("done", flush=True)
client.stop()
