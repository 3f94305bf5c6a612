#!/usr/bin/env python3
"""What import, syncs, lists, searches and a daemon at rest cost.

usage: tests/bench/sync_bench.py [ARTICLES ...]

For each size (1,000 and 10,000; with BENCH=full 50,000 too, and lists and searches of
100,000) a library of made-up articles (tests/bench/library) comes into a daemon's home
by `readsync import`, and new clients sync it over TCP on loopback.  In turns with them
rsync, from a daemon of its own over TCP, copies the same texts as files, where it is
installed; it neither encrypts nor indexes what it writes.  What SQLite's FTS5 takes alone to
index them is shown beside that (tests/bench/index_alone.py).  CPU time is that of both ends,
peak memory that of each; a process is shown with what Python held when it started it, at
least, and rsync's other end with what its listener holds.  Lists and searches are
processes of their own whose vault was put out of the page cache.  At last a library of
256 MiB of raw pages (with BENCH=full 2 GiB) goes from a laptop to an archive, where neither
may take more than 64 MiB of memory.  BUILD names the folder with the programs.
"""
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "integration"))
from noise import Handshake  # noqa: E402
from rig import (BUILD, CLIENT, WAIT, Client, Place, end_process, free_port,  # noqa: E402
                 wait_for)

LISTS = 11
QUERIES = 21
CHANGES = 10000
FOLLOWED = 25
NEWEST = 200
PROBED = 0.003  # seconds between two looks at the loop
REST = 3  # seconds after which a daemon without work has given its memory back
TICKS = os.sysconf("SC_CLK_TCK")


def median(values):
    return statistics.median(values)


class Cost:
    """What one exchange took: seconds, CPU seconds, bytes over TCP, and the most memory
    that each end held, in KiB."""

    def __init__(self, seconds, cpu, sent, near, far):
        self.seconds, self.cpu, self.sent, self.near, self.far = seconds, cpu, sent, near, far

    def __str__(self):
        return (f"{self.seconds:.3f} s, {self.cpu:.2f} s of CPU, {self.sent:,} bytes, at most "
                f"{self.near / 1024:.0f} and {self.far / 1024:.0f} MiB")


def middle(costs):
    """Medians, but for the bytes, which are those of the last, and the most memory."""
    return Cost(median([cost.seconds for cost in costs]), median([cost.cpu for cost in costs]),
                costs[-1].sent, max(cost.near for cost in costs), max(cost.far for cost in costs))


def memory_kib(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"{field}:\s+(\d+)", status.read()).group(1))


def forget_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def cpu_seconds(pid):
    """Of a process and of the children that it has waited for."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:15])) / TICKS


def run(command):
    """Run to the end; return (output, seconds, rusage)."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        raise AssertionError(f"{command[:4]} ended with {process.returncode}")
    return output.decode(), time.monotonic() - begun, usage


def exchange(command, server, sent_in):
    """Run a command against a server; sent_in finds the bytes in what it prints."""
    forget_peak(server)
    before = cpu_seconds(server)
    output, seconds, usage = run(command)
    return Cost(seconds, usage.ru_utime + usage.ru_stime + cpu_seconds(server) - before,
                sent_in(output), usage.ru_maxrss, memory_kib(server, "VmHWM")), output


class Rsync:
    """An rsync daemon that serves one folder."""

    def __init__(self, place, folder):
        self.port = free_port()
        config = folder + ".conf"
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

    @staticmethod
    def sent(output):
        found = re.findall(r"Total bytes (?:sent|received): ([\d,.]+)", output)
        return sum(int(re.sub(r"\D", "", number)) for number in found)

    def copy(self, target):
        command = ["rsync", "-a", "--stats", f"rsync://127.0.0.1:{self.port}/texts/", target]
        return exchange(command, self.process.pid, self.sent)[0]

    def stop(self):
        end_process(self.process)


def sync(client, daemon, **expected):
    def sent(output):
        done = json.loads(output)
        return done["sent_bytes"] + done["received_bytes"]
    cost, output = exchange([CLIENT, "sync", "--json", "--home", client.home],
                            daemon.process.pid, sent)
    done = json.loads(output)
    if any(done[key] != value for key, value in expected.items()):
        raise AssertionError(f"the sync brought {done}")
    return cost


