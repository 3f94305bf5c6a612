#!/usr/bin/env python3
"""Goal: a paired device that floods the daemon, and reads nothing of what it is answered,
costs a bounded memory.  It is not read from until it reads, or its connection ends with a
reason; those who sync beside it go on, and nothing in the vault is another."""
import ctypes
import json
import os
import random
import re
import select
import socket
import struct
import threading
import time

from rig import BUILD, WAIT, case, equal, main, read_text, wait_for
from stranger import SCHEMA, Closed, Exchange, Replica

SANITIZED = "san" in BUILD.split("/")[-1]
ARTICLES = 1500
WORDS = 400  # of an article, which do not compress well
# What a flood may cost a daemon that was at rest: what SQLite and the log keep of a busy one (8
# and 4 MiB), and two inboxes, their messages unpacked, and answers.
FLOOD_KIB = (8 + 4 + 8) * 1024
GIVEN_BACK_KIB = 4 * 1024  # what a daemon gives back, at least, when it comes to rest
RESTED = 300  # so often the same, 10 ms apart: longer than a daemon is idle before it rests
# What the daemon need not answer can be sent for ever: so much of it is enough.  Of what it must
# answer, less goes into the answers and the sockets on the way.
ENDLESS = 4 << 20
NEVER = 64 << 20
TRIED = 0.02  # seconds in which a socket takes nothing
TURNS = 3


# -------------------------------------------------------------------- the flood


class Fast:
    """A noise.Cipher that is as fast as the daemon's."""
    library = ctypes.CDLL("libsodium.so.23")

    def __init__(self, cipher):
        self.cipher = cipher

    def run(self, name, size, associated, text):
        """One of libsodium's; both have the same shape, but for where nothing is expected."""
        out = ctypes.create_string_buffer(max(size, 1))
        nothing = (None,) if name == "encrypt" else ()
        before = () if name == "encrypt" else (None,)
        status = getattr(self.library, "crypto_aead_chacha20poly1305_ietf_" + name)(
            out, None, *before, text, ctypes.c_ulonglong(len(text)), associated,
            ctypes.c_ulonglong(len(associated)), *nothing, self.cipher.nonce(), self.cipher.key)
        if status != 0:
            raise AssertionError("a message does not authenticate")
        return out.raw[:size]

    def seal(self, associated, text):
        return self.run("encrypt", len(text) + 16, associated, text)

    def open(self, associated, message):
        return self.run("decrypt", len(message) - 16, associated, message)


class Flooder(Replica):
    """A device that takes the list, and no article."""

    def wanted(self):
        return []


class Flood:
    """A device that sends packed messages as fast as they are taken, and does not read.  .sent
    counts their bytes, .refused how often the socket took nothing."""

    def __init__(self, replica, begin, messages):
        self.connection = replica.connect()
        self.connection.sending = Fast(self.connection.sending)
        self.connection.receiving = Fast(self.connection.receiving)
        # What it was sent and has not read is to wait at the daemon, not here.
        self.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.messages = messages(begin(replica, self.connection))
        self.sent = self.refused = 0
        self.closed = self.ending = False
        self.failure = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def next_frames(self):
        data = b""
        while len(data) < 16384:
            body = self.connection.sending.seal(b"", next(self.messages))
            data += struct.pack(">H", len(body)) + body
        return data

    def run(self):
        try:
            data = b""
            while not self.ending:
                data = data or self.next_frames()
                if select.select([], [self.connection.socket], [], TRIED)[1]:
                    count = self.connection.socket.send(data, socket.MSG_DONTWAIT)
                    data = data[count:]
                    self.sent += count
                else:
                    self.refused += 1
        except BlockingIOError as error:
            self.failure = error
        except OSError:
            self.closed = True

    def end(self):
        self.ending = True
        self.thread.join(WAIT)
        if self.failure is not None:
            raise self.failure

    def told(self):
        """What the daemon said before it closed: the code of its Failure, or None."""
        try:
            while True:
                kind, content = self.connection.receive()
                if kind == "failure":
                    return content["code"], content["text"]
        except Closed:
            return None

    def stop(self):
        self.end()
        self.connection.close()


