"""Who contends for kazoo's Lock, by its own account. Arguments: server, lock path, id, patterns separated by commas, how many contenders to wait for.

It queues up, tells "queued", then all contenders when there are so many, waits for its turn, tells all again, and lets go.
"""

import sys
import threading
import time

from kazoo.client import KazooClient

server, path, own, patterns, wanted = sys.argv[1:6]
client = KazooClient(hosts=server, timeout=10)
client.start()
lock = client.Lock(path, own, extra_lock_patterns=[p for p in patterns.split(",") if p])
acquired = threading.Event()


def queue_up():
    if lock.acquire(timeout=60):
        acquired.set()


def until(true):
    deadline = time.monotonic() + 60
    while not true():
        if time.monotonic() > deadline:
            print("nothing within a minute", lock.contenders(), flush=True)
            sys.exit(2)
        time.sleep(0.01)  # there is nothing to wait on: kazoo tells only who asks


threading.Thread(target=queue_up, daemon=True).start()
until(lambda: own in lock.contenders())
print("queued", flush=True)
until(lambda: len(lock.contenders()) == int(wanted))
print("all:", ",".join(lock.contenders()), ";", flush=True)
until(acquired.is_set)
print("mine:", ",".join(lock.contenders()), ";", flush=True)
lock.release()
client.stop()