def report(what, syncs, copies=()):
    ours = middle(syncs)
    print(f"  {what}: {ours}")
    if copies:
        theirs = middle(copies)
        print(f"  {'rsync':>{len(what)}}: {theirs}; ratio {ours.seconds / theirs.seconds:.2f} in time, "
              f"{ours.cpu / theirs.cpu:.2f} in CPU, {ours.sent / theirs.sent:.3f} in bytes", flush=True)


def print_memory(daemon, when):
    pid = daemon.process.pid
    time.sleep(REST)
    print(f"  daemon at rest, {when}: {memory_kib(pid, 'VmRSS') / 1024:.1f} MiB resident, of which "
          f"{memory_kib(pid, 'RssAnon') / 1024:.1f} MiB its own")


def make_library(place, articles, home, folder=None):
    """Import it; return the bytes of text."""
    lines = place.path("lines")
    with open(lines, "wb") as file:
        subprocess.run([os.path.join(BUILD, "tests/bench/library"), str(articles)] +
                       ([folder] if folder else []), check=True, stdout=file)
    _, seconds, usage = run([CLIENT, "import", "--jsonl", lines, "--home", home])
    size = os.path.getsize(lines)
    os.unlink(lines)
    print(f"{articles:,} articles, {size:,} bytes as JSON Lines\n"
          f"  import: {seconds:.2f} s, {usage.ru_utime + usage.ru_stime:.2f} s of CPU, "
          f"{usage.ru_maxrss / 1024:.0f} MiB at most, {articles / seconds:,.0f} articles/s")


def print_disk(home, articles):
    stored = Client(home).json("status")["stored_bytes"]
    size = sum(os.path.getsize(os.path.join(home, name)) for name in os.listdir(home)
               if name.startswith("vault"))
    print(f"  on disk: {size / articles:,.0f} bytes an article, of which {stored / articles:,.0f} its text, "
          f"compressed; the rest is the search index, registers and tables", flush=True)


def list_after(place, daemon, articles, size):
    """Begin a first sync and cut its power when its log has grown to a size; return the seconds
    until then, and which items are listed."""
    client = place.client(f"newest{articles}-{size}").join(daemon)
    log = os.path.join(client.home, "vault.db-wal")
    begun = time.monotonic()
    process = subprocess.Popen([CLIENT, "sync", "--home", client.home], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: os.path.exists(log) and os.path.getsize(log) >= size, "the first batches")
    passed = time.monotonic() - begun
    process.kill()
    process.wait()
    listed = client.json("list", "--limit", str(articles))
    return passed, [int(item["url"].rsplit("/", 1)[1]) for item in listed]


def index_alone(place, texts):
    """In a process of its own, lest what it holds be taken for what others hold."""
    output, _, _ = run([sys.executable, os.path.join(os.path.dirname(__file__), "index_alone.py"), texts,
                        place.path("index.db")])
    print(f"  {output.strip()}", flush=True)


def until_newest(place, daemon, articles):
    """The log in which the newest are durable is found by trial."""
    newest, size = [], 256 * 1024
    while len(newest) < NEWEST:
        passed, newest = list_after(place, daemon, articles, size)
        size += 128 * 1024
    if newest != list(range(articles - 1, articles - 1 - len(newest), -1)):
        raise AssertionError(f"the newest are not what came first: {newest[:5]}")
    print(f"  the newest {len(newest)} can be listed {passed:.3f} s after its start", flush=True)