def pack(kind, /, **content):
    return SCHEMA.pack("Message", {kind: content})


def repeat(*messages):
    """Whatever it began with, the same again and again."""
    def made(_):
        while True:
            yield from messages
    return made


def request(kind, **content):
    return repeat(pack("request", kind=kind if isinstance(kind, int) else
                       SCHEMA.value("Request.Kind", kind), **content))


# ------------------------------------------------------ how a flood may begin


def at_once(_, connection):
    """With no exchange under way."""
    return connection


def say_hello(replica, connection, digest=b"\7" * 16):
    connection.send("hello", version=1, features=1, device=replica.origin, library=replica.library,
                    digest=digest, wants=True, now_ms=int(time.time() * 1000))


def in_vectors(replica, connection):
    """In the middle of an exchange's beginning."""
    say_hello(replica, connection)
    connection.expect("hello")


def in_exchange(replica, connection):
    """When all that is here has come; return what was sent last, which may be acknowledged."""
    exchange = Exchange(replica, connection)
    exchange.run_until_idle()
    return replica


def in_snapshot(replica, connection):
    """With a first snapshot under way."""
    say_hello(replica, connection)
    connection.expect("hello")
    while connection.expect("vector")["more"]:
        pass
    connection.send("vector", snapshot=SCHEMA.value("Vector.Need", "FIRST"))
    return replica


# ------------------------------------------------------------ what it may send


def absent_blobs(_):
    """Blobs that nobody has, each asked for once."""
    while True:
        yield pack("wants", blobs=[os.urandom(32) for _ in range(500)])


def rising_vector(_):
    number = 0
    while True:
        number += 500
        yield pack("vector", more=True, entries=[
            {"origin": struct.pack(">QQ", 1, number + i), "sequence": 1, "clock": 1 << 16}
            for i in range(500)])


def empty_writes(replica):
    """Sequences of its own that were superseded, one after the other."""
    sequence = replica.vector.get(replica.origin, 0)
    while True:
        sequence += 1
        yield pack("records", last=True, through=[
            {"origin": replica.origin, "sequence": sequence, "clock": sequence << 16}])


def acknowledged_again(replica):
    """What was sent, held durably: that may be said again, and is not answered."""
    origin, sequence = max((pair for pair in replica.vector.items() if pair[0] != replica.origin),
                           key=lambda pair: pair[1])
    entries = [{"origin": origin, "sequence": sequence}]
    return repeat(pack("acknowledge", entries=entries), pack("idle"))(replica)


def articles(replica):
    """All articles at a time, and then questions."""
    readings = [SCHEMA.unpack("Reading", replica.value("READING", entity, "reading"))
                for entity in replica.entities("READING")]
    hashes = [reading["article"] for reading in readings if reading["article"]]
    equal(len(hashes), ARTICLES, "articles")
    for at in range(0, len(hashes), 500):
        yield pack("wants", blobs=hashes[at:at + 500])
    yield from request("STATUS")(replica)


def with_answers_waiting(replica, connection):
    """With more articles on their way than its socket takes."""
    in_exchange(replica, connection)
    hashes = [SCHEMA.unpack("Reading", replica.value("READING", entity, "reading"))["article"]
              for entity in replica.entities("READING")]
    connection.send("wants", blobs=hashes[:100])
    connection.socket.recv(1, socket.MSG_PEEK)
    return replica


