"""kazoo's parties at the path of a group. Arguments: server, path, the path whose creation makes them leave.

It prints whom a Party sees and how many a ShallowParty counts, whenever that changes.
"""

import sys
import time

from kazoo.client import KazooClient

server, path, stop = sys.argv[1:4]
client = KazooClient(hosts=server, timeout=10)
client.start()
party, shallow = client.Party(path, "deep"), client.ShallowParty(path, "flat")
party.join()
shallow.join()
last = ""
while not client.exists(stop):
    now = "%s %d" % (sorted(party), len(shallow))
    if now != last:
        last = now
        print(now, flush=True)
    time.sleep(0.02)
party.leave()
shallow.leave()
print("left", flush=True)
client.stop()
