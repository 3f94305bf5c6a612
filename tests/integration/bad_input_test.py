#!/usr/bin/env python3
"""What bad input gets: one line that says what and where, a status that a script can use
where it is a command, and nothing that was kept is lost or changed."""
import base64
import hashlib
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from rig import Skip, case, contains, equal, main, page, prose, wait_for
from stranger import Connection, Invitation

WORDS = ["ferry", "lock", "weir"]


class Kept:
    """A daemon that has kept a few pages, and a client that has them; holds() fails
    when any of it is lost or changed, here or there."""

    def __init__(self, place, queues=None, more=None):
        self.place = place
        self.site = place.site({f"/{word}.html": page(f"The {word} book", prose(word))
                                for word in WORDS})
        self.daemon = place.daemon(queues={"kept": {
            "type": "feed", "url": self.site.feed([f"/{word}.html" for word in WORDS], "/kept.xml"),
            "every": "1d"}, **(queues or {})}, more=more).start()
        wait_for(lambda: self.daemon.status()["readings"] >= len(WORDS), "the pages are kept")
        self.client = place.client().join(self.daemon)
        self.client.text("sync")
        self.had = self.content(self.client)
        equal(len(self.had), len(WORDS), "pages at the start")

    def content(self, client):
        """What a client holds of the first pages: URL -> what it says."""
        urls = [self.site.url(f"/{word}.html") for word in WORDS]
        return {url: (item["id"], item["title"], item["copy"], item["state"],
                      client.text("read", item["id"]))
                for url, item in client.items().items() if url in urls}

    def holds(self):
        equal(self.content(self.client), self.had, "what the client holds")
        self.client.text("sync")
        equal(self.content(self.client), self.had, "what the client holds after a sync")
        fresh = self.place.client(f"fresh-{time.monotonic_ns()}").join(self.daemon)
        fresh.text("sync")
        equal(self.content(fresh), self.had, "what the daemon gives")

    def logged(self, pattern):
        """Wait for a line of the log, and return it."""
        wait_for(lambda: re.search(pattern, self.daemon.log()), f"a line of the log with {pattern}")
        return [line for line in self.daemon.log().splitlines() if re.search(pattern, line)][-1]

    def silent_about(self, *words):
        """The log names no host, page or title, unless it was asked to."""
        lines = [line for line in self.daemon.log().splitlines()
                 if "listening" not in line and "peer=" not in line]
        for word in ("127.0.0.1", "/kept.xml", ".html", "ferry", *words):
            found = [line for line in lines if word in line]
            equal(found, [], f"lines of the log with {word!r}")


# -------------------------------------------------------------- tokens and devices


def forged(token):
    """The same invitation with other random bits, and a checksum that is right."""
    name, text = token.split("-", 1)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))[:-4]
    raw[32] ^= 1
    check = hashlib.blake2b(f"{name}-".encode() + raw, digest_size=32).digest()[:4]
    return name + "-" + base64.urlsafe_b64encode(bytes(raw) + check).decode().rstrip("=")


@case
def a_wrong_or_used_token(place):
    kept = Kept(place)
    token = kept.daemon.invite()
    stranger = place.client("stranger")
    for bad, says in ((token[:-6], "cut short"), (token[:20] + "A" + token[21:], "copying"),
                      ("hello", "not an invitation"), (forged(token), "wrong, used or expired")):
        if bad == token:
            continue
        code, line = stranger.fails("join", bad)
        equal(code, 7, line)
        contains(line, says)
    kept.logged(r"disconnected peer=127\.0\.0\.1:\d+ reason=\"the invitation is wrong")
    # The wrong tries killed nothing: the invitation is good, once.
    stranger.text("join", token)
    code, line = place.client("late").fails("join", token)
    equal(code, 7, line)
    contains(line, "the invitation is wrong, used or expired")
    code, line = place.client("late").fails("sync")
    equal(code, 7, line)
    contains(line, "not paired")
    kept.holds()


