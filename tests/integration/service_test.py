#!/usr/bin/env python3
"""The daemon as a service: killed, stopped, reloaded, polite to sites, quiet at rest."""
import os
import random
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

from rig import BUILD, CLIENT, Skip, case, contains, equal, main, page, prose, wait_for
from stranger import Control, Exchange, Replica, read

STOP_SECONDS = 2
KILLS = 15


def hear(exchange):
    """Say what can be said, and take one message."""
    exchange.step()
    kind, content = exchange.receive()
    exchange.idle_heard = kind == "idle"
    if kind not in (None, "idle"):
        getattr(exchange, f"on_{kind}")(content)


def feed(site, paths, **more):
    return {"saved": {"type": "feed", "url": site.feed(paths), **more}}


def workers(daemon):
    """The worker processes of a daemon."""
    with open(f"/proc/{daemon.process.pid}/task/{daemon.process.pid}/children", encoding="utf-8") as file:
        return [int(pid) for pid in file.read().split()]


# -------------------------------------------------------------- kills and stops


@case
def a_kill_at_any_time_loses_nothing(place):
    seed = random.randrange(1 << 32)
    draw = random.Random(seed)
    paths = [f"/page{n}.html" for n in range(40)]

    def slowly(path):
        body = page(path, prose(path.strip("/").split(".")[0]))

        def answer(request):
            time.sleep(0.02)
            request.answer(200, body)
        return answer
    site = place.site({path: slowly(path) for path in paths})
    daemon = place.daemon(queues=feed(site, paths), more={"daemon": {"log_titles": "yes"}})
    fetched = {}
    for _ in range(KILLS):
        daemon.start()
        time.sleep(draw.random() * 0.25)
        daemon.kill()
        # What was kept by now must never be asked for again.
        for url in re.findall(r"kept item=\w+ url=(\S+)", daemon.log().replace('"', "")):
            path = "/" + url.split("/", 3)[3]
            equal(site.count(path), fetched.setdefault(path, site.count(path)),
                  f"fetches of {path}, which was kept (seed {seed})")
    early = len(fetched)
    daemon.start()
    daemon.idle(len(paths))
    client = place.client().join(daemon)
    client.text("sync")
    items = client.items()
    for path in paths:
        item = items[site.url(path)]
        equal(item["copy"], "full", f"{path} (seed {seed})")
        contains(client.text("read", item["id"]), f"keepers of the {path.strip('/').split('.')[0]} ")
        assert 1 <= site.count(path) <= 1 + KILLS, (path, site.count(path), seed)
    total = sum(site.count(path) for path in paths)
    # A kill repeats what was in hand, and nothing else.
    assert total <= len(paths) + KILLS * 32, (total, seed)
    print(f"# {KILLS} kills, {early} pages kept before the last, {total} fetches of {len(paths)} pages")
    equal(daemon.stop()[0], 0)


@case
def a_wrong_command_line_gets_one_line(place):
    daemon = place.daemon()
    for arguments, part in ((["nonsense"], "there is no command 'nonsense'"),
                            (["--nonsense"], "there is no option '--nonsense'"),
                            (["--listen"], "a value is missing after '--listen'"),
                            (["--listen", "localhost"], "not a HOST:PORT to listen on: 'localhost'"),
                            # Not port 34463, which is what 16 bits would leave of it.
                            (["--listen", "127.0.0.1:99999"], "'127.0.0.1:99999'"),
                            (["--listen", "127.0.0.1:0"] * 8, "too many addresses to listen on")):
        daemon.arguments = arguments
        code, text = daemon.fails()
        equal((code, len(text.splitlines())), (2, 1), text)
        contains(text, part)
        assert not os.path.exists(daemon.home), arguments


def stops_in_time(daemon):
    code, seconds = daemon.stop()
    equal(code, 0, daemon.log()[-500:])
    assert seconds < STOP_SECONDS, f"the stop took {seconds:.1f} s"
    contains(daemon.log().splitlines()[-1], "stopped")
    assert not os.path.exists(daemon.control), "the control socket is still there"


def without_streams(command):
    """The command, with nothing open where its standard streams would be."""
    return ["sh", "-c", 'exec "$0" "$@" 0<&- 1>&- 2>&-', *command]


@case
def without_standard_streams_nothing_takes_their_place(place):
    daemon = place.daemon()
    plain = daemon.command()
    daemon.command = lambda: without_streams(plain)
    daemon.start()
    client = place.client().join(daemon)
    done = subprocess.run(without_streams([CLIENT, "sync", "--home", client.home]), check=False, timeout=60)
    equal(done.returncode, 0, "the client")
    equal(daemon.stop()[0], 0, "the daemon")


