"""Tries to get a lease with kazoo, and says whether it did. Arguments: server, path, seconds, holder, count.

With a count it is a MultiNonBlockingLease. See lease_test.go.
"""

import datetime
import sys

from kazoo.client import KazooClient

server, path, seconds, holder = sys.argv[1:5]
client = KazooClient(hosts=server, timeout=10)
client.start()
duration = datetime.timedelta(seconds=int(seconds))
if len(sys.argv) > 5:
    lease = client.MultiNonBlockingLease(int(sys.argv[5]), path, duration, holder)
else:
    lease = client.NonBlockingLease(path, duration, holder)
print("obtained", bool(lease), flush=True)
client.stop()