@case
def wrong_tokens_by_the_dozen_lock_nobody_out_who_is_paired(place):
    kept = Kept(place)
    token = kept.daemon.invite()
    bad = forged(token)
    guesser = place.client("guesser")
    for _ in range(12):
        code, line = guesser.fails("join", bad)
        equal(code, 7, line)
        contains(line, "the invitation is wrong, used or expired")
    # Pairing rests now for this address, even for the right token ...
    code, line = guesser.fails("join", token)
    equal(code, 7, line)
    kept.logged("pairing-rests")
    # ... but not for another one ...
    host, port = kept.daemon.address().rsplit(":", 1)
    other = Connection(f"{host}:{port}", os.urandom(32), Invitation(token).key,
                       Invitation(token).psk(), source="127.0.0.2")
    equal(sorted(other.expect("welcome"))[0], "archive_device")
    other.close()
    # ... while those that are paired do not notice.
    equal(kept.content(kept.client), kept.had)
    kept.client.text("sync")
    assert kept.daemon.alive()


@case
def an_unknown_device(place):
    kept = Kept(place)
    kept.daemon.stop()
    before = place.path("before")
    subprocess.run(["cp", "-a", kept.daemon.home, before], check=True)
    kept.daemon.arguments = ["--listen", kept.daemon.address()]
    kept.daemon.start()
    late = place.client("late").join(kept.daemon)
    # The daemon's vault as it was before that pairing.
    kept.daemon.stop()
    subprocess.run(["rm", "-r", kept.daemon.home], check=True)
    os.rename(before, kept.daemon.home)
    kept.daemon.start()
    code, line = late.fails("sync")
    equal(code, 7, line)
    contains(line, "readsync join")
    line = kept.logged(r"disconnected peer=[0-9a-f]{16} ")
    contains(line, "not the device it must be")
    kept.holds()


@case
def a_connection_that_breaks_amid_the_handshake(place):
    gate = place.gate()
    daemon = place.daemon(more={"daemon": {"announce": gate.address}}).start()
    gate.target = daemon.address()
    client = place.client()
    client.text("join", "--name", "red", daemon.invite())
    token = daemon.invite()
    gate.cut()
    # Nobody was refused: that would come behind the third message only.
    code, line = client.fails("sync")
    equal(code, 6, line)
    contains(line, "lost amid the handshake")
    code, line = place.client("late").fails("join", token)
    equal(code, 6, line)
    gate.restore()
    client.text("sync")
    place.client("late").text("join", token)
    # Behind it, a refusal and a daemon that ends look alike, and both are told.
    place.client("operator").text("device", "revoke", "red", "--control", daemon.control)
    code, line = client.fails("sync")
    equal(code, 7, line)
    contains(line, "being stopped")
    contains(line, "does not know this device")


# ------------------------------------------------------------------------- frames