def lists_beside(place, daemon, articles):
    """What a list takes while a first sync has the vault."""
    client = place.client(f"beside{articles}").join(daemon)
    process = subprocess.Popen([CLIENT, "sync", "--home", client.home], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    passed = []
    while process.poll() is None:
        passed.append(run([CLIENT, "list", "--all", "--limit", "50", "--home", client.home])[1])
    print(f"  beside a first sync, {len(passed)} lists of 50: median {median(passed) * 1e3:.1f} ms, worst "
          f"{max(passed) * 1e3:.1f} ms", flush=True)


def answer_time(address, hello):
    """Seconds from the first message of a handshake, which the loop itself answers, to the second."""
    with socket.create_connection(address, WAIT) as stranger:
        begun = time.monotonic()
        stranger.sendall(hello)
        if not stranger.recv(1):
            raise AssertionError("a stranger was turned away")
        return time.monotonic() - begun


def loop_lag(place, daemon, articles):
    """How long the daemon's loop lets strangers wait at rest, and in a first sync."""
    host, port = daemon.address().rsplit(":", 1)
    preamble = b"RS\1\1"
    hello = preamble + b"\0\x20" + Handshake(True, os.urandom(32), preamble).write_1()
    client = place.client(f"lag{articles}").join(daemon)
    for when, command in (("at rest", ["sleep", "1"]),
                          ("in a first sync", [CLIENT, "sync", "--home", client.home])):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        passed = []
        while process.poll() is None:
            passed.append(answer_time((host, int(port)), hello) * 1e3)
            time.sleep(PROBED)
        if process.returncode != 0:
            raise AssertionError(f"{command[0]} failed")
        passed.sort()
        print(f"  the loop answers {len(passed)} strangers {when}: median {median(passed):.1f} ms, "
              f"p99 {passed[len(passed) * 99 // 100]:.1f} ms, worst {passed[-1]:.1f} ms", flush=True)


def first_syncs(place, daemon, rsync, texts, articles, rounds):
    syncs, copies = [], []
    for number in range(rounds):
        client = place.client(f"client{articles}-{number}").join(daemon)
        syncs.append(sync(client, daemon, items=articles, blobs=articles))
        if rsync:
            copies.append(rsync.copy(place.path(f"copy{number}/")))
    report("first sync", syncs, copies)
    index_alone(place, texts)
    until_newest(place, daemon, articles)
    lists_beside(place, daemon, articles)
    loop_lag(place, daemon, articles)
    return client


def small_syncs(place, client, daemon, rsync, texts):
    again, copies, one, changed = [], [], [], []
    last = place.path("copy0/")
    for _ in range(5):
        again.append(sync(client, daemon, items=0, blobs=0))
        if rsync:
            copies.append(rsync.copy(last))
    report("nothing to sync", again, copies)
    item = client.json("list", "--limit", "1")[0]["id"]
    for number in range(5):
        client.text("tag", item, f"tag{number}")
        one.append(sync(client, daemon))
        if rsync:
            with open(os.path.join(texts, "000000.txt"), "a", encoding="utf-8") as file:
                file.write(f"tag{number}\n")
            changed.append(rsync.copy(last))
    report("one change", one, changed)


def new_articles(client, daemon, texts):
    """Each from a laptop to the archive, in a sync of its own, beside what is stored of it."""
    def stored():
        return client.json("status")["stored_bytes"]
    with open(os.path.join(texts, "000001.txt"), encoding="utf-8") as file:
        words = file.read().split()
    nothing, costs, beyond = sync(client, daemon).sent, [], []
    for number in range(5):
        random.Random(number).shuffle(words)
        line = json.dumps({"url": f"https://example.org/new/{number}", "title": f"New {number}",
                           "text": " ".join(words)})
        before = stored()
        client.text("import", "--jsonl", "-", stdin=line.encode())
        costs.append(sync(client, daemon))
        beyond.append(costs[-1].sent - (stored() - before))
    report("one new article", costs)
    print(f"    of its bytes, {median(beyond):,} are not its text, compressed as it is stored; "
          f"{nothing:,} of these any sync takes", flush=True)


def many_changes(client, daemon):
    items = [item["id"] for item in client.json("list", "--limit", str(CHANGES))]
    client.text("archive", *items)
    report(f"{len(items):,} changes", [sync(client, daemon)])


def until_written(path, before):
    """The moment at which a vault is another than before: a commit that is in its database."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        status = os.stat(path)
        if (status.st_mtime_ns, status.st_size) != before:
            return time.monotonic()
        time.sleep(0.0002)
    raise AssertionError(f"{path} was not written in {WAIT} s")


def followed_changes(place, here, there):
    """Two laptops that follow: from the end of a command on one to the commit on the other."""
    followers = [place.follower(client) for client in (here, there)]
    item = here.json("list", "--limit", "1")[0]["id"]
    vault = os.path.join(there.home, "vault.db")
    here.text("tag", item, "first")
    wait_for(lambda: "first" in there.json("list", "--limit", "1")[0]["tags"], "both follow")
    passed, commands = [], []
    for number in range(FOLLOWED):
        wait_for(lambda: not any(follower.holds_vault() for follower in followers), "both rest")
        status = os.stat(vault)
        begun = time.monotonic()
        here.text("tag", item, f"followed{number}")
        commands.append(time.monotonic() - begun)
        passed.append(until_written(vault, (status.st_mtime_ns, status.st_size)) - begun -
                      commands[-1])
        wait_for(lambda n=number: f"followed{n}" in there.json("list", "--limit", "1")[0]["tags"],
                 "the change")
    print(f"  one change while both follow, from a command's end here to its commit there: median "
          f"{median(passed) * 1e3:.1f} ms, worst {max(passed) * 1e3:.1f} ms of {FOLLOWED}; the "
          f"command itself: {median(commands) * 1e3:.1f} ms", flush=True)
    for follower in followers:
        follower.stop()


def cold(home, *arguments):
    """Seconds of a command whose vault is on the disk only."""
    for name in os.listdir(home):
        with open(os.path.join(home, name), "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return run([CLIENT, *arguments, "--home", home])[1]


def words_by_frequency(home):
    """Words as often as they stand in the text of one article, with the same choice each time."""
    client = Client(home)
    item = client.json("list", "--all", "--limit", "1")[0]["id"]
    words = re.findall(r"[a-z]+", client.json("read", item)["text"].lower())
    return random.Random(1).choices(words, k=QUERIES)


def print_questions(home, articles):
    nothings = [run([CLIENT, "--version"])[1] for _ in range(LISTS)]
    lists = [cold(home, "list", "--all", "--limit", "50") for _ in range(LISTS)]
    searches = [cold(home, "search", word) for word in words_by_frequency(home)]
    print(f"  from a cold start, {articles:,} items: list of 50 {median(lists) * 1e3:.1f} ms; search "
          f"{median(searches) * 1e3:.1f} ms, at most {max(searches) * 1e3:.1f} ms; --version "
          f"{median(nothings) * 1e3:.1f} ms", flush=True)


def measure(place, articles):
    texts, rounds = place.path("texts"), 5 if articles < 5000 else 3 if articles < 20000 else 1
    os.mkdir(texts)
    make_library(place, articles, place.path("daemon"), texts)
    daemon = place.daemon("daemon").start()
    print_memory(daemon, "after its start")
    rsync = place.keep(Rsync(place, texts)) if shutil.which("rsync") else None
    if rsync is None:
        print("  rsync is not installed: nothing to compare with")
    client = first_syncs(place, daemon, rsync, texts, articles, rounds)
    print_memory(daemon, f"after {rounds} first syncs")
    print_disk(client.home, articles)
    small_syncs(place, client, daemon, rsync, texts)
    new_articles(client, daemon, texts)
    if rounds > 1:
        followed_changes(place, client, place.client(f"client{articles}-0"))
    if articles >= CHANGES:
        many_changes(client, daemon)
    daemon.stop()
    print_questions(client.home, articles)


def in_a_place(work, *arguments):
    place = Place()
    try:
        work(place, *arguments)
    finally:
        place.end()


def questions_only(place, articles):
    home = place.path("home")
    make_library(place, articles, home)
    print_disk(home, articles)
    print_questions(home, articles)


def large(place, megabytes):
    """A library of raw pages, which an archive wants all of: how much memory that takes."""
    home = place.path("client")
    subprocess.run([os.path.join(BUILD, "tests/bench/pages"), home, str(megabytes)], check=True)
    daemon = place.daemon("daemon").start()
    client = place.client("client").join(daemon)
    cost = sync(client, daemon)
    print(f"{megabytes:,} MiB of pages, from a laptop to an archive: {cost}; "
          f"{cost.sent / 1e6 / cost.seconds:.0f} MB/s", flush=True)
    daemon.stop()
    if max(cost.near, cost.far) > 64 * 1024:
        raise AssertionError("more than 64 MiB of memory")


def main():
    full = os.environ.get("BENCH") == "full"
    sizes = [int(text) for text in sys.argv[1:]] or [1000, 10000] + [50000] * full
    for articles in sizes:
        in_a_place(measure, articles)
    if len(sys.argv) == 1:
        in_a_place(large, 2048 if full else 256)
    if full and len(sys.argv) == 1:
        in_a_place(questions_only, 100000)


main()
