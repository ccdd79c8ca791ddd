"""kazoo's side of the benchmark: one session, asked for window after window. Arguments: connect string, port of the one who asks.

A question is a line "operation callers milliseconds folder first end", see peers_test.go; the numbered znodes from first up to end are there
to be made or deleted. The answer is "operations nanoseconds".
"""

import itertools
import socket
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.security import OPEN_ACL_UNSAFE

DATA, CHILDREN = "/bench/data", "/bench/children"
PAYLOAD = b"x" * 100


def multi(client):
    txn = client.transaction()
    txn.check(CHILDREN, -1)
    txn.set_data(DATA, PAYLOAD)
    for result in txn.commit():
        if isinstance(result, Exception):
            raise result


CALLS = {
    "get": lambda client, path: client.get(DATA),
    "exists": lambda client, path: client.exists(DATA),
    "children": lambda client, path: client.get_children(CHILDREN, include_data=True),
    "getACL": lambda client, path: client.get_acls(DATA),
    "set": lambda client, path: client.set(DATA, PAYLOAD),
    "setACL": lambda client, path: client.set_acls(DATA, OPEN_ACL_UNSAFE),
    "createStat": lambda client, path: client.create(path, PAYLOAD, include_data=True),
    "create": lambda client, path: client.create(path, PAYLOAD),
    "delete": lambda client, path: client.delete(path),
    "multi": lambda client, path: multi(client),
    "sync": lambda client, path: client.sync(DATA),
}


def window(client, name, callers, length, folder, first, end):
    """Lets the callers call until the time is over, each finishing what it is at, or nothing is left to be made or deleted."""
    call, numbers = CALLS[name], itertools.count(first)
    ready = threading.Barrier(callers + 1)
    go, ops, errors = threading.Event(), [0] * callers, []
    until = [0]

    def caller(i):
        try:
            ready.wait()
            go.wait()
            n = 0
            while time.monotonic_ns() < until[0]:
                path = None
                if end > first:
                    number = next(numbers)
                    if number >= end:
                        break
                    path = "%s/%d" % (folder, number)
                call(client, path)
                n += 1
            ops[i] = n
        except Exception as e:
            errors.append(e)

    threads = [threading.Thread(target=caller, args=(i,)) for i in range(callers)]
    for t in threads:
        t.start()
    ready.wait()
    start = time.monotonic_ns()
    until[0] = start + length
    go.set()
    for t in threads:
        t.join()
    took = time.monotonic_ns() - start
    if errors:
        raise errors[0]
    return sum(ops), took


def pipe(client, size, length):
    """One thread writes without waiting for answers, with so many on their way."""
    room = threading.Semaphore(size)
    start, results = time.monotonic_ns(), []
    while time.monotonic_ns() - start < length:
        room.acquire()
        result = client.set_async(DATA, PAYLOAD)
        result.rawlink(lambda _: room.release())
        results.append(result)
    for result in results:
        result.get()
    return len(results), time.monotonic_ns() - start


def main():
    client = KazooClient(hosts=sys.argv[1], timeout=40)
    client.start()
    control = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
    lines = control.makefile("rw")
    for line in lines:
        name, callers, millis, folder, first, end = line.split()
        length = int(millis) * 1000000
        if name == "pipe":
            ops, took = pipe(client, int(callers), length)
        else:
            ops, took = window(client, name, int(callers), length, folder, int(first), int(end))
        lines.write("%d %d\n" % (ops, took))
        lines.flush()
    client.stop()


main()
