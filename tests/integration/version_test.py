#!/usr/bin/env python3
"""Goal: a version that nobody has written yet gets on with this one, from either end.

It is PROTOCOL.md's "Versions" and "Messages" taken at their word: a later version says a
greater number and features that nobody knows, adds a field to every message, a message
of its own, and kinds and fields of records."""
import base64
import os
import re
import socket
import struct
import threading
import time

import stranger
from noise import Handshake, public_key
from rig import case, contains, equal, main, page, prose, wait_for
from schema import Schema
from stranger import Closed, Connection, Control, Exchange, Replica, blake2b

NEWER = 9
FEATURES = 2 ** 64 - 1


class LaterSchema(Schema):
    """readsync.proto as it may stand one day."""

    def __init__(self):
        text = stranger.read("proto/readsync.proto")
        text = re.sub(r"(?<=\n)message (?!Message )(\w+) \{", r"message \1 { bytes later = 90;", text)
        text = text.replace("    DEVICE = 4;", "    DEVICE = 4; MOOD = 77;")
        text = text.replace("    Response response = 12;", "    Response response = 12; Whisper whisper = 90;")
        text += "message Whisper { string text = 1; }\n"
        super().__init__(text)

    def pack(self, message, content):
        if any(field.name == "later" for field in self.messages[message]):
            content = {**content, "later": b"of a later version"}
        return super().pack(message, content)


class LaterExchange(Exchange):
    """Says what only a later version understands before whatever it says."""

    def send(self, kind, **content):
        self.connection.send("whisper", text="before " + kind)
        if kind == "hello":
            content.update(version=NEWER, features=FEATURES, software=f"later/{NEWER}")
        super().send(kind, **content)


class LaterReplica(Replica):
    def connect(self):
        connection = super().connect()
        connection.send("whisper", text="before anything else")
        return connection

    def sync(self):
        exchange = LaterExchange(self, self.connect())
        exchange.run()
        return exchange


def later(function):
    """The strangers of this case speak the later version."""
    def run(place):
        stranger.SCHEMA, known = LaterSchema(), stranger.SCHEMA
        try:
            function(place)
        finally:
            stranger.SCHEMA = known
    run.__name__ = function.__name__
    return case(run)


def archive(place):
    site = place.site({"/heron.html": page("Heron", prose("heron"))})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/heron.html"])}}).start()
    daemon.idle(1)
    return site, daemon


@later
def two_later_devices_and_this_archive_between_them(place):
    site, daemon = archive(place)
    one, other = LaterReplica(), LaterReplica()
    for replica in (one, other):
        replica.join(daemon.invite())
    hello = one.sync().hello
    equal((hello["version"], hello["features"]), (1, 3), "what this version says of itself")
    item = one.items()[site.url("/heron.html")]
    mood, colour = os.urandom(300), b"\xff\0blue"
    one.write("MOOD", bytes(16), "a field", mood)
    one.write("ITEM", item, "colour", colour)
    one.write("ITEM", item, "title", b"Known to both")
    one.sync()
    # It keeps what it does not know to the last byte, and what it does know works.
    other.sync()
    equal((other.value("MOOD", bytes(16), "a field"), other.value("ITEM", item, "colour")), (mood, colour))
    client = place.client().join(daemon)
    client.text("sync")
    equal(client.items()[site.url("/heron.html")]["title"], "Known to both")
    # And the next exchange has nothing to do.
    one.sync()
    equal(one.sync().seen, ["hello"])
    assert "exchange-failed" not in daemon.log(), daemon.log()


@later
def requests_of_a_later_version_are_declined(place):
    _, daemon = archive(place)
    replica = LaterReplica()
    replica.join(daemon.invite())
    connection = replica.connect()
    connection.send("request", kind=99)
    equal(connection.expect("response")["code"], 13)
    connection.send("request", kind=stranger.SCHEMA.value("Request.Kind", "STATUS"))
    equal(connection.expect("response")["items"], 1)


@case
def what_is_no_version_is_refused(place):
    _, daemon = archive(place)
    replica = Replica()
    replica.join(daemon.invite())
    exchange = Exchange(replica, replica.connect())
    exchange.send("hello", version=0, device=replica.origin, library=replica.library,
                  digest=replica.digest(), now_ms=int(time.time() * 1000))
    equal(exchange.connection.expect("failure")["code"], 14)
    # Of another preamble nothing can be told: the connection closes without a byte.
    host, port = daemon.address().rsplit(":", 1)
    for preamble in (b"RS\2\1", b"RS\0\1", b"RS\1\3"):
        with socket.create_connection((host, int(port)), 60) as raw:
            raw.settimeout(60)
            raw.sendall(preamble + struct.pack(">H", 32) + bytes(32))
            try:
                equal(raw.recv(1), b"", preamble)
            except ConnectionResetError:
                pass