@case
def it_stops_in_time_while_a_page_hangs(place):
    done = threading.Event()
    site = place.site({"/good.html": page("Good", prose("good")), "/hang.html": lambda r: done.wait(60),
                       "/hang.xml": lambda r: done.wait(60)})
    # Of a site that was never read, one page is fetched at a time.
    hanging = site.url("/hang.html").replace("127.0.0.1", "hang.localhost")
    daemon = place.daemon(queues={**feed(site, ["/good.html", hanging]),
                                  "hang": {"type": "feed", "url": site.url("/hang.xml")}},
                          more={"fetch": {"connections_per_host": "4"}}).start()
    wait_for(lambda: daemon.status()["readings"] == 1 and site.count("/hang.html") and
             site.count("/hang.xml"), "both hang")
    stops_in_time(daemon)
    done.set()
    site.pages["/hang.html"] = page("It came", prose("after"))
    daemon.start()
    daemon.idle(2)
    equal(site.count("/good.html"), 1)
    equal(daemon.status()["readings"], 2)


@case
def it_stops_in_time_while_a_worker_is_busy(place):
    site = place.site({"/a.html": page("A", prose("alder"))})
    daemon = place.daemon(queues=feed(site, [])).start()
    wait_for(lambda: "polled queue=saved" in daemon.log(), "the first poll")
    # A worker that does not get on with its page.
    stuck = workers(daemon)
    assert stuck, "there are workers"
    for pid in stuck:
        os.kill(pid, signal.SIGSTOP)
    replica = Replica()
    replica.join(daemon.invite())
    replica.save(site.url("/a.html"))
    exchange = Exchange(replica, replica.connect())
    exchange.greet()
    exchange.send_records()
    wait_for(lambda: site.count("/a.html") == 1, "the page is fetched")
    stops_in_time(daemon)
    for pid in stuck:
        wait_for(lambda p=pid: not os.path.exists(f"/proc/{p}") or
                 " Z" in open(f"/proc/{p}/stat", encoding="utf-8").read().split(")")[1][:2], "no worker stays")
    fetches = site.count("/a.html")
    daemon.start()
    daemon.idle(1)
    equal(daemon.status()["readings"], 1)
    assert site.count("/a.html") <= fetches + 1


@case
def it_stops_in_time_while_a_peer_stalls(place):
    paths = [f"/p{n}.html" for n in range(12)]
    # Text that does not compress: more than the sockets between them take.
    site = place.site({path: page(path, [os.urandom(300).hex() + "." for _ in range(700)])
                       for path in paths})
    daemon = place.daemon(queues=feed(site, paths)).start()
    daemon.idle(len(paths))
    replica = Replica()
    replica.join(daemon.invite())
    stalled = Exchange(replica, replica.connect())
    stalled.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.greet()
    while not replica.wanted():
        hear(stalled)
    stalled.send("wants", blobs=replica.wanted())
    silent = socket.create_connection(("127.0.0.1", int(daemon.address().rsplit(":", 1)[1])))
    other = place.client().join(daemon)
    other.text("sync")
    equal(len(other.items()), len(paths))
    stops_in_time(daemon)
    silent.close()
    daemon.start()
    again = place.client("again").join(daemon)
    again.text("sync")
    equal(sorted(again.items()), sorted(other.items()))


# ------------------------------------------------------------------------ reload


