#!/usr/bin/env python3
"""Goal: PROTOCOL.md is enough to write a client in another language.  The client is
stranger.py, which knows readsync from that page and readsync.proto alone."""
import re

from noise import Handshake, public_key
from rig import case, equal, main, page, prose, wait_for
from stranger import (DROPPED, PROTOCOL, SCHEMA, SHARED, Closed, Connection, Exchange, Invitation,
                      NoAddress, Replica, canonical, name_hash, read)


def example_bytes():
    """The frames of the examples, as (arrow, body): preambles are left out."""
    text = PROTOCOL[PROTOCOL.index("## An example to check against"):]
    frames = re.findall(r"(->|<-|^ {8}) +(?:[0-9a-f]{8}\n +)?([0-9a-f]{4}) ((?:[0-9a-f]+\s+)+)", text,
                        re.M)
    return [bytes.fromhex(re.sub(r"\s", "", body)) for _, _, body in frames]


@case
def the_examples_of_the_page_hold(_):
    token = re.search(r"readsync1-[\w-]{40,}\s+[\w-]+", PROTOCOL).group()
    invitation = Invitation(re.sub(r"\s", "", token))
    equal((invitation.key, invitation.seed, invitation.addresses),
          (b"\x22" * 32, bytes(range(16)), ["archive.example:7407", "[fd00::7]:7407"]))
    assert invitation.psk().hex() in PROTOCOL, "the pre-shared key"
    key = re.search(r"responder's public key:\s+([0-9a-f]{64})", PROTOCOL).group(1)
    equal(public_key(b"\x22" * 32).hex(), key, "the responder's public key")
    # The invitation's key need not be the responder's: the examples stand apart.
    made = []
    for pattern, psk in ((1, None), (2, invitation.psk())):
        prologue = b"RS\1" + bytes([pattern])
        left = Handshake(True, b"\x11" * 32, prologue, psk, b"\x33" * 32)
        right = Handshake(False, b"\x22" * 32, prologue, psk, b"\x66" * 32)
        made.append(left.write_1())
        right.read_1(made[-1])
        made.append(right.write_2())
        left.read_2(made[-1])
        made.append(left.write_3())
        right.read_3(made[-1])
        made.append(left.split()[0].seal(b"", b"hello"))
        equal(right.split()[1].open(b"", made[-1]), b"hello")
    equal([frame.hex() for frame in example_bytes()], [frame.hex() for frame in made])
    assert f"`{SCHEMA.pack('Message', {'idle': {}}).hex(' ')}`" in PROTOCOL, "the Idle"


@case
def the_lists_of_the_page_are_whole(_):
    code = read("proto/record/canonical_url.c")
    for name, told in (("tracking", DROPPED), ("shared_hosts", SHARED)):
        table = re.search(name + r"\[\] = \{(.*?)\};", code, re.S).group(1)
        equal(sorted(told), sorted(re.findall(r'"([^"]+)"', table)), name)


@case
def the_forms_of_the_page_hold(_):
    rows = re.findall(r"^\| `(http[^`]+)` \| `(https[^`]+)` \|$", PROTOCOL, re.M)
    assert len(rows) >= 6, "the table is there"
    for saved, form in rows:
        equal(canonical(saved), form, saved)
        equal(canonical(form), form, "the form of a form")
    told = re.search(r"the id of the first is\s+([0-9a-f]{32})", PROTOCOL).group(1)
    equal(name_hash(b"\x44" * 32, b"\1", rows[0][1].encode()).hex(), told)


def paired(place, pages):
    """A site, a daemon that has kept its pages, and a stranger that it knows."""
    site = place.site(pages)
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(pages)}}).start()
    daemon.idle(len(pages))
    replica = Replica()
    replica.join(daemon.invite())
    return site, daemon, replica


@case
def a_stranger_pairs_and_receives_the_list(place):
    pages = {f"/{name}.html": page(name.title(), prose(name)) for name in ("heron", "ibis", "stork")}
    site, _, replica = paired(place, pages)
    replica.sync()
    items = replica.items()
    equal(sorted(items), sorted(site.url(path) for path in pages))
    for path in pages:
        reading = replica.best(items[site.url(path)])
        equal((reading["title"], reading["verdict"]["copy"]),
              (path[1:-5].title(), SCHEMA.value("Copy", "COPY_FULL")))
        # A zstd frame; what it holds is not looked at here, but its hash was.
        equal(replica.blobs[reading["article"]][:4].hex(), "28b52ffd")
        equal(items[site.url(path)],
              name_hash(replica.secret, b"\1", canonical(site.url(path)).encode()), "the id")
    # That all of it is held here was written down when the connection ended.
    assert "records" in replica.sync()
    equal(replica.sync(), ["hello"], "what comes when nothing is new")


class Earlier(Exchange):
    """One that does not know compressed messages."""
    features = 1


