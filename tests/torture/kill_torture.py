#!/usr/bin/env python3
"""Kills: two laptops save, tag, archive, write notes and sync through a daemon that fetches what they
save, one of them with a sync that follows beside its commands; both keep what policies ask
for that change, and give up the rest; and in every round one of these programs is killed
(SIGKILL) amid its work.
What a command acknowledged with status 0 is there for ever: a change on its laptop, and
after a sync on the daemon too, which a device that joins at last finds out."""
import json
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))
from rig import (CLIENT, WAIT, case, free_port, main, page, prose,  # pylint: disable=wrong-import-position
                 read_text, wait_for)

KILLS = 500 if os.environ.get("TORTURE_FULL") else 20
CHECK_EVERY = 25  # kills
LIVES = 0.12  # seconds: a program is killed in so much of its life, or lives
# How a sync ends that lost its daemon; 7: amid the handshake, where a daemon that does not
# know the device closes the connection too.
DAEMON_FELL = (6, 7)
NOTHING = ()  # a fact that no other device hears of


class Command:
    """A command of a laptop under way, and the fact that it is to establish."""

    def __init__(self, laptop, fact, *words):
        self.laptop = laptop
        self.fact = fact
        self.process = subprocess.Popen([CLIENT, words[0], "--home", laptop.client.home, *words[1:]],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def kill(self):
        """Tell whether it was still at work."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        return self.process.wait(WAIT) == -signal.SIGKILL

    def settle(self, daemon_fell):
        """Wait for its end, and take over what it acknowledged."""
        said, why = self.process.communicate(timeout=WAIT)
        status = self.process.returncode
        if status == 0:
            self.laptop.acknowledged(self.fact, said)
        elif status != -signal.SIGKILL and not (daemon_fell and self.fact is None
                                                and status in DAEMON_FELL):
            raise AssertionError(f"{self.process.args}: status {status}: {why.decode()}")


class Follower:
    """A sync of a laptop that stays connected; begun anew when it was killed."""

    def __init__(self, place, laptop):
        self.home = laptop.client.home
        self.log_path = place.path("follower.log")
        self.process = None
        place.keep(self)

    def start(self):
        if self.process is None:
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(
                    [CLIENT, "sync", "--follow", "--home", self.home], stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log)

    def kill(self):
        """It must have lived till now, whatever befell the daemon."""
        self.process.kill()
        status = self.process.wait(WAIT)
        self.process = None
        if status != -signal.SIGKILL:
            raise AssertionError(f"the follower ended with {status}: {read_text(self.log_path)}")
        return True

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(WAIT)


class Laptop:
    """A client, what it was told is kept, and how much of that a sync has acknowledged.
    A fact is (url, what, tag or text)."""

    def __init__(self, place, name, site, draw):
        self.client = place.client(name)
        self.name = name
        self.site = site
        self.draw = draw
        self.made = 0
        self.ids = {}
        self.facts = []
        self.synced = 0

    def start(self):
        """Begin one command or another."""
        kind = self.draw.choice(("save", "tag", "archive", "note", "offline", "sync", "sync"))
        self.made += 1
        if kind == "save" or not self.ids:
            # In letters: a page whose title says 404 is taken for what that says.
            name = self.name + "-" + "".join("abcdefghij"[int(digit)] for digit in str(self.made))
            path = f"/{name}.html"
            self.site.pages[path] = page(name, prose(name))
            url = self.site.url(path)
            return Command(self, (url, "saved", ""), "save", "--json", url)
        url = self.draw.choice(list(self.ids))
        if kind == "tag":
            tag = f"tag{self.made}"
            return Command(self, (url, "tag", tag), "tag", self.ids[url], tag)
        if kind == "note":
            # In place of all that is there; what was there stays as the note's past.
            text = f"note{self.made}"
            return Command(self, (url, "note", text), "note", "--join", self.ids[url], text)
        if kind == "archive":
            return Command(self, (url, "archived", ""), "archive", self.ids[url])
        if kind == "offline":
            return Command(self, NOTHING, "offline", self.draw.choice(
                ("nothing", "unread", "at most 6 KB", "everything")))
        return Command(self, None, "sync")

    def acknowledged(self, fact, said):
        if fact is None:
            self.synced = len(self.facts)
            return
        if fact is NOTHING:
            return
        self.facts.append(fact)
        if fact[1] == "saved":
            self.ids[fact[0]] = json.loads(said)["id"]

    def check(self):
        held_by(self.client, self.facts, self.name)


def notes_of(client):
    """Every text that the note of an item ever had, by its URL."""
    lines = client.run("export", "--jsonl", "--quiet").stdout.decode().splitlines()
    return {line["url"]: [note.get("text") for note in line.get("notes", ())]
            for line in map(json.loads, lines)}


def held_by(client, facts, who):
    items, notes = client.items(), notes_of(client)
    for url, what, tag in facts:
        item = items.get(url)
        if item is None:
            raise AssertionError(f"{who} has lost {url}")
        if what == "tag" and tag not in item["tags"]:
            raise AssertionError(f"{who} has lost the tag {tag} of {url}: {item}")
        if what == "note" and tag not in notes[url]:
            raise AssertionError(f"{who} has lost the note {tag} of {url}: {notes[url]}")
        if what == "archived" and item["state"] != "archived":
            raise AssertionError(f"{who} has lost that {url} was archived: {item}")


def one_round(daemon, laptops, follower, draw):
    """Kill one program amid the work of all; tell which, or "" when it was too late."""
    follower.start()
    commands = [laptop.start() for laptop in laptops]
    victim = draw.choice(["daemon", follower, *commands])
    time.sleep(draw.random() * LIVES)
    if victim == "daemon":
        daemon.kill()
        killed = "daemon"
    else:
        killed = "client" if victim.kill() else ""
    for command in commands:
        command.settle(victim == "daemon")
    if not daemon.alive():
        daemon.start()
    return killed


@case
def nothing_acknowledged_is_lost(place):
    seed = random.randrange(1 << 32)
    draw = random.Random(seed)
    print(f"# seed {seed}")
    site = place.site()
    # Of one port, for the laptops to find it again.
    daemon = place.daemon(more={"daemon": {"listen": f"127.0.0.1:{free_port()}"}}).start()
    laptops = [Laptop(place, name, site, draw) for name in ("anne", "bob")]
    for laptop in laptops:
        laptop.client.join(daemon)
    follower = Follower(place, laptops[0])
    kills = {"daemon": 0, "client": 0}
    while sum(kills.values()) < KILLS:
        killed = one_round(daemon, laptops, follower, draw)
        if killed:
            kills[killed] += 1
            if sum(kills.values()) % CHECK_EVERY == 0:
                for laptop in laptops:
                    laptop.check()
    follower.start()
    follower.kill()
    # What was synced is on the daemon without the laptops.
    fresh = place.client("fresh").join(daemon)
    fresh.text("sync")
    for laptop in laptops:
        held_by(fresh, laptop.facts[:laptop.synced], "the daemon")
    for laptop in laptops:
        laptop.check()
        laptop.client.text("sync")
    wait_for(lambda: daemon.status()["waiting"] == 0, "everything is fetched")
    fresh.text("sync")
    for laptop in laptops:
        laptop.client.text("offline", "everything")
        laptop.client.text("sync")
        laptop.client.text("vault", "verify")
    for laptop in laptops:
        held_by(fresh, laptop.facts, "the daemon")
        for url in laptop.ids:
            if fresh.items()[url]["copy"] != "full":
                raise AssertionError(f"{url} was not kept: {fresh.items()[url]}")
            if not laptop.client.items()[url]["held"]:
                raise AssertionError(f"{url} does not come back: {laptop.client.items()[url]}")
    print(f"# {kills['daemon']} kills of the daemon, {kills['client']} of clients; "
          f"{sum(len(laptop.facts) for laptop in laptops)} changes acknowledged")
    daemon.stop()


main()