HELD, CLOSED, TAKEN = "it is not read from", "it is closed", "all is taken, and not answered"
# One that asks for more than may be under way, while what it asked for is answered: whether the
# answers or the questions are too many first is a matter of time.
EITHER = (HELD, CLOSED)
# name: (how it begins, what it sends, what becomes of it, the code of the Failure that may be read).
FLOODS = {
    **{kind: (at_once, request(kind, **content), HELD, None) for kind, content in {
        "STATUS": {}, "INVITE": {}, "REFETCH": {"item": b"\7" * 16}, "POLL": {}, "DEVICES": {},
        "RENAME": {"device": b"\7" * 32, "name": "mine"}, "REVOKE": {"device": b"\7" * 32},
        "SITES": {}, "SITE": {"change": {"action": 3, "host": "example.org"}}, "NONE": {}}.items()},
    "a later request": (at_once, request(99), HELD, None),
    "SYNC": (at_once, request("SYNC"), CLOSED, None),
    "requests in a snapshot": (in_snapshot, request("STATUS"), HELD, None),
    "wants in a snapshot": (in_snapshot, repeat(pack("wants", blobs=[b"\7" * 32])), CLOSED, 14),
    "articles": (in_exchange, articles, HELD, None),
    "absent blobs": (in_exchange, absent_blobs, EITHER, 14),
    "one blob": (in_exchange, repeat(pack("wants", blobs=[b"\7" * 32] * 2)), CLOSED, 14),
    "Hello": (in_vectors, repeat(pack("hello", version=1, device=b"\7" * 16)), CLOSED, 14),
    "Vector": (in_vectors, rising_vector, CLOSED, 4),
    "Records": (in_exchange, empty_writes, HELD, None),
    "Snapshot": (in_exchange, repeat(pack("snapshot", cursor=b"x")), CLOSED, 14),
    "Standing": (in_exchange, repeat(pack("standing", origin=b"\7" * 16, through=9)), CLOSED, 14),
    "Acknowledge": (in_exchange, acknowledged_again, TAKEN, None),
    "Chunk": (in_exchange, repeat(pack("chunk", blob=b"\7" * 32, size=9, data=b"x")), CLOSED, 14),
    "Idle": (in_exchange, repeat(pack("idle")), CLOSED, 14),
    "Welcome": (in_exchange, repeat(pack("welcome", library=b"\7" * 16, library_secret=b"\7" * 32,
                                         archive_device=b"\7" * 16)), CLOSED, 14),
    "Join": (at_once, repeat(pack("join", name="again", device=b"\7" * 16)), CLOSED, None),
    "Response": (in_exchange, repeat(pack("response")), CLOSED, 14),
    "of a later version": (at_once, repeat(b"\xfa\x01\x02\x08\x01"), TAKEN, None),
}


# ---------------------------------------------------------------- what it costs


def kib(daemon, field):
    return int(re.search(rf"{field}:\s+(\d+)",
                         read_text(f"/proc/{daemon.process.pid}/status")).group(1))


def at_rest(daemon):
    """What it holds when it has given back what a sync took; a sanitizer keeps what is freed."""
    if SANITIZED:
        return kib(daemon, "VmRSS")
    busy, seen = kib(daemon, "VmHWM"), []

    def is_given_back():
        seen.append(kib(daemon, "VmRSS"))
        return seen[-1] < busy - GIVEN_BACK_KIB and seen[-RESTED:] == seen[-1:] * RESTED
    wait_for(is_given_back, "memory is given back")
    return seen[-1]


