"""kazoo's side of the benchmark. Its argument is the port of the one who asks; questions and answers are a line each, see peer.go.

recipes; open recipe contenders connect-string path; prepare cycles; run cycles nanoseconds; close.

DoubleBarrier is left out: who comes to a barrier that is open, when others have left it, waits for ever.
"""

import datetime
import logging
import socket
import sys
import threading
import time
import traceback

from kazoo.client import KazooClient

SESSION = 60.0
ITEM = b"x" * 100

logging.disable(logging.CRITICAL)


class Setup:
    """A recipe that contenders share. contender makes what each of them does over and over."""

    def __init__(self, contender, clients, path):
        self.clients = clients
        self.cycles = [contender(zk, path, len(clients)) for zk in clients]

    def prepare(self, _):
        pass

    def run(self, most, within):
        """Each does so many cycles; none begins one after so many nanoseconds, unless that is 0."""
        done = [0] * len(self.cycles)
        failed = []
        go = threading.Barrier(len(self.cycles) + 1)
        start = [0]

        def work(i):
            go.wait()
            try:
                while done[i] < most and (within == 0 or time.perf_counter_ns() - start[0] < within):
                    self.cycles[i]()
                    done[i] += 1
            except Exception as e:
                failed.append(e)

        threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(len(self.cycles))]
        for t in threads:
            t.start()
        start[0] = time.perf_counter_ns()
        go.wait()
        for t in threads:
            t.join()
        took = time.perf_counter_ns() - start[0]
        if failed:
            raise failed[0]
        return sum(done), took

    def close(self):
        for zk in self.clients:
            zk.stop()
            zk.close()


def mutex(zk, path, _):
    lock = zk.Lock(path, "bench")
    return held(lock)


def held(lock):
    def cycle():
        with lock:
            pass

    return cycle


def rw(zk, path, _):
    return held(zk.WriteLock(path, "bench"))


def rwread(zk, path, _):
    return held(zk.ReadLock(path, "bench"))


def semaphore(leases):
    return lambda zk, path, _: held(zk.Semaphore(path, "bench", max_leases=leases))


def long(zk, path, _):
    counter = zk.Counter(path + "/value")

    def cycle():
        counter.__add__(1)

    return cycle


def shared(zk, path, _):
    counter = zk.Counter(path + "/value", support_curator=True)

    def cycle():
        counter.__add__(1)

    return cycle


def kazooqueue(zk, path, _):
    queue = zk.Queue(path)

    def cycle():
        queue.put(ITEM)
        if queue.get() is None:
            raise AssertionError("nothing to get")

    return cycle


def kazoolocking(zk, path, _):
    queue = zk.LockingQueue(path)

    def cycle():
        queue.put(ITEM)
        if queue.get(timeout=10) is None or not queue.consume():
            raise AssertionError("nothing to consume")

    return cycle


def party(zk, path, _):
    member = zk.Party(path, "bench")

    def cycle():
        member.join()
        member.leave()

    return cycle


def lease(zk, path, _):
    def cycle():
        if not zk.NonBlockingLease(path, datetime.timedelta(hours=1), "bench"):
            raise AssertionError("another has it")

    return cycle


RECIPES = {
    "mutex": mutex,
    "rw": rw,
    "rwread": rwread,
    "semaphore1": semaphore(1),
    "semaphore4": semaphore(4),
    "long": long,
    "shared": shared,
    "kazooqueue": kazooqueue,
    "kazoolocking": kazoolocking,
    "party": party,
    "lease": lease,
}


class Peer:
    setup = None

    def answer(self, question, *args):
        if question == "recipes":
            return " ".join(RECIPES)
        if question == "open":
            return self.open(*args)
        if question == "prepare":
            self.setup.prepare(int(args[0]))
            return ""
        if question == "run":
            return "%d %d 0" % self.setup.run(int(args[0]), int(args[1]))
        if question == "close":
            last, self.setup = self.setup, None
            if last:
                last.close()
            return ""
        raise ValueError(question)

    def open(self, recipe, contenders, servers, path):
        clients = [KazooClient(hosts=servers, timeout=SESSION) for _ in range(int(contenders))]
        for zk in clients:
            zk.start(timeout=20)
        self.setup = Setup(RECIPES[recipe], clients, path)
        return ""


def main():
    peer = Peer()
    control = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with control, control.makefile("r") as questions:
        for line in questions:
            try:
                said = "ok " + peer.answer(*line.split())
            except Exception as e:
                traceback.print_exc()
                said = "error %r" % (e,)
            control.sendall((" ".join(said.split()) + "\n").encode())


main()