def talk(address, data, end=False):
    """Send bytes to a socket; return what it answers until it closes."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as peer:
        peer.settimeout(30)
        peer.connect(address)
        answer = b""
        try:
            peer.sendall(data)
            if end:
                peer.shutdown(socket.SHUT_WR)
            while True:
                more = peer.recv(65536)
                if not more:
                    return answer
                answer += more
        except (BrokenPipeError, ConnectionResetError):
            return answer


@case
def frames_that_are_none(place):
    kept = Kept(place)
    host, port = kept.daemon.address().rsplit(":", 1)
    tcp = (host, int(port))
    preamble = b"RS\x01\x01"
    broke, cut = '"the peer broke the protocol"', '"closed by the peer amid a message"'
    ends = {broke: 0, cut: 0}
    for address, data, end, reason in (
            (tcp, b"GET / HTTP/1.1\r\nHost: archive\r\n\r\n", False, broke),
            (tcp, preamble[:1], True, cut),
            (tcp, preamble + b"\x00\x20" + b"short", True, cut),
            (tcp, preamble + b"\xff\xff" + b"x" * 1000, False, broke),
            (tcp, b"\x00" * 70000, False, broke),
            # The control socket takes frames at once; these hold no message.
            (kept.daemon.control, b"\x00\x04\xff\xff\xff\xff", False, broke),
            (kept.daemon.control, b"\x00\x00", False, broke),
            (kept.daemon.control, b"\xff\xff" + b"\x0a" * 65535, False, broke),
            (kept.daemon.control, b"\x01\x00\x0a", True, cut)):
        equal(talk(address, data, end), b"", f"the answer to {data[:8]!r}")
        ends[reason] += 1
        wait_for(lambda r=reason: kept.daemon.log().count(r) >= ends[r], f"a line on {data[:8]!r}")
        peer = "local" if address == kept.daemon.control else "127.0.0.1:"
        contains(kept.daemon.log().splitlines()[-1], f"disconnected peer={peer}")
    assert kept.daemon.alive()
    kept.holds()


# -------------------------------------------------------------------------- pages


def stream(chunk, pause, seen):
    """A page that never ends."""
    def answer(request):
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        request.close_connection = True
        seen.append(request.path)
        while True:
            request.wfile.write(chunk)
            request.wfile.flush()
            if pause:
                time.sleep(pause)
    return answer


def redirect(to):
    def answer(request):
        request.send_response(302)
        request.send_header("Location", to)
        request.send_header("Content-Length", "0")
        request.end_headers()
    return answer


@case
def pages_that_are_none(place):
    started = []
    latin = page("Café society", [p.replace("council", "conseil général") for p in prose("café")])
    pages = {
        "/image": lambda r: r.answer(200, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
                                     content_type="text/html"),
        "/empty": lambda r: r.answer(200, b"", content_type="text/html"),
        "/huge": lambda r: r.answer(200, b"<p>" + b"x" * (50 << 20), content_type="text/html"),
        "/loop": redirect("/loop"),
        "/scheme": redirect("file:///etc/passwd"),
        "/inside": redirect("http://127.0.0.2:9/"),
        "/flood": stream(b"<p>" + b"more and more " * 4096, 0, started),
        "/drip": stream(b"<p>" * 20, 0.05, started),
        "/dead": None,
        "/damaged": lambda r: r.answer(200, page("Damaged", prose("cafés")).encode().replace(
            b"the keepers", b"\xff\xff\xff the keepers", 1)),
        # Says it is UTF-8, and is Windows-1252.
        "/lies": lambda r: r.answer(200, latin.replace("—", "-").encode("windows-1252"),
                                    content_type="text/html; charset=utf-8"),
    }
    kept = Kept(place)
    kept.site.pages.update({path: answer for path, answer in pages.items() if answer})
    kept.daemon.configure(
        queues={"bad": {"type": "feed", "url": kept.site.feed(list(pages), "/bad.xml")}},
        more={"fetch": {"timeout": "2s", "max_page": "4M"}})
    kept.daemon.process.send_signal(signal.SIGHUP)
    # All but the one that drips have an end; that one is tried again later.
    def ended():
        status = kept.daemon.status()
        return (status["items"], status["waiting"], status["failing"]) == (len(WORDS) + len(pages), 1, 1)
    wait_for(ended, "an end of each page")
    kept.logged(r"try-failed item=[0-9a-f]+ attempt=1 reason=\"Timeout was reached\"")
    kept.client.text("sync")
    items = kept.client.items()
    for path, says in (("/image", "not text"), ("/empty", "empty"),
                       ("/huge", "longer than 4194304 bytes"), ("/loop", "redirect"),
                       ("/scheme", "not http or https"), ("/inside", "127.0.0.2 is not public"),
                       ("/flood", "longer than 4194304 bytes")):
        item = items[kept.site.url(path)]
        why = kept.client.text("why", item["id"])
        line = [line for line in why.splitlines() if line.startswith("There is no article: ")]
        equal(len(line), 1, f"lines of why {path}: {why!r}")
        contains(line[0], says, path)
        contains(kept.logged(f"kept-without-article item={item['id'][:8]}"), "reason=", path)
        assert item["copy"] != "full", item
    contains(kept.client.text("why", items[kept.site.url("/drip")]["id"]), "not been read yet")
    contains(kept.client.text("why", items[kept.site.url("/dead")]["id"]), "404")
    text = kept.client.text("read", items[kept.site.url("/lies")]["id"], env={"LC_ALL": "C.UTF-8"})
    contains(text, "Café society")
    contains(text, "the keepers of the café wrote down")
    # What is UTF-8 with damage is read as such, and that letters are lost is told.
    contains(kept.client.text("why", items[kept.site.url("/damaged")]["id"]),
             "3 letters could not be read")
    contains(kept.client.text("read", items[kept.site.url("/damaged")]["id"], env={"LC_ALL": "C.UTF-8"}),
             "\ufffd\ufffd\ufffd the keepers")
    kept.silent_about("/bad.xml", "127.0.0.2", "/etc")
    kept.holds()


@case
def feeds_that_are_none(place):
    kept = Kept(place)
    site = kept.site
    site.pages.update({
        "/html": page("A page", prose("page")), "/text.xml": "hello", "/empty.xml": "",
        "/broken.json": lambda r: r.answer(200, '{"version": "https://jsonfeed.org/version/1.1", "it',
                                           content_type="application/feed+json"),
        "/svg.xml": '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'})
    queues = {"html": "/html", "text": "/text.xml", "empty": "/empty.xml", "json": "/broken.json",
              "svg": "/svg.xml", "gone": "/gone.xml"}
    kept.daemon.configure(queues={
        **{name: {"type": "feed", "url": site.url(path)} for name, path in queues.items()},
        "closed": {"type": "feed", "url": "http://127.0.0.1:1/feed.xml"}})
    kept.daemon.process.send_signal(signal.SIGHUP)

    def problems():
        return {queue["name"]: queue["problem"] for queue in kept.daemon.status()["queues"]}
    wait_for(lambda: len(problems()) == 7 and all(problems().values()), "each queue's problem")
    for name, says in (("html", "not a feed: "), ("text", "not a feed"),
                       ("empty", "not a feed: empty"), ("json", "JSON broken in line 1"),
                       ("svg", "its XML is <svg>"), ("gone", "answered 404"),
                       ("closed", "127.0.0.1:1: ")):
        contains(problems()[name], says, name)
    for name, reason in (("html", '"not a feed"'), ("gone", "\"the feed's server answered 404\""),
                         ("closed", '"Connection refused"')):
        contains(kept.logged(f"poll-failed queue={name} "), f"reason={reason}")
    kept.silent_about("svg.xml")
    kept.holds()


# --------------------------------------------------- configuration, disk, two of them


@case
def a_configuration_with_a_typing_error(place):
    kept = Kept(place)
    with open(kept.daemon.config, encoding="utf-8") as file:
        good = file.read()
    number = good.split("\n").index("spacing = 0") + 1
    with open(kept.daemon.config, "w", encoding="utf-8") as file:
        file.write(good.replace("spacing = 0", "spcaing = 0"))
    # While it runs: nothing changes, and the log says where.
    kept.daemon.process.send_signal(signal.SIGHUP)
    line = kept.logged("configuration-refused")
    contains(line, f"{kept.daemon.config}:{number}: ")
    contains(line, "spcaing")
    equal([queue["name"] for queue in kept.daemon.status()["queues"]], ["kept"])
    kept.holds()
    # At the start: one line and status 2.
    kept.daemon.stop()
    code, text = kept.daemon.fails()
    equal(code, 2, text)
    equal(len(text.splitlines()), 1, text)
    contains(text, f"readsyncd: {kept.daemon.config}:{number}: ")
    contains(text, "spcaing")
    check = subprocess.run([*kept.daemon.command(), "--check-config"], capture_output=True, check=False)
    equal((check.returncode, check.stderr.decode()), (2, text), "--check-config")
    with open(kept.daemon.config, "w", encoding="utf-8") as file:
        file.write(good)
    kept.daemon.arguments = ["--listen", kept.daemon.address()]
    kept.daemon.start()
    kept.holds()


@case
def a_second_daemon_on_the_same_vault(place):
    kept = Kept(place)
    code, text = kept.daemon.fails()
    equal((code, text), (4, f"readsyncd: {kept.daemon.home}: vault.db is in use by another program: "
                            "close that, or try again\n"))
    assert kept.daemon.alive()
    equal(kept.client.text("sync"), "")
    kept.holds()


@case
def a_file_in_the_place_of_the_control_socket(place):
    """It is the reader's, whatever it holds; only a socket that a dead daemon left goes."""
    daemon = place.daemon()
    daemon.control = place.path("letters.txt")
    daemon.arguments = ["--control", daemon.control]
    with open(daemon.control, "w", encoding="utf-8") as file:
        file.write("not to be lost")
    code, text = daemon.fails()
    equal(code, 1, text)
    contains(text, f"{daemon.control} is in the way of the control socket: it is no socket")
    with open(daemon.control, encoding="utf-8") as file:
        equal(file.read(), "not to be lost")
    os.unlink(daemon.control)
    daemon.start().kill()
    assert os.path.exists(daemon.control), "what a killed daemon leaves"
    daemon.start()
    equal(daemon.status()["items"], 0)


