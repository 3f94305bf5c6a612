#!/usr/bin/env python3
"""Goal: a laptop keeps what its reader's policy asks for, and nothing is lost by it."""
import concurrent.futures
import json
import os
import random
import shutil
import socket
import time

from rig import WAIT, case, contains, equal, main, page, prose, wait_for
from stranger import SCHEMA, Connection, Exchange, Replica

NAMES = ["avocet", "bittern", "curlew", "dunlin", "egret"]


def text_of(name, words):
    """Paragraphs of so many words, no two texts alike."""
    draw = random.Random(name)
    return prose(name, 2) + [" ".join(f"{draw.randrange(30000):x}" for _ in range(100)) + "."
                             for _ in range(words // 100)]


def library(place, names=tuple(NAMES), words=900):
    """A daemon with these articles, and a laptop that has joined."""
    site = place.site({f"/{name}.html": page(name.title(), text_of(name, words)) for name in names})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(
        [f"/{name}.html" for name in names])}}).start()
    daemon.idle(len(names))
    return site, daemon, place.client().join(daemon)


def here(client):
    return sorted(url.rsplit("/", 1)[1][:-5] for url, item in client.items().items() if item["held"])


def id_of(client, name):
    return next(item["id"] for url, item in client.items().items() if f"/{name}.html" in url)


def whole(client):
    """verify finds nothing."""
    contains(client.text("vault", "verify"), "tables: as the registers say")


@case
def a_policy_is_shown_and_set(place):
    client = place.client()
    equal(client.text("offline").splitlines(), ["keeps: everything", "here: 0 of 0 articles, 0.0 MB"])
    client.text("offline", "starred,unread,", "newest", "90", "days,", "images no,", "at most 2 GB")
    equal(client.json("offline")["policy"], "unread, starred, newest 90 days, images no, at most 2 GB")
    told = client.json("offline", "tag rail, tag two words")
    equal((told["tags"], told["images"], told["bytes_max"]), (["rail", "two words"], True, 0))
    for wrong, said in (("newest ninety days", "'newest' takes a number of days"),
                        ("unread starred", "this clause is one word"),
                        ("at most 2", "a whole number of KB, MB, GB or TB"),
                        ("\x1b[31m", "not a clause of a policy"),
                        ("unread, " * 300, "more than 2000 bytes"),
                        ("x" * 9000, "the policy is too long")):
        status, line = client.fails("offline", wrong)
        equal(status, 2)
        contains(line, said)
        assert "\x1b" not in line, line
    equal(client.json("offline")["policy"], "tag rail, tag two words")


@case
def what_is_not_asked_for_goes_and_comes_back(place):
    _, _, client = library(place)
    client.text("sync")
    equal(here(client), NAMES)
    for name in NAMES[:3]:
        client.text("archive", id_of(client, name))
    told = client.json("offline", "unread")
    equal((told["articles"], told["articles_here"], told["missing"], told["spare"]), (5, 5, 0, 3))
    synced = client.json("sync")
    equal((synced["released"], synced["denied"]), (3, 0))
    assert synced["released_bytes"] > 0
    equal(here(client), NAMES[3:])
    # The list is whole, with a sign; a title is found, and a text no more.
    lines = client.text("list", "--all").splitlines()
    equal(sum(" full- " in line for line in lines), 3, lines)
    equal([item["away"] for _, item in sorted(client.items().items())], [True] * 3 + [False] * 2)
    equal(len(client.json("search", "avocet")), 1)
    equal(len(client.json("search", "keepers")), 2)
    whole(client)
    # Reading it says what to do, and that brings it, to stay.
    avocet = id_of(client, "avocet")
    status, line = client.fails("read", avocet)
    equal(status, 3)
    contains(line, f"readsync sync --fetch {avocet} brings it")
    status, line = client.fails("export", "--html", avocet)
    equal(status, 3)
    contains(line, f"readsync read {avocet} tells more")
    client.text("sync", "--fetch", avocet)
    contains(client.text("read", avocet), "the avocet ")
    equal(client.json("sync")["released"], 0)
    equal(here(client), ["avocet"] + NAMES[3:])
    # A changed flag brings another, and takes one.
    client.text("unarchive", id_of(client, "bittern"))
    client.text("archive", id_of(client, "egret"))
    client.text("sync")
    equal(here(client), ["avocet", "bittern", "dunlin"])
    whole(client)
    client.text("offline", "everything")
    client.text("sync")
    equal(here(client), NAMES)
    equal(len(client.json("search", "keepers")), 5)
    whole(client)