def forget_peak(daemon):
    with open(f"/proc/{daemon.process.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


class Library:
    """A daemon that has one, and two laptops that follow it."""

    def __init__(self, place):
        self.place = place
        self.lines = self.make_lines()
        operator = place.client("daemon")
        operator.text("import", "--jsonl", "-", stdin="".join(self.lines).encode())
        self.daemon = place.daemon().start()
        self.red, self.blue = (place.client(name).join(self.daemon) for name in ("red", "blue"))
        self.followers = [place.follower(client) for client in (self.red, self.blue)]
        wait_for(lambda: len(self.red.items()) == len(self.blue.items()) == ARTICLES, "both have all")
        self.item = self.newest(self.red)["id"]
        self.turns, self.longest = 0, 0

    @staticmethod
    def make_lines():
        choice = random.Random(1)
        def text():
            return " ".join(f"{choice.getrandbits(32):x}" for _ in range(WORDS))
        return [json.dumps({"url": f"https://example.org/{number}", "title": f"Article {number}",
                            "saved_at": f"2024-01-01T00:{number // 60:02}:{number % 60:02}Z",
                            "text": text()}) + "\n" for number in range(ARTICLES)]

    @staticmethod
    def newest(client):
        return client.json("list", "--all", "--limit", "1")[0]

    def turn(self):
        """One change on red that reaches blue."""
        begun = time.monotonic()
        self.turns += 1
        tag = f"turn{self.turns}"
        self.red.text("tag", self.item, tag)
        wait_for(lambda: tag in self.newest(self.blue)["tags"], f"a change of {self.turns}")
        self.longest = max(self.longest, time.monotonic() - begun)

    def content(self, name):
        """What a new laptop gets, but for our own changes."""
        client = self.place.client(name).join(self.daemon)
        client.text("sync")
        lines = [json.loads(line) for line in client.text("export", "--jsonl").splitlines()]
        for line in lines:
            line["tags"] = [tag for tag in line.get("tags", []) if not tag.startswith("turn")]
        status = self.daemon.status()
        return lines, [status[key] for key in ("items", "readings", "waiting", "blobs")]


def becomes_of(library, flood, enough):
    """Changes of others pass until it is known what becomes of a flood."""
    end, still = time.monotonic() + WAIT, 0
    while flood.thread.is_alive() and still < TURNS and flood.sent < enough:
        sent, refused = flood.sent, flood.refused
        library.turn()
        still = still + 1 if flood.sent == sent and flood.refused > refused else 0
        if time.monotonic() > end:
            raise AssertionError(f"{flood.sent} bytes in {WAIT} s, and no end")
    flood.end()
    return CLOSED if flood.closed else TAKEN if flood.sent >= enough else HELD


@case
def a_flood_costs_a_bounded_memory_and_disturbs_nobody(place):
    library = Library(place)
    daemon = library.daemon
    replica = Flooder()
    replica.join(daemon.invite(), "flooder")
    before, peers = library.content("before"), daemon.status()["peers"]
    rested, failed = at_rest(daemon), 0
    for name, (begin, messages, expected, code) in FLOODS.items():
        forget_peak(daemon)
        library.longest = 0
        flood = place.keep(Flood(replica, begin, messages))
        found = becomes_of(library, flood, ENDLESS if expected == TAKEN else NEVER)
        cost = kib(daemon, "VmHWM") - rested
        print(f"# {name}: {flood.sent} bytes were taken: {found}; {cost} KiB; a change of "
              f"others took {library.longest:.2f} s at most", flush=True)
        assert found == expected or (expected is EITHER and found in EITHER), f"{name}: {found}"
        told = flood.told() if found == CLOSED else None
        # One that reads nothing while it still may is not told; the log has the reason.
        assert told is None or told[0] == code, f"what is said of {name}: {told}"
        failed += found == CLOSED
        wait_for(lambda n=failed: daemon.log().count("exchange-failed") == n, f"the log of {name}")
        flood.stop()
        wait_for(lambda: daemon.status()["peers"] == peers, "its connection is gone")
        assert SANITIZED or cost <= FLOOD_KIB, f"{cost} KiB for {name}"
    print(f"# {rested} KiB at rest; {library.turns} changes passed amid {len(FLOODS)} floods")
    equal([follower.said() for follower in library.followers], [[], []])
    equal(library.content("after"), before, "the library")
    equal(daemon.stop()[0], 0)


@case
def who_goes_on_sending_is_told_why_it_ends(place):
    """Also where answers wait before the Failure, and the daemon has not read all that was sent."""
    library = Library(place)
    replica = Flooder()
    replica.join(library.daemon.invite(), "talker")
    flood = place.keep(Flood(replica, with_answers_waiting, FLOODS["Welcome"][1]))
    wait_for(lambda: flood.closed or flood.sent >= ENDLESS, "much is sent behind what is wrong")
    flood.end()
    equal(flood.told(), (14, "the peer sent a message that has no place here"))


if __name__ == "__main__":
    main()
