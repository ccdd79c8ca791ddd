"""kazoo's counter in Curator's bytes, changed together with Go's. Arguments: server, path, changes. See counter_test.go."""

import sys

from kazoo.client import KazooClient

server, path, changes = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = KazooClient(hosts=server, timeout=10)
client.start()
counter = client.Counter(path, default=0, support_curator=True)
print("made", counter.value, flush=True)
for _ in range(changes):
    counter += 1
print("done", flush=True)
client.stop()