# ------------------------------------------------------- an archive of that version


class Accepted(Connection):
    """A connection from the responder's side."""

    def __init__(self, accepted, static, psk):  # pylint: disable=super-init-not-called
        self.socket = accepted
        self.socket.settimeout(60)
        preamble = self.take(4)
        pairing = preamble == b"RS\1\2"
        handshake = Handshake(False, static, preamble, psk if pairing else None)
        handshake.read_1(self.read())
        self.write(handshake.write_2())
        handshake.read_3(self.read())
        self.pairing = pairing
        self.sending, self.receiving = handshake.split()


class Answering(LaterExchange):
    """The responder's half of the greeting; the initiator closes."""
    initiator = False

    def greet(self):
        replica = self.replica
        self.hello = self.connection.expect("hello")
        self.send("hello", device=replica.origin, digest=replica.digest(), archive=True,
                  now_ms=int(time.time() * 1000))
        self.exchange_vectors()
        return True


class LaterArchive:
    """Pairs with one device and answers its exchanges, one after the other."""

    def __init__(self):
        self.replica = LaterReplica()
        self.replica.library, self.replica.secret = os.urandom(16), os.urandom(32)
        self.seed = os.urandom(16)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(60)
        self.exchanges, self.failure = [], None
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def token(self):
        address = f"127.0.0.1:{self.server.getsockname()[1]}".encode()
        body = public_key(self.replica.static) + self.seed + bytes([1, len(address)]) + address
        body += blake2b(32, b"readsync1-", body)[:4]
        return "readsync1-" + base64.urlsafe_b64encode(body).decode().rstrip("=")

    def serve(self):
        while True:
            try:
                accepted = self.server.accept()[0]
            except OSError:
                return
            try:
                self.answer(Accepted(accepted, self.replica.static,
                                     blake2b(32, self.seed, person=b"readsync1-invite")))
            except Closed:
                pass
            except Exception as error:  # pylint: disable=broad-except
                self.failure = error
            accepted.close()

    def answer(self, connection):
        replica = self.replica
        connection.send("whisper", text="welcome")
        if connection.pairing:
            connection.send("welcome", library=replica.library, library_secret=replica.secret,
                            archive_name="of a later version", archive_device=replica.origin)
            connection.expect("join")
            connection.send("response")
            return
        self.exchanges.append(Answering(replica, connection))
        self.exchanges[-1].run()

    def stop(self):
        self.server.close()


@later
def this_device_and_a_later_archive(place):
    late = place.keep(LaterArchive())
    replica = late.replica
    item = replica.save("https://example.org/of-the-archive")
    replica.write("ITEM", item, "colour", b"\xff\0blue")
    replica.write("MOOD", bytes(16), "a field", b"mood")
    client = place.client()
    client.text("join", late.token())
    client.text("save", "https://example.org/of-the-device")
    client.text("sync")
    hello = late.exchanges[0].hello
    equal((hello["version"], hello["features"]), (1, 3), "what this version says of itself")
    both = ["https://example.org/of-the-archive", "https://example.org/of-the-device"]
    equal(sorted(client.items()), both)
    equal(sorted(replica.items()), both)
    # Later changes go both ways too.
    client.text("tag", item.hex(), "tagged")
    replica.write("ITEM", item, "title", b"Of a later version")
    client.text("sync")
    equal(replica.tags(item), ["tagged"])
    equal(client.items()[both[0]]["title"], "Of a later version")
    equal(late.failure, None)


class ConfusedArchive(LaterArchive):
    """One that does not greet, and stays when it is told that this is wrong."""

    def __init__(self):
        self.over = threading.Event()
        super().__init__()

    def answer(self, connection):
        if connection.pairing:
            super().answer(connection)
            connection.socket.recv(1)  # until the other end is done
        else:
            connection.send("idle")
            self.over.wait()

    def stop(self):
        self.over.set()
        super().stop()


@later
def what_ended_a_link_is_told_also_when_it_is_driven_out(place):
    late = place.keep(ConfusedArchive())
    daemon = place.daemon()
    equal(daemon.join(None, late.token())[0], 0)
    daemon.start()
    wait_for(lambda: "exchange-failed" in daemon.log(), "it is wrong")
    # More than there is room for, while the other end has not closed.
    crowd = []
    for _ in range(256):
        crowd.append(Control(daemon))
        crowd[-1].ask("STATUS")
    contains(crowd[0].ask("STATUS")["archives"][0]["problem"], "before its time")
    for control in crowd:
        control.close()


if __name__ == "__main__":
    main()