@case
def a_list_comes_compressed_to_who_knows_that(place):
    pages = {f"/{number}.html": page(f"Number {number}", prose(str(number))) for number in range(9)}
    _, daemon, replica = paired(place, pages)
    compressed = Exchange(replica, replica.connect())
    compressed.run()
    earlier = Replica()
    earlier.join(daemon.invite())
    plain = Earlier(earlier, earlier.connect())
    plain.run()
    assert compressed.compressed > 0 == plain.compressed
    equal(replica.items(), earlier.items())


@case
def what_a_stranger_saves_is_fetched_and_reaches_the_others(place):
    site, daemon, replica = paired(place, {"/heron.html": page("Heron", prose("heron"))})
    site.pages["/later.html?utm_source=x"] = page("Later", prose("lantern"))
    replica.sync()
    later = replica.save(site.url("/later.html?utm_source=x"), "birds", "two words")
    heron = replica.items()[site.url("/heron.html")]
    replica.write("ITEM", heron, "state", b"archived")
    replica.sync()
    daemon.idle(2)
    replica.sync()
    equal(replica.best(later)["title"], "Later")
    client = place.client().join(daemon)
    client.text("sync")
    items = {item["id"]: item for item in client.items().values()}
    equal((items[later.hex()]["tags"], items[later.hex()]["held"]), (["birds", "two words"], True))
    equal(items[heron.hex()]["state"], "archived")
    # And the other way: a tag, and a removal.
    client.text("tag", later.hex(), "more")
    client.text("rm", heron.hex())
    client.text("sync")
    replica.sync()
    equal(replica.tags(later), ["birds", "more", "two words"])
    equal(list(replica.items()), [site.url("/later.html?utm_source=x")])


class Doubting(Exchange):
    """Asks for the last byte of what is here, and of a blob that nobody has."""

    def step(self):
        for blob, data in self.doubts.items():
            self.asked[blob] = data[:-1]
        if self.doubts:
            self.send("wants", blobs=list(self.doubts),
                      offsets=[len(data) - 1 for data in self.doubts.values()])
        self.doubts = {}
        super().step()


@case
def the_last_byte_tells_whether_the_archive_has_a_blob(place):
    _, _, replica = paired(place, {"/heron.html": page("Heron", prose("heron"))})
    replica.sync()
    replica.write("ITEM", next(iter(replica.items().values())), "starred", b"1")
    [(blob, data)] = replica.blobs.items()
    exchange = Doubting(replica, replica.connect())
    exchange.doubts = {blob: data, b"\7" * 32: b"made up"}
    exchange.run()
    equal((exchange.asked, exchange.absent), ({}, {b"\7" * 32}))
    equal(replica.blobs, {blob: data})


@case
def a_page_that_a_stranger_sends_is_read_in_the_same_exchange(place):
    site, daemon, replica = paired(place, {"/short.html": page("Short", ["Subscribe to read."])})
    replica.sync()
    url, full = site.url("/short.html"), SCHEMA.value("Copy", "COPY_FULL")
    item = replica.items()[url]
    short = replica.best(item)
    assert short["copy"] < full, "what the site gave"
    # Of more than one piece.
    replica.add_page(item, url, page("Whole", prose("lantern", 400)).encode())
    seen = replica.sync()
    assert "wants" in seen, seen
    reading = replica.best(item)
    equal((reading["title"], reading["verdict"]["session"], reading["verdict"]["copy"]),
          ("Whole", SCHEMA.value("Session", "SESSION_UNKNOWN"), full))
    assert reading["article"] in replica.blobs, "its article came along"
    # The reader's own judgement, and then choice, stand before ours; for both programs.
    client = place.client().join(daemon)
    for kind, entity, field, value, title, copy in (
            ("READING", reading["entity"], "verdict", b"partial", "Whole", "partial"),
            ("ITEM", item, "prefer", short["entity"], "Short", "blocked")):
        replica.write(kind, entity, field, value)
        replica.sync()
        client.text("sync")
        found = client.items()[url]
        equal((found["title"], found["copy"]), (title, copy), field)
        best = replica.best(item)
        equal((best["title"], best["copy"]), (title, SCHEMA.value("Copy", f"COPY_{copy.upper()}")))