@case
def a_reload_exchanges_the_queues_and_breaks_no_connection(place):
    done = threading.Event()
    site = place.site({"/a.html": page("A", prose("alder")), "/b.html": page("B", prose("birch")),
                       "/hang.html": lambda r: done.wait(60)})
    one = {"type": "feed", "url": site.feed(["/a.html", "/hang.html"], "/one.xml")}
    two = {"type": "feed", "url": site.feed(["/b.html"], "/two.xml")}
    daemon = place.daemon(queues={"one": one}).start()
    wait_for(lambda: daemon.status()["readings"] == 1 and site.count("/hang.html"), "the first page")
    control = Control(daemon)
    replica = Replica()
    replica.join(daemon.invite())
    live = Exchange(replica, replica.connect())
    live.greet()

    def queues():
        return sorted(queue["name"] for queue in control.ask("STATUS")["queues"])
    equal(queues(), ["one"])
    daemon.configure(queues={"two": two})
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: queues() == ["two"], "the new queue in place of the old one")
    wait_for(lambda: control.ask("STATUS")["readings"] == 2, "a page of the new queue")
    # An error changes nothing, and is told with its line.
    with open(daemon.config, "a", encoding="utf-8") as file:
        file.write("colour = red\n")
        number = 1 + open(daemon.config, encoding="utf-8").read().count("\n")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: f"{daemon.config}:{number}: " in daemon.log(), "the line of the error")
    equal(queues(), ["two"])
    # A signal that comes during a reload, which waits here for a great commit, counts too.
    drop = place.path("drop")
    os.mkdir(drop)
    with open(os.path.join(drop, "links.txt"), "w", encoding="utf-8") as file:
        file.writelines(f"http://127.0.0.1:1/{n}\n" for n in range(15000))
    daemon.configure(queues={"drop": {"type": "folder", "path": drop}}, more={"daemon": {"log_level": "debug"}})
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "name=drop state=saving" in daemon.log(), "the great commit")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "state=reloading" in daemon.log(), "the reload")
    assert daemon.log().count("state=reloading") == 1 and "reloaded" not in daemon.log().split("state=reloading")[1]
    daemon.configure(queues={"one": one, "two": two})
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: queues() == ["one", "two"], "both queues")
    # Who was connected all the time still is, and is told what came.
    while any(replica.items().get(site.url(path)) is None or
              replica.best(replica.items()[site.url(path)]) is None for path in ("/a.html", "/b.html")):
        hear(live)
    control.close()
    done.set()
    equal(daemon.stop()[0], 0)


# -------------------------------------------------------------------- politeness


@case
def requests_to_one_host_keep_their_distance(place):
    times, now, most, lock = [], [0], [0], threading.Lock()

    def answer(request):
        with lock:
            times.append(time.monotonic())
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.3)
        with lock:
            now[0] -= 1
        request.answer(200, page(request.path, prose("slow")))
    paths = [f"/p{n}.html" for n in range(8)]
    site = place.site({path: answer for path in paths})
    daemon = place.daemon(queues=feed(site, paths), more={"fetch": {
        "spacing": "100ms", "connections_per_host": "2"}}).start()
    daemon.idle(len(paths))
    equal(len(times), len(paths), "requests")
    assert most[0] <= 2, f"{most[0]} requests at once"
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    # They start 100 ms apart; the two ends of loopback may see that a little differently.
    assert min(gaps) > 0.08, gaps


@case
def a_host_that_asks_for_time_gets_it(place):
    times, asked = [], []

    def answer(request):
        times.append(time.monotonic())
        if not asked:
            asked.append(time.monotonic())
            request.answer(429, "Later.", Retry_After="2")
        else:
            request.answer(200, page(request.path, prose("busy")))
    paths = [f"/p{n}.html" for n in range(6)]
    site = place.site({path: answer for path in paths})
    daemon = place.daemon(queues=feed(site, paths), more={"fetch": {"connections_per_host": "1"}}).start()
    # All but the page that was refused, which is tried again in a minute or so.
    wait_for(lambda: daemon.status()["readings"] == len(paths) - 1, "the others")
    status = daemon.status()
    equal((status["waiting"], status["failing"]), (1, 1), "only what was refused has failed")
    # Clocks of whole milliseconds, one of them in another process.
    early = [moment - asked[0] for moment in times[1:] if moment - asked[0] < 1.99]
    equal(early, [], "requests within the two seconds")
    contains(daemon.log(), 'reason="the site answered 429"')
    contains(daemon.log(), 'reason="the host asks to be left alone"')


@case
def a_page_is_asked_for_again_only_if_it_changed(place):
    def answer(request):
        if request.headers.get("If-None-Match") == '"one"':
            request.send_response(304)
            request.end_headers()
        else:
            request.answer(200, page("A", prose("alder")), ETag='"one"')
    site = place.site({"/a.html": answer})
    daemon = place.daemon(queues=feed(site, ["/a.html"])).start()
    daemon.idle(1)
    replica = Replica()
    replica.join(daemon.invite())
    replica.sync()
    control = Control(daemon)
    equal(control.ask("REFETCH", item=replica.items()[site.url("/a.html")])["code"], 0)
    wait_for(lambda: site.count("/a.html") == 2, "a second request")
    daemon.idle(1)
    equal([headers.get("If-None-Match") for path, headers in site.seen if path == "/a.html"],
          [None, '"one"'])
    equal(daemon.status()["readings"], 1)
    equal(control.ask("REFETCH", item=b"\0" * 16)["text"], "not found")


# ----------------------------------------------------------- the socket, and at rest


