"""A client that says who it is: python3 secure.py how host:port [ca.pem client.pem]"""
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from kazoo.security import ACL, Id


def main(how, hosts, *files):
    if how == "sasl":
        c = KazooClient(hosts, sasl_options={"mechanism": "DIGEST-MD5", "username": "bob", "password": "builder"})
        me = Id("sasl", "bob")
    else:
        c = KazooClient(hosts, use_ssl=True, ca=files[0], certfile=files[1], keyfile=files[1], verify_certs=True)
        me = Id("x509", "CN=alice,O=Example")
    c.start(timeout=20)
    try:
        c.create("/mine", b"x", acl=[ACL(31, me)])
        assert c.get("/mine")[0] == b"x"
        assert c.get_acls("/mine")[0] == [ACL(31, me)], c.get_acls("/mine")
        stranger = KazooClient(hosts.split(",")[0], **({} if how == "sasl" else dict(use_ssl=True, ca=files[0], verify_certs=True)))
        stranger.start(timeout=20)
        try:
            stranger.get("/mine")
            sys.exit("a stranger was let in")
        except NoAuthError:
            pass
        finally:
            stranger.stop()
        c.delete("/mine")
    finally:
        c.stop()
    print("done")


main(*sys.argv[1:])