@case
def item_ids_are_made_as_the_page_says(place):
    _, daemon, replica = paired(place, {"/heron.html": page("Heron", prose("heron"))})
    client = place.client().join(daemon)
    addresses = [saved for saved, _ in re.findall(
        r"^\| `(http[^`]+)` \| `(https[^`]+)` \|$", PROTOCOL, re.M)] + [
            "  https://user:pass@example.org:443/a%2fb/%7e%41?B=1&&a=%26#top ",
            "HTTPS://EXAMPLE.ORG.:8080/..//a/../b/.%2e/c?",
            "https://www.m.example.org/amp", "https://m.example.org/x/amp/amp/?amp=1&output=AMP",
            "https://m.tumblr.com/1", "https://www.m.tumblr.com/1", "https://mobile.org/x",
            "https://example.org/.amp", "https://example.org/a..amp", "https://example.org/a.amp/",
            "https://cdn.ampproject.org/c/s/example.org/a",
            "https://www-x.cdn.ampproject.org/v/s/m.example.org:8443/a?amp_js_v=1",
            "https://www-x.cdn.ampproject.org/c/s/amp.example.org/a/amp?usqp=2&x",
            "https://google.com/amp/s/www.google.com/amp/example.org", "http://[2001:DB8:0:0::1]/",
            "http://[::ffff:192.0.2.1]:80/", "http://[::c000:201]/",
            "http://[::ffff:0:1]/", "http://[::1]/", "http://[1:0:0:2:0:0:0:3]/", "https://ÖKONOMIE.example/Ä?ö=ü#!/ß",
            "https://ΑΒΓ。ДЁЖ.example/", "https://a_b-c.example/%zz%4", "https://example.org\\a\\b?c\\d",
            "https://example.org/?UTM_Medium=1&fbclid&ref=2&GCLID=3&pk_campaigns=4",
            "https://de.m.wiktionary.org/wiki/x", "https://a.b.m.wikipedia.org/",
            "https://example.org/a\tb\n?c\r#/", "https://example.org:/'()*!~;=,+$&:@", "https://%65xample.org/é",
        ]
    for address in addresses:
        found = client.json("save", address)["id"]
        equal(found, name_hash(replica.secret, b"\1", canonical(address).encode()).hex(), address)
    for address in ("ftp://example.org/", "https:///x", "https://exa mple.org/", "https://a..b/",
                    "https://example.org:port/", "https://example.org:65536/", "https://[1::2::3]/",
                    "https://%zz/", "https://" + 64 * "a" + ".org/", "example.org",
                    "https://example.org/" + 4096 * "a"):
        equal(client.fails("save", address)[0] != 0, True, address)
        try:
            raise AssertionError(f"{address} has the form {canonical(address)}")
        except NoAddress:
            pass


def answer(connection):
    """What comes next, or that the other end closed without a byte."""
    try:
        return connection.receive()
    except Closed as closed:
        return str(closed)


@case
def whom_the_archive_does_not_know_it_tells_nothing(place):
    _, daemon, replica = paired(place, {"/heron.html": page("Heron", prose("heron"))})
    nothing = "after 0 of 2 bytes"
    unknown = Connection(replica.addresses[0], b"\x55" * 32, replica.archive_key)
    equal(answer(unknown), nothing, "an unknown device")
    wrong = Connection(replica.addresses[0], b"\x55" * 32, replica.archive_key, b"\x66" * 32)
    equal(answer(wrong), nothing, "a wrong invitation")
    token = daemon.invite()
    Replica().join(token)
    used = Invitation(token)
    again = Connection(used.addresses[0], b"\x55" * 32, used.key, used.psk())
    equal(answer(again), nothing, "a used invitation")
    # Welcomed, but gone before it said its name: the invitation is used up all the same.
    broken = Invitation(daemon.invite())
    half = Connection(broken.addresses[0], b"\x55" * 32, broken.key, broken.psk())
    equal(answer(half)[0], "welcome")
    half.close()
    again = Connection(broken.addresses[0], b"\x55" * 32, broken.key, broken.psk())
    equal(answer(again), nothing, "an invitation that was used halfway")
    later = Connection(replica.addresses[0], b"\x55" * 32, replica.archive_key)
    equal(answer(later), nothing, "a device that did not say its name")


@case
def requests_are_answered_as_the_page_says(place):
    site, daemon, replica = paired(place, {"/heron.html": page("Heron", prose("heron"))})
    replica.sync()
    item = replica.items()[site.url("/heron.html")]
    connection = replica.connect()

    def ask(kind, **content):
        connection.send("request", kind=SCHEMA.value("Request.Kind", kind), **content)
        return connection.expect("response")
    status = ask("STATUS")
    equal((status["code"], status["items"], status["readings"], status["waiting"]), (0, 1, 1, 0))
    equal([queue["name"] for queue in status["queues"]], ["saved"])
    equal(ask("INVITE")["code"], 21, "an invitation over TCP")
    equal(ask("NONE")["code"], 13, "a kind that is none")
    equal(ask("REFETCH", item=bytes(16))["code"], 6, "an unknown item")
    equal(ask("REFETCH", item=item)["code"], 0)
    wait_for(lambda: site.count("/heron.html") == 2, "the second fetch")
    polls = site.count("/feed.xml")
    equal(ask("POLL")["code"], 0)
    wait_for(lambda: site.count("/feed.xml") == polls + 1, "the poll")
    connection.send("request", kind=SCHEMA.value("Request.Kind", "SYNC"))
    equal(answer(connection), "after 0 of 2 bytes", "SYNC over TCP")
    daemon.idle(1)


if __name__ == "__main__":
    main()
