#!/usr/bin/env python3
"""Goal: whoever reads need not wait for what takes long: a sync, an import and a giving up let
other commands have the vault in between, and lose nothing by it."""
import base64
import fcntl
import json
import os
import random
import signal
import statistics
import subprocess

from rig import CLIENT, WAIT, case, equal, holds_vault, main, prose, wait_for

ARTICLES = 3000
LIMIT = str(2 * ARTICLES)


def lines(first, count):
    return b"".join(json.dumps({
        "url": f"http://127.0.0.1:9/{number}", "title": f"Number {number}",
        "saved_at": "2024-01-01T00:00:00Z",
        "text": "\n".join(prose(f"lantern {number}", 30))}).encode() + b"\n"
        for number in range(first, first + count))


def start(client, command, *arguments, **more):
    return subprocess.Popen([CLIENT, command, "--home", client.home, *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **{"stdin": subprocess.DEVNULL, **more})


def ends_well(process):
    said = process.communicate(timeout=WAIT)
    equal(process.returncode, 0, said)


def library(place):
    place.client("daemon").text("import", "--jsonl", "-", stdin=lines(0, ARTICLES))
    gate = place.gate()
    daemon = place.daemon(more={"daemon": {"announce": gate.address}}).start()
    gate.target = daemon.address()
    return gate, daemon


def lists_while(client, process):
    """How much each list showed that had its answer while the process was still at work."""
    shown = []
    while process.poll() is None:
        listed = len(client.json("list", "--limit", LIMIT))
        if process.poll() is None:
            shown.append(listed)
    ends_well(process)
    return shown


@case
def lists_go_on_beside_a_first_sync_and_a_giving_up(place):
    _, daemon = library(place)
    client = place.client().join(daemon)
    shown = lists_while(client, start(client, "sync"))
    assert len(shown) > 1, f"lists beside a first sync: {shown}"
    equal(sum(item["held"] for item in client.items().values()), ARTICLES, "articles here")
    client.text("offline", "nothing")
    shown = lists_while(client, start(client, "sync"))
    assert len(shown) > 1, f"lists beside a giving up: {shown}"
    equal(set(shown), {ARTICLES}, "what lists show, whatever is given up")
    equal(sum(item["held"] for item in client.items().values()), 0, "articles here")


@case
def who_waits_for_a_first_sync_waits_for_a_part_of_a_batch(place):
    """It gives way after each MiB, and what came before they lined up, while somebody waits."""
    noise, count = random.Random(1), 1600
    place.client("daemon").text("import", "--jsonl", "-", stdin=b"".join(json.dumps({
        "url": f"http://127.0.0.1:9/{number}", "title": f"Number {number}",
        "text": " ".join(noise.randbytes(4).hex() for _ in range(2500))}).encode() + b"\n"
        for number in range(count)))
    client = place.client().join(place.daemon().start())
    here = [0]
    with open(os.path.join(client.home, "vault.keys"), "rb") as keys:
        sync = start(client, "sync")
        wait_for(lambda: holds_vault(sync), "the sync")
        while sync.poll() is None:
            # As each command does that waits for the vault; who gives way waits for its end.
            fcntl.flock(keys, fcntl.LOCK_SH)
            wait_for(lambda: sync.poll() is not None or not holds_vault(sync), "the vault")
            here.append(sum(item["held"] for item in client.items().values()))
            fcntl.flock(keys, fcntl.LOCK_UN)
            wait_for(lambda: sync.poll() is not None or holds_vault(sync), "the sync")
    ends_well(sync)
    equal(here[-1], count, "articles here")
    # The median, since we may be late to line up again.
    came = statistics.median(after - before for before, after in zip(here, here[1:])
                             if after > before)
    stored = client.json("status")["stored_bytes"] // count
    assert came * stored < 3 * 1024 * 1024, f"articles of {stored} bytes at each turn: {here}"


@case
def an_archive_that_stalls_keeps_nobody_from_reading(place):
    gate, daemon = library(place)
    client = place.client().join(daemon)
    gate.passed = 0
    sync = start(client, "sync")
    wait_for(lambda: gate.passed > 1000000, "the sync")
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        shown = len(client.json("list", "--limit", LIMIT))
        assert 0 < shown <= ARTICLES, f"{shown} items amid a first sync"
        client.text("save", "http://127.0.0.1:9/meanwhile")
        equal(sync.poll(), None, "whether the sync has ended")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    ends_well(sync)
    equal(sum(item["held"] for item in client.items().values()), ARTICLES, "articles here")
    other = place.client("other").join(daemon)
    other.text("sync")
    assert "http://127.0.0.1:9/meanwhile" in other.items()


@case
def an_archive_that_does_not_answer_keeps_nobody_from_reading(place):
    gate, daemon = library(place)
    client = place.client().join(daemon)
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        sync = start(client, "sync")
        connected = len(gate.pairs)
        wait_for(lambda: len(gate.pairs) > connected, "the connection")
        equal(client.json("list"), [])
        equal(sync.poll(), None, "whether the sync has ended")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    ends_well(sync)
    equal(len(client.json("list", "--limit", LIMIT)), ARTICLES)


@case
def an_archive_that_takes_nothing_keeps_nobody_from_reading(place):
    """More than any socket takes in is to be sent, and the archive stops amid that."""
    gate, daemon = library(place)
    client = place.client().join(daemon)
    client.text("sync")
    noise = base64.b64encode(random.Random(1).randbytes(12 * 1024 * 1024)).decode()
    for number in range(2):
        client.text("save", f"http://127.0.0.1:9/page{number}", "--page", "-",
                    stdin=f"<title>Page</title><p>{prose('pier')[0]}<!--{noise}{number}-->".encode())
    gate.sent = 0
    sync = start(client, "sync")
    wait_for(lambda: gate.sent > 2 * 1024 * 1024, "a part of the first page")
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        equal(len(client.json("list", "--limit", LIMIT)), ARTICLES + 2)
        equal(sync.poll(), None, "whether the sync has ended")
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    ends_well(sync)
    equal(client.json("sync")["blobs"], 0)


@case
def a_page_that_cannot_be_read_now_keeps_nobody_waiting(place):
    daemon = place.daemon().start()
    client = place.client().join(daemon)
    # A worker may not take what this takes, and it is tried again in a minute.
    noise = base64.b64encode(random.Random(1).randbytes(12 * 1024 * 1024)).decode()
    client.text("save", "http://127.0.0.1:9/page", "--page", "-", stdin=f"<p>{noise}".encode())
    client.text("sync")
    assert "try-failed" in daemon.log(), daemon.log()


@case
def an_import_lets_others_in(place):
    client = place.client()
    client.text("list")
    path = place.path("lines")
    with open(path, "wb") as file:
        file.write(lines(0, ARTICLES))
    shown = lists_while(client, start(client, "import", "--jsonl", path))
    assert shown, "no list had its answer while the import was at work"
    # What it reads comes from a pipe, and stops coming in the middle of a line.
    text = lines(ARTICLES, ARTICLES)
    process = start(client, "import", "--jsonl", "-", stdin=subprocess.PIPE)
    cut = text.index(b"\n", len(text) // 2) + 100
    process.stdin.write(text[:cut])
    process.stdin.flush()
    wait_for(lambda: len(client.json("list", "--limit", LIMIT)) == ARTICLES + text[:cut].count(b"\n"),
             "what came before")
    equal(process.poll(), None, "whether the import has ended")
    process.stdin.write(text[cut:])
    ends_well(process)
    equal(len(client.json("list", "--limit", LIMIT)), 2 * ARTICLES)


@case
def two_that_take_long_give_way_to_each_other(place):
    _, daemon = library(place)
    client = place.client().join(daemon)
    path = place.path("lines")
    with open(path, "wb") as file:
        file.write(lines(ARTICLES, ARTICLES))
    importing, sync = start(client, "import", "--jsonl", path), start(client, "sync")
    ends_well(importing)
    ends_well(sync)
    equal(len(client.json("list", "--limit", LIMIT)), 2 * ARTICLES)


if __name__ == "__main__":
    main()
