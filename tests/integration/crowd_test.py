#!/usr/bin/env python3
"""Goal: 1,000 strangers who connect, stall half-way through a handshake or send garbage
neither disturb those who sync nor cost more than a bounded memory."""
import os
import re
import resource
import socket
import struct
import threading

from noise import Handshake
from rig import BUILD, case, equal, main, page, prose, read_text, wait_for
from stranger import SCHEMA, Control

STRANGERS = 1000
KEPT = 256  # as many connections as the daemon keeps at a time
# Of 256 strangers, what a connection may cost before it is admitted; and what is left of all of
# them when they are gone, which the allocator need not give back.
CROWD_KIB = 8 * 1024
LEFT_KIB = 4 * 1024


def words(number):
    """What the stranger of this number says: it stalls there."""
    preamble = b"RS\1\1"
    hello = preamble + struct.pack(">H", 32) + Handshake(True, os.urandom(32), preamble).write_1()
    return [
        b"",  # nothing at all
        preamble[:2],
        hello[:20],  # half of the first message
        hello,  # and no answer to the second
        os.urandom(4096),  # garbage
        preamble + b"\xff\xff" + os.urandom(2000),  # a frame that is too long
        hello + struct.pack(">H", 64) + os.urandom(64),  # a key that is none
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ][number % 8]


class Crowd:
    """Strangers on a thread of their own, who come one after the other and stay."""

    def __init__(self, daemon):
        host, port = daemon.address().rsplit(":", 1)
        self.address = (host, int(port))
        self.sockets = []
        self.failure = None
        self.thread = threading.Thread(target=self.come, daemon=True)
        self.thread.start()

    def come(self):
        try:
            for number in range(STRANGERS):
                stranger = socket.create_connection(self.address, 20)
                self.sockets.append(stranger)
                try:
                    stranger.sendall(words(number))
                except OSError:
                    pass  # driven out by those who came later
        except OSError as error:
            self.failure = error

    def stop(self):
        self.thread.join(60)
        for stranger in self.sockets:
            stranger.close()


class Ending(Control):
    """One that says what has no place at the beginning, is told so, and stays."""

    def __init__(self, daemon):
        super().__init__(daemon)
        body = SCHEMA.pack("Message", {"idle": {}})
        self.socket.sendall(struct.pack(">H", len(body)) + body)

    def told(self):
        length, = struct.unpack(">H", self.take(2))
        return SCHEMA.unpack("Message", self.take(length))["failure"]["code"]

    def stop(self):
        self.close()


def resident_kib(daemon):
    return int(re.search(r"VmRSS:\s+(\d+)", read_text(f"/proc/{daemon.process.pid}/status")).group(1))


@case
def a_crowd_of_strangers_disturbs_nobody(place):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4 * STRANGERS, hard), hard))
    paths = [f"/page{number}.html" for number in range(20)]
    site = place.site({path: page(path, prose("crowd", 60)) for path in paths})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(paths)}}).start()
    daemon.idle(len(paths))
    red, blue = (place.client(name).join(daemon) for name in ("red", "blue"))
    followers = [place.follower(client) for client in (red, blue)]
    wait_for(lambda: len(blue.items()) == len(red.items()) == len(paths), "both have all")
    url = site.url(paths[0])
    item = red.items()[url]["id"]
    before = resident_kib(daemon)

    crowd = place.keep(Crowd(daemon))
    # Changes pass while they come, and when all are there.
    turns = 0
    while crowd.thread.is_alive() or turns < 3:
        red.text("tag", item, f"tag{turns}")
        wait_for(lambda n=turns: f"tag{n}" in blue.items()[url]["tags"], "a change in the crowd")
        turns += 1
    if crowd.failure is not None:
        raise crowd.failure
    equal(len(crowd.sockets), STRANGERS)
    amid, peers = resident_kib(daemon), daemon.status()["peers"]
    assert 3 < peers <= KEPT, f"{peers} connections"
    equal([follower.said() for follower in followers], [[], []])
    # A device that comes now is let in.
    green = place.client("green").join(daemon)
    green.text("sync")
    equal(len(green.items()), len(paths))

    crowd.stop()
    wait_for(lambda: daemon.status()["peers"] == 3, "the crowd is gone")
    after = resident_kib(daemon)
    print(f"# resident: {before} KiB before, {amid} amid {STRANGERS} strangers, {after} after; "
          f"{turns} changes passed meanwhile")
    # A sanitizer keeps what is freed.
    if "san" not in BUILD.split("/")[-1]:
        assert amid - before <= CROWD_KIB, f"{amid - before} KiB for the crowd"
        assert after - before <= LEFT_KIB, f"{after - before} KiB are left of the crowd"
    equal([follower.process.poll() for follower in followers], [None, None])
    equal(daemon.stop()[0], 0)


@case
def who_is_told_that_it_ends_keeps_nobody_out(place):
    """More connections than there is room for are over, and are not closed at the other end."""
    daemon = place.daemon().start()
    client = place.client().join(daemon)
    for _ in range(KEPT + 50):
        equal(place.keep(Ending(daemon)).told(), 14)
    client.text("sync")
    assert daemon.status()["peers"] <= KEPT


if __name__ == "__main__":
    main()