@case
def what_is_starred_stays(place):
    _, _, client = library(place)
    client.text("offline", "starred")
    client.text("sync")
    equal(here(client), [])
    client.text("star", id_of(client, "bittern"))
    client.text("sync")
    equal(here(client), ["bittern"])
    contains(next(line for line in client.text("list").splitlines() if "Bittern" in line), " * ")
    client.text("unstar", id_of(client, "bittern"))
    client.text("sync")
    equal(here(client), [])


@case
def an_archive_keeps_everything(place):
    _, daemon, _ = library(place, NAMES[:1])
    daemon.stop()
    operator = place.client("daemon")
    status, line = operator.fails("offline", "nothing")
    equal(status, 7)
    contains(line, "the home of an archive")
    equal(operator.json("offline")["policy"], "everything")


@case
def an_item_without_an_article_cannot_be_fetched(place):
    _, _, client = library(place, NAMES[:1])
    client.text("sync")
    client.text("save", "http://127.0.0.1:9/nothing")
    item = client.items()["http://127.0.0.1:9/nothing"]["id"]
    status, line = client.fails("sync", "--fetch", item)
    equal(status, 3)
    contains(line, "does not have an article")
    status, line = client.fails("sync", "--fetch", "ffffffffff")
    equal(status, 3)


@case
def what_was_saved_offline_stays_until_the_archive_has_it(place):
    _, daemon, client = library(place, NAMES[:1])
    client.text("offline", "nothing")
    client.text("sync")
    equal(client.json("status")["blobs"], 0)
    saved = page("Fulmar", prose("fulmar")).encode()
    client.text("save", "https://example.org/fulmar", "--page", "-", stdin=saved)
    daemon.kill()
    equal(client.run("sync").returncode, 6)
    equal(client.json("status")["blobs"], 1)
    equal(client.json("offline")["spare"], 1)
    daemon.start()
    client.text("sync", "--control", daemon.control)
    equal(client.json("status")["blobs"], 0)
    client.text("offline", "everything")
    client.text("sync", "--control", daemon.control)
    contains(client.text("read", client.items()["https://example.org/fulmar"]["id"]), "the fulmar ")


@case
def the_disk_gets_its_room_back(place):
    names = [f"bird{number}" for number in range(30)]
    _, _, client = library(place, names, 20000)
    client.text("sync")
    before = os.path.getsize(client.home + "/vault.db")
    client.text("offline", "nothing")
    client.text("sync")
    after = os.path.getsize(client.home + "/vault.db")
    print(f"# {before} bytes before, {after} after")
    assert after < before * 0.4, (before, after)
    whole(client)


@case
def a_bound_holds(place):
    names = [f"bird{number:02}" for number in range(16)]
    _, _, client = library(place, names)
    client.text("offline", "at most 40 KB")
    client.text("sync")
    told = client.json("offline")
    assert 30000 < told["bytes"] <= 40000 and told["missing"] == told["spare"] == 0, told
    assert 8 < told["articles_here"] < 16, told
    client.text("offline", "at most 32 KB")
    client.text("sync")
    told = client.json("offline")
    assert 22000 < told["bytes"] <= 32000, told
    client.text("offline", "everything")
    client.text("sync")
    equal(here(client), names)


@case
def a_follower_gives_up_too(place):
    _, _, client = library(place)
    client.text("sync")
    follower = place.follower(client)
    wait_for(lambda: os.path.exists(client.home + "/follow"), "it follows")
    client.text("offline", "tag rail")
    wait_for(lambda: here(client) == [], "all is given up")
    client.text("tag", id_of(client, "dunlin"), "rail")
    wait_for(lambda: here(client) == ["dunlin"], "the tagged one comes")
    client.text("untag", id_of(client, "dunlin"), "rail")
    wait_for(lambda: here(client) == [], "and goes")
    equal((follower.process.poll(), follower.said()), (None, []))


@case
def an_export_tells_what_is_not_here(place):
    _, _, client = library(place)
    client.text("sync")
    client.text("archive", id_of(client, "avocet"))
    client.text("offline", "unread")
    client.text("sync")
    done = client.run("export", "--jsonl", status=3)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    equal(sorted("text" in line for line in lines), [False] + [True] * 4)
    contains(done.stderr.decode(), "left out: 1;")
    client.text("offline", "everything")
    client.text("sync")
    equal(len(client.run("export", "--jsonl", status=0).stdout.splitlines()), 5)


class Plain(Connection):
    """A client of our control socket: frames, without a handshake."""

    def __init__(self, accepted):  # pylint: disable=super-init-not-called
        self.socket = accepted
        self.socket.settimeout(WAIT)

    def send(self, kind, /, **content):
        self.write(SCHEMA.pack("Message", {kind: content}))

    def receive(self):
        message = SCHEMA.unpack("Message", self.read())
        return next(((kind, content) for kind, content in message.items() if content is not None),
                    (None, None))


