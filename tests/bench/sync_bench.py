#!/usr/bin/env python3
"""What a first sync, one change, a list and a daemon at rest cost.

usage: tests/bench/sync_bench.py [ARTICLES [ROUNDS]]

A daemon with a library of made-up articles (tests/bench/library) and new clients,
over TCP on loopback; in turns with them rsync, from a daemon of its own over TCP,
copies the same texts as files, where rsync is installed.  rsync neither encrypts nor
indexes nor syncs what it writes.  BUILD names the folder with the programs.
"""
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "integration"))
from rig import BUILD, CLIENT, Client, Place, end_process, free_port, wait_for  # noqa: E402

LISTS = 21
CHANGES = 25


def median(values):
    return statistics.median(values)


def timed(command):
    begun = time.monotonic()
    # Without a time limit, with which it would look for the end every few milliseconds.
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


class Rsync:
    """An rsync daemon that serves one folder."""

    def __init__(self, place, folder):
        self.port = free_port()
        config = place.path("rsyncd.conf")
        with open(config, "w", encoding="utf-8") as file:
            owner = "uid = root\ngid = root\n" if os.geteuid() == 0 else ""
            file.write(f"use chroot = no\n{owner}[texts]\npath = {folder}\n")
        self.process = subprocess.Popen(
            ["rsync", "--daemon", "--no-detach", "--address", "127.0.0.1", "--port",
             str(self.port), "--config", config, "--log-file", place.path("rsyncd.log")],
            stdin=subprocess.DEVNULL)
        wait_for(self.answers, "rsync answers")

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def copy(self, target):
        """Return (seconds, bytes over TCP)."""
        command = ["rsync", "-a", "--stats", f"rsync://127.0.0.1:{self.port}/texts/", target]
        begun = time.monotonic()
        done = subprocess.run(command, check=True, capture_output=True, timeout=600)
        took = time.monotonic() - begun
        found = re.findall(r"Total bytes (?:sent|received): ([\d,.]+)", done.stdout.decode())
        return took, sum(int(re.sub(r"\D", "", number)) for number in found)

    def stop(self):
        end_process(self.process)


def resident_kib(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"{field}:\s+(\d+)", status.read()).group(1))


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return file.read().split()


def print_memory(daemon, when):
    pid = daemon.process.pid
    anonymous = resident_kib(pid, "RssAnon")
    print(f"daemon at rest, {when}: {resident_kib(pid) / 1024:.1f} MiB resident, of which "
          f"{anonymous / 1024:.1f} MiB its own; workers apart: {len(children(pid))}")


def first_syncs(place, daemon, rsync, articles, rounds):
    syncs, copies, sent = [], [], {}
    for number in range(rounds):
        client = place.client(f"client{number}").join(daemon)
        begun = time.monotonic()
        done = client.json("sync")
        syncs.append(time.monotonic() - begun)
        if done["items"] != articles or done["blobs"] != articles:
            raise AssertionError(f"the sync brought {done}")
        sent["sync"] = done["sent_bytes"] + done["received_bytes"]
        if rsync:
            took, sent["rsync"] = rsync.copy(place.path(f"copy{number}/"))
            copies.append(took)
    print(f"first sync: {median(syncs):.3f} s, {sent['sync']:,} bytes")
    if rsync:
        print(f"rsync of the same texts: {median(copies):.3f} s, {sent['rsync']:,} bytes; ratio "
              f"{median(syncs) / median(copies):.2f} in time, "
              f"{sent['sync'] / sent['rsync']:.2f} in bytes")
    else:
        print("rsync is not installed: nothing to compare with")


def until_written(path, before):
    """The moment at which a vault is another than before: a commit that is in its database."""
    while True:
        status = os.stat(path)
        if (status.st_mtime_ns, status.st_size) != before:
            return time.monotonic()
        time.sleep(0.0002)


def one_change(place, here, there):
    """Two laptops that follow: from the end of a command on one to the commit on the other."""
    followers = [place.follower(client) for client in (here, there)]
    item = here.json("list", "--limit", "1")[0]["id"]
    vault = os.path.join(there.home, "vault.db")
    here.text("tag", item, "first")
    wait_for(lambda: "first" in there.json("list", "--limit", "1")[0]["tags"], "both follow")
    passed, commands = [], []
    for number in range(CHANGES):
        wait_for(lambda: not any(follower.holds_vault() for follower in followers), "both rest")
        status = os.stat(vault)
        begun = time.monotonic()
        here.text("tag", item, f"tag{number}")
        commands.append(time.monotonic() - begun)
        passed.append(until_written(vault, (status.st_mtime_ns, status.st_size)) - begun -
                      commands[-1])
        wait_for(lambda n=number: f"tag{n}" in there.json("list", "--limit", "1")[0]["tags"],
                 "the change")
    print(f"one change, from a command's end here to its commit there, by way of the daemon: median "
          f"{median(passed) * 1e3:.1f} ms, worst {max(passed) * 1e3:.1f} ms of {CHANGES}; the "
          f"command itself: {median(commands) * 1e3:.1f} ms")
    for follower in followers:
        follower.stop()


def cold_lists(home):
    """A process each: what a reader waits for who types the command."""
    lists, nothings = [], []
    for _ in range(LISTS):
        lists.append(timed([CLIENT, "list", "--limit", "50", "--home", home]))
        nothings.append(timed([CLIENT, "--version"]))
    print(f"readsync list of 50, cold start: {median(lists) * 1e3:.1f} ms; readsync --version: "
          f"{median(nothings) * 1e3:.1f} ms; ratio {median(lists) / median(nothings):.1f}")


def measure(place, articles, rounds):
    texts = place.path("texts")
    os.mkdir(texts)
    subprocess.run([os.path.join(BUILD, "tests/bench/library"), place.path("daemon"), str(articles),
                    texts], check=True)
    size = sum(os.path.getsize(os.path.join(texts, name)) for name in os.listdir(texts))
    print(f"{articles:,} articles, {size:,} bytes of text; medians of {rounds} rounds in turns")
    daemon = place.daemon("daemon").start()
    print_memory(daemon, "after its start")
    rsync = place.keep(Rsync(place, texts)) if shutil.which("rsync") else None
    first_syncs(place, daemon, rsync, articles, rounds)
    print_memory(daemon, f"after {rounds} first syncs")
    if rounds > 1:
        one_change(place, place.client("client0"), place.client("client1"))
    daemon.stop()
    cold_lists(Client(place.path("client0")).home)


def main():
    numbers = [int(text) for text in sys.argv[1:3]]
    place = Place()
    try:
        measure(place, *(numbers + [1000, 5][len(numbers):]))
    finally:
        place.end()


main()