def as_nobody(function):
    """Run function as another user; return whether it raised nothing."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            function()
            os._exit(0)
        except BaseException:  # pylint: disable=broad-except
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@case
def the_control_socket_is_for_its_owner(place):
    daemon = place.daemon().start()
    equal(stat.S_IMODE(os.stat(daemon.control).st_mode), 0o600, "mode of the socket")
    if os.geteuid() != 0:
        raise Skip("becoming another user needs root")
    for folder in (place.folder, daemon.home):
        os.chmod(folder, 0o755)
    equal(as_nobody(lambda: Control(daemon)), False, "another user connects")
    # Even where the mode lets somebody in, the daemon asks who it is.
    os.chmod(daemon.control, 0o666)
    equal(as_nobody(lambda: Control(daemon)), True, "the connection itself")
    equal(as_nobody(lambda: Control(daemon).ask("STATUS")), False, "another user asks")
    Control(daemon).ask("STATUS")
    contains(daemon.log(), "accept-failed")


@case
def a_thousand_connections_leave_nothing_behind(place):
    daemon = place.daemon().start()
    address = ("127.0.0.1", int(daemon.address().rsplit(":", 1)[1]))
    folder = f"/proc/{daemon.process.pid}/fd"
    Control(daemon).ask("STATUS")
    wait_for(lambda: "daemon" and daemon.status()["peers"] <= 1, "a quiet daemon")
    before = len(os.listdir(folder))
    for turn in range(1000):
        if turn % 2:
            with socket.create_connection(address) as peer:
                peer.sendall(b"RS\1\1" if turn % 4 == 1 else b"nonsense")
        else:
            control = Control(daemon)
            if turn % 4 == 0:
                control.ask("STATUS")
            control.close()
    wait_for(lambda: len(os.listdir(folder)) <= before, "every descriptor is closed")
    # More strangers at once than there is room for drive out their own kind only.
    control = Control(daemon)
    crowd = [socket.create_connection(address) for _ in range(300)]
    wait_for(lambda: control.ask("STATUS")["peers"] <= 256, "no more than there is room for")
    for peer in crowd:
        peer.close()
    wait_for(lambda: len(os.listdir(folder)) <= before + 1, "every descriptor is closed again")


def switches(daemon):
    """How often the daemon's threads have woken up."""
    total = 0
    folder = f"/proc/{daemon.process.pid}/task"
    for thread in os.listdir(folder):
        with open(f"{folder}/{thread}/status", encoding="utf-8") as file:
            total += sum(int(number) for number in re.findall(r"voluntary_ctxt_switches:\s+(\d+)", file.read()))
    return total


@case
def at_rest_it_sleeps(place):
    if "tsan" in BUILD:
        raise Skip("ThreadSanitizer has a thread of its own, which wakes up")
    site = place.site({"/a.html": page("A", prose("alder"))})
    daemon = place.daemon(queues=feed(site, ["/a.html"], every="1d")).start()
    daemon.idle(1)

    def rests():
        before = switches(daemon)
        time.sleep(2)
        return switches(daemon) == before
    wait_for(rests, "two seconds without a wake-up")


def group(name):
    """The system calls of a set of systemd's."""
    done = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip("this systemd-analyze knows no system call filters")
    found = set()
    for word in re.findall(r"^    (@?[\w-]+)$", done.stdout.decode(), re.M):
        found |= group(word) if word.startswith("@") else {word}
    return found


@case
def the_unit_permits_what_the_workers_sandbox_needs(_):
    if shutil.which("systemd-analyze") is None:
        raise Skip("systemd-analyze is not installed")
    permitted = set()
    for words in re.findall(r"^SystemCallFilter=(.*)$", read("systemd/readsyncd.service"), re.M):
        for word in words.lstrip("~").split():
            calls = group(word) if word.startswith("@") else {word}
            permitted = permitted - calls if words.startswith("~") else permitted | calls
    code = read("daemon/worker/sandbox.c")
    allowed = code[code.index("allowed[] = {"):code.index("deadly[] = {")]
    needed = set(re.findall(r"SCMP_SYS\((\w+)\)", allowed))
    assert len(needed) > 20, needed
    # And what starts a worker, and closes its sandbox.
    needed |= {"execve", "clone", "vfork", "prctl", "prlimit64", "seccomp", "mlock"}
    equal(needed - permitted, set(), "system calls that the unit refuses")


@case
def the_unit_outlives_a_worker_that_takes_all_memory(_):
    unit = read("systemd/readsyncd.service")
    # Without it systemd stops the whole service; the page that did it is read again
    # after the restart, and so for ever.
    contains(unit, "\nMemoryMax=")
    contains(unit, "\nOOMPolicy=continue\n")


if __name__ == "__main__":
    main()
