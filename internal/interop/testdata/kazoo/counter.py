"""kazoo's counter, in Curator's bytes or its own, changed together with Go's. Arguments: server, path, changes, and "text" for kazoo's
own bytes. See counter_test.go."""

import sys

from kazoo.client import KazooClient

server, path, changes = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = KazooClient(hosts=server, timeout=10)
client.start()
counter = client.Counter(path, default=0, support_curator=len(sys.argv) == 4)
print("made", counter.value, flush=True)
for _ in range(changes):
    counter += 1
print("done", counter.value, flush=True)
client.stop()