class Archive(Exchange):
    """One that answers over a control socket, and asks for each page that it lacks."""
    features, initiator = 0, False

    def greet(self):
        replica = self.replica
        self.connection.expect("request")
        self.send("welcome", library=replica.library, library_secret=replica.secret,
                  archive_name="made up", archive_device=bytes(16))
        self.hello = self.connection.expect("hello")
        self.send("hello", version=1, device=replica.origin, archive=True, wants=True,
                  digest=replica.digest(), now_ms=int(time.time() * 1000))
        if self.hello["digest"] == replica.digest():
            self.peer = dict(replica.vector)
        else:
            self.exchange_vectors()
        return True

    def step(self):
        fetches = [SCHEMA.unpack("Fetch", self.replica.value("FETCH", entity, "fetch"))
                   for entity in self.replica.entities("FETCH")]
        lacking = [fetch["page"] for fetch in fetches if fetch["page"] not in self.replica.blobs
                   and fetch["page"] not in self.asked and fetch["page"] not in self.absent]
        if lacking and not self.more:
            self.asked.update((blob, b"") for blob in lacking)
            self.send("wants", blobs=lacking)
        super().step()


def met(place, client, replica):
    """Let the client sync with this archive; return what it was told, and the two results."""
    listener = socket.socket(socket.AF_UNIX)
    path = place.path("control")
    if os.path.exists(path):
        os.unlink(path)
    listener.bind(path)
    listener.listen()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        syncs = pool.submit(client.run, "sync", "--json", "--control", path, status=0)
        listener.settimeout(WAIT)
        exchange = Archive(replica, Plain(listener.accept()[0]))
        exchange.run_until_idle()
        done = syncs.result()
    exchange.connection.close()
    listener.close()
    return json.loads(done.stdout), done.stderr.decode()


@case
def an_archive_that_does_not_keep_its_word_is_told_of(place):
    client = place.client()
    replica = Replica()
    replica.library, replica.secret = os.urandom(16), os.urandom(32)
    client.text("offline", "nothing")
    saved = page("Fulmar", prose("fulmar")).encode()
    client.text("save", "https://example.org/fulmar", "--page", "-", stdin=saved)
    told, said = met(place, client, replica)
    equal((told["released"], told["denied"], len(replica.blobs)), (1, 0, 1))
    equal(client.json("status")["blobs"], 0)
    assert "any more" not in said, said
    # It has acknowledged it, and asks for it again.
    replica.blobs.clear()
    told, said = met(place, client, replica)
    equal((told["denied"], told["released"]), (1, 0))
    contains(said, "that the archive had acknowledged and does not hold any more: 1;")
    equal(client.json("status")["items"], 1)
    # Told once; asked for as often as they meet.
    told, said = met(place, client, replica)
    equal((told["denied"], "any more" in said), (0, False))


@case
def an_archive_that_lost_its_disk_is_found_out(place):
    """Its home is put back to a copy that lacks what it had acknowledged since."""
    site, daemon, client = library(place, NAMES[:1])
    client.text("sync")
    daemon.stop()
    shutil.copytree(daemon.home, place.path("older"))
    daemon.start()
    client.text("offline", "nothing")
    saved = page("Fulmar", prose("fulmar")).encode()
    client.text("save", "https://example.org/fulmar", "--page", "-", stdin=saved)
    client.text("sync", "--control", daemon.control)
    equal(client.json("status")["blobs"], 0)
    # And one that is acknowledged, and still here when the disk is lost.
    client.text("offline", "everything")
    gannet = page("Gannet", prose("gannet")).encode()
    client.text("save", "https://example.org/gannet", "--page", "-", stdin=gannet)
    client.text("sync", "--control", daemon.control)
    contains(client.text("read", client.items()["https://example.org/gannet"]["id"]), "the gannet ")
    daemon.kill()
    shutil.rmtree(daemon.home)
    shutil.copytree(place.path("older"), daemon.home)
    daemon.start()
    client.text("offline", "nothing")
    # It is found out that the archive is an older copy of itself; then all goes on.
    for _ in range(5):
        if client.run("sync", "--control", daemon.control).returncode == 0:
            break
    contains(client.text("offline"), "nothing")
    client.text("offline", "everything")
    client.text("sync", "--control", daemon.control)
    contains(client.text("read", client.items()["https://example.org/gannet"]["id"]), "the gannet ")
    # The page of the other one was given up on the word of an archive that is gone; its
    # article, which was here again, came back to the archive.
    contains(client.text("read", client.items()["https://example.org/fulmar"]["id"]), "the fulmar ")
    whole(client)


if __name__ == "__main__":
    main()
