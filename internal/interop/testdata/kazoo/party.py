"""A member of kazoo's Party and ShallowParty, together with one in Go. Arguments: server, path. See party_test.go."""

import sys
import time

from kazoo.client import KazooClient

server, path = sys.argv[1:3]
client = KazooClient(hosts=server, timeout=10)
client.start()
parties = [client.Party(path + "/deep", "python-1"), client.ShallowParty(path + "/shallow", "python-1")]


def until(*members):
    """Both parties must come to have these members."""
    deadline = time.time() + 30
    for party in parties:
        while sorted(party) != sorted(members) or len(party) != len(members):
            if time.time() > deadline:
                print("members", list(party), flush=True)
                sys.exit(2)
            time.sleep(0.02)


for party in parties:
    party.join()
print("joined", flush=True)
until("go-1", "python-1")
print("together", flush=True)
until("python-1")
for party in parties:
    party.leave()
    party.join()
    party.leave()
print("done", flush=True)
client.stop()