def with_full_disk(place):
    """Run this case again where it may mount: as root, in a mount namespace of its own."""
    if os.environ.get("READSYNC_TEST_DISK") == "yes":
        return True
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL,
                                           check=False).returncode != 0:
        raise Skip("mounting a small disk needs root and a mount namespace")
    name = sys._getframe(1).f_code.co_name
    done = subprocess.run(["unshare", "-m", "--propagation", "private", sys.executable, __file__, name],
                          env={**os.environ, "READSYNC_TEST_DISK": "yes"}, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(done.stdout.decode() + done.stderr.decode())
    return False


class Disk:
    """A small file system, and a file that fills it."""

    def __init__(self, path, size):
        self.filler = os.path.join(path, "filler")
        os.makedirs(path)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], check=True)

    def fill(self):
        """Fill it to the last byte."""
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def make_room(self):
        os.unlink(self.filler)

    def stop(self):
        subprocess.run(["umount", os.path.dirname(self.filler)], check=True)


@case
def a_full_disk_under_the_daemon(place):
    if not with_full_disk(place):
        return
    disk = place.keep(Disk(place.path("daemon"), "64M"))
    kept = Kept(place)
    go = threading.Event()

    def later(text):
        return lambda request: go.wait(60) and request.answer(200, text)
    pages = {f"/new{n}.html": page(f"New {n}", prose(f"harbour{n}", 60)) for n in range(6)}
    kept.site.pages.update({path: later(text) for path, text in pages.items()})
    drop = place.path("drop")
    os.mkdir(drop)
    kept.daemon.configure(queues={"drop": {"type": "folder", "path": drop, "every": "1s"}})

    def put(name, paths):
        with open(os.path.join(drop, name + ".part"), "w", encoding="utf-8") as file:
            file.write("".join(kept.site.url(path) + "\n" for path in paths))
        os.rename(os.path.join(drop, name + ".part"), os.path.join(drop, name))
    put("links.txt", pages)
    kept.daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: kept.daemon.status()["waiting"] == len(pages), "the links are kept")
    # The pages come when there is no room for them, and so does another link.
    disk.fill()
    go.set()
    line = kept.logged("vault-refused")
    contains(line, f"home={kept.daemon.home} ")
    contains(line, 'error="no space left on the disk"')
    kept.site.pages["/more.html"] = page("More", prose("more"))
    put("more.txt", ["/more.html"])
    line = kept.logged("poll-failed queue=drop")
    contains(line, 'reason="what was found cannot be kept: no space left on the disk"')
    # What the client changes cannot be taken; that is said, and the client keeps it.
    kept.client.text("save", kept.site.url("/offline.html"), "--page", "-",
                     stdin=page("Offline", prose("offline", 400)).encode())
    code, line = kept.client.fails("sync")
    equal(code, 1, line)
    contains(line, "the peer says: ")
    contains(line, "no space left on the disk")
    equal(kept.content(kept.client), kept.had)
    assert kept.daemon.alive()
    disk.make_room()
    kept.client.text("sync")
    kept.daemon.idle(len(WORDS) + len(pages) + 2)
    kept.logged("vault-works-again")
    kept.client.text("sync")
    items = kept.client.items()
    for path in [*pages, "/more.html"]:
        equal(items[kept.site.url(path)]["copy"], "full", path)
        equal(kept.site.count(path), 1, f"fetches of {path}")
    equal(items[kept.site.url("/offline.html")]["copy"], "full")
    kept.holds()
    equal(kept.daemon.stop()[0], 0)


@case
def a_full_disk_under_the_client(place):
    if not with_full_disk(place):
        return
    disk = place.keep(Disk(place.path("client"), "64M"))
    kept = Kept(place)
    pages = {f"/new{n}.html": page(f"New {n}", prose(f"harbour{n}", 60)) for n in range(6)}
    kept.site.pages.update(pages)
    kept.daemon.configure(queues={"new": {"type": "feed", "url": kept.site.feed(list(pages), "/new.xml")}})
    kept.daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: kept.daemon.status()["readings"] == len(WORDS) + len(pages), "the new pages")
    disk.fill()
    code, line = kept.client.fails("sync")
    equal(code, 1, line)
    contains(line, "no space left on the disk")
    contains(line, kept.client.home)
    code, line = kept.client.fails("save", kept.site.url("/later.html"))
    equal(code, 1, line)
    contains(line, "no space left on the disk")
    equal(kept.content(kept.client), kept.had)
    disk.make_room()
    kept.client.text("sync")
    for path in pages:
        equal(kept.client.items()[kept.site.url(path)]["copy"], "full", path)
    kept.holds()


if __name__ == "__main__":
    main()
