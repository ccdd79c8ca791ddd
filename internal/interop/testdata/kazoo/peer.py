"""kazoo against a server: create, read, watch, transact, lock, delete. Exits with 0 only if all went as expected."""

import queue
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NoAuthError, NodeExistsError, NoNodeError, NotEmptyError, RolledBackError
from kazoo.security import make_digest_acl

events = queue.Queue()


def event(kind, path):
    """The next watch event must be this one."""
    got = events.get(timeout=10)
    assert (got.type, got.path) == (kind, path), got


def raises(error, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except error:
        return
    raise AssertionError("%s%r: no %s" % (call.__name__, args, error.__name__))


def nodes(zk, _):
    assert zk.create("/k", b"one") == "/k"
    raises(NodeExistsError, zk.create, "/k", b"two")
    raises(NoNodeError, zk.create, "/none/k", b"")
    data, stat = zk.get("/k")
    assert data == b"one" and stat.version == 0 and stat.dataLength == 3 and stat.czxid == stat.mzxid == stat.pzxid, stat
    assert zk.exists("/none") is None
    path, stat = zk.create("/k/both", b"", include_data=True)
    assert path == "/k/both" and stat.version == 0
    assert zk.create("/k/s-", b"", sequence=True) == "/k/s-0000000001"
    assert zk.create("/k/s-", b"", sequence=True, ephemeral=True) == "/k/s-0000000002"
    names, stat = zk.get_children("/k", include_data=True)
    assert sorted(names) == ["both", "s-0000000001", "s-0000000002"] and stat.numChildren == 3 and stat.cversion == 3
    assert zk.exists("/k/s-0000000002").ephemeralOwner == zk.client_id[0]
    assert zk.set("/k", b"two", version=0).version == 1
    raises(BadVersionError, zk.set, "/k", b"three", version=0)
    raises(NotEmptyError, zk.delete, "/k")
    assert zk.sync("/k") == "/k"


def watches(zk, _):
    assert zk.get("/k", watch=events.put)[0] == b"two"
    zk.set("/k", b"three")
    event("CHANGED", "/k")
    zk.get_children("/k", watch=events.put)
    zk.create("/k/child", b"")
    event("CHILD", "/k")
    zk.exists("/k/later", watch=events.put)
    zk.create("/k/later", b"")
    event("CREATED", "/k/later")
    zk.exists("/k/later", watch=events.put)
    zk.delete("/k/later")
    event("DELETED", "/k/later")
    zk.set("/k", b"three")  # nothing is watched any more
    assert events.empty(), events.get()


def acls(zk, other):
    zk.add_auth("digest", "kim:secret")
    zk.create("/k/mine", b"", acl=[make_digest_acl("kim", "secret", all=True)])
    acl, stat = zk.get_acls("/k/mine")
    assert acl[0].id.scheme == "digest" and acl[0].id.id.startswith("kim:") and stat.aversion == 0
    assert zk.set_acls("/k/mine", acl, version=0).aversion == 1
    raises(NoAuthError, other.get, "/k/mine")
    other.add_auth("digest", "kim:secret")
    assert other.get("/k/mine")[0] == b""


def transactions(zk, other):
    t = zk.transaction()
    t.create("/k/t", b"1")
    t.check("/k/t", 0)
    t.set_data("/k/t", b"2")
    t.delete("/k/t", 1)
    made, checked, stat, deleted = t.commit()
    assert made == "/k/t" and checked and stat.version == 1 and deleted
    t = zk.transaction()
    t.create("/k/t", b"1")
    t.check("/k/t", 5)
    first, second = t.commit()
    assert isinstance(first, RolledBackError) and isinstance(second, BadVersionError)
    assert other.exists("/k/t") is None


def lock(zk, other):
    held = zk.Lock("/k/lock", "me")
    with held:
        assert not other.Lock("/k/lock", "other").acquire(blocking=False)
        assert held.contenders() == ["me"]
    with other.Lock("/k/lock", "other"):
        pass


def session(zk, other):
    zk.create("/k/brief", b"", ephemeral=True)
    assert other.exists("/k/brief", watch=events.put)
    zk.stop()
    zk.close()
    event("DELETED", "/k/brief")
    other.delete("/k", recursive=True)
    assert other.exists("/k") is None


def main(hosts):
    zk, other = (KazooClient(hosts=hosts, timeout=10) for _ in range(2))
    zk.start(20)
    other.start(20)
    for step in (nodes, watches, acls, transactions, lock, session):
        step(zk, other)
        print("passed", step.__name__, flush=True)
    other.stop()
    other.close()


main(sys.argv[1])
