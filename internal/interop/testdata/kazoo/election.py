"""A participant of kazoo's Election. Arguments: those of mutex.py, without the patterns. It takes its turn while it leads."""

import sys

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NodeExistsError

server, path, counter, wanted, own = sys.argv[1:6]
client = KazooClient(hosts=server, timeout=10)
client.start()
election = client.Election(path, own)
turns, more = 0, True


def turn():
    global turns, more
    try:
        client.create(counter + "/holder", own.encode(), ephemeral=True)
    except NodeExistsError:
        raise SystemExit("VIOLATION: there is another leader")
    data, stat = client.get(counter)
    count, holder, handovers = data.decode().split(" ")
    count, handovers = int(count) + 1, int(handovers) + (holder != own)
    try:
        client.set(counter, ("%d %s %d" % (count, own, handovers)).encode(), stat.version)
    except BadVersionError:
        raise SystemExit("VIOLATION: another leader has counted")
    client.delete(counter + "/holder")
    turns, more = turns + 1, handovers < int(wanted)


print("ready", own, flush=True)
while more:
    election.run(turn)
print("contenders", len(election.contenders()), flush=True)
print("done", own, turns, flush=True)
client.stop()
