"""What the integration tests stand on: a place of their own, a web site, nginx,
daemons, clients, and one way to say what held.

    from rig import case, main

    @case
    def a_saved_page_is_kept(place):
        site = place.site({"/a.html": page("...")})
        ...

    main()

Each case gets a new place; whatever the place started is stopped and its files are
removed when the case ends, also when it fails.  A case fails by an exception; it is
left out, and counted so, by raising Skip("why").  BUILD names the folder with the
programs.  Nothing here leaves the loopback interface, and every wait is bounded.
"""
import http.server
import json
import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

BUILD = os.environ.get("BUILD", "build")
DAEMON = os.path.abspath(os.path.join(BUILD, "readsyncd"))
CLIENT = os.path.abspath(os.path.join(BUILD, "readsync"))
WAIT = 60  # seconds: the bound of every wait; a sanitizer's build is slow
CASES = []


class Skip(Exception):
    """This machine lacks what the case needs."""


def case(function):
    CASES.append(function)
    return function


def wait_for(condition, what, seconds=WAIT):
    """Return the first true value of condition(), asked often; fail after a bound."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.01)


def equal(found, expected, what=""):
    if found != expected:
        raise AssertionError(f"{what or 'value'}: {found!r}, expected {expected!r}")


def contains(text, part, what=""):
    if part not in text:
        raise AssertionError(f"{what or 'text'}: {part!r} is not in {text!r}")


# ------------------------------------------------------------------ the network


class Site:
    """A web site in this process.  pages: path -> bytes, str, or a function of the
    request handler that answers itself.  .seen lists (path, headers) as they come."""

    def __init__(self, pages):
        site = self
        self.pages = dict(pages)
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                """What was sent is self.sent; the page answers itself."""
                self.sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def do_GET(self):
                site.seen.append((self.path, dict(self.headers)))
                found = site.pages.get(self.path)
                if callable(found):
                    # A stopped client is no news.
                    try:
                        found(self)
                    except (BrokenPipeError, ConnectionResetError):
                        self.close_connection = True
                    return
                if found is None:
                    self.answer(404, b"<title>Not found</title><p>There is no such page.")
                else:
                    self.answer(200, found)

            def answer(self, status, body, content_type="text/html; charset=utf-8", **headers):
                body = body.encode() if isinstance(body, str) else body
                if self.path.endswith((".xml", ".rss")):
                    content_type = "application/rss+xml"
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass  # a daemon that was stopped amid an answer

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def feed(self, paths, name="/feed.xml"):
        """Serve a feed that lists paths (or whole URLs); return its URL."""
        self.pages[name] = rss([p if "://" in p else self.url(p) for p in paths])
        return self.url(name)

    def count(self, path):
        return sum(1 for seen, _ in self.seen if seen == path)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Nginx:
    """nginx in front of a folder."""

    def __init__(self, place, root):
        binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if binary is None:
            raise Skip("nginx is not installed")
        self.folder = place.path("nginx")
        os.makedirs(self.folder)
        self.port = free_port()
        temporary = "".join(f"    {kind}_temp_path {self.folder}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(os.path.join(self.folder, "nginx.conf"), "w", encoding="utf-8") as file:
            user = "user root;\n" if os.geteuid() == 0 else ""
            file.write(f"{user}daemon off; worker_processes 1; error_log stderr error;\n"
                       f"pid {self.folder}/pid;\nevents {{}}\nhttp {{\n    access_log off;\n{temporary}"
                       "    types { text/html html; application/rss+xml xml; }\n"
                       f"    server {{ listen 127.0.0.1:{self.port}; root {root}; }}\n}}\n")
        self.process = subprocess.Popen(
            [binary, "-p", self.folder, "-e", "stderr", "-c", os.path.join(self.folder, "nginx.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(os.path.join(self.folder, "log"), "wb"))
        wait_for(self.answers, "nginx answers")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("nginx ended: " + read_text(os.path.join(self.folder, "log")))
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        end_process(self.process)


class Gate:
    """A TCP proxy: the way to .target ("host:port"), until it is shut; that it is, too, when
    .limit bytes have come from there.  .passed counts them, and .sent those that went there."""

    def __init__(self):
        self.target = self.limit = None
        self.passed = self.sent = 0
        self.shut = False
        self.pairs = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                inner, _ = self.listener.accept()
                if self.shut or self.target is None:
                    inner.close()
                    continue
                host, port = self.target.rsplit(":", 1)
                outer = socket.create_connection((host, int(port)), WAIT)
            except OSError:
                if self.listener.fileno() < 0:
                    return
                continue
            self.pairs.append((inner, outer))
            for pair in ((inner, outer, False), (outer, inner, True)):
                threading.Thread(target=self.pass_on, args=pair, daemon=True).start()

    def pass_on(self, source, sink, counted):
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if counted and self.limit is not None:
                    data = data[:self.limit - self.passed]
                sink.sendall(data)
                if not counted:
                    self.sent += len(data)
                if counted:
                    self.passed += len(data)
                    if self.passed == self.limit:
                        self.shut = True
                        break
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """End what goes through it, and let nothing more through."""
        self.shut = True
        for pair in self.pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []

    def restore(self, limit=None):
        self.shut, self.limit = False, limit

    def stop(self):
        self.cut()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def rss(urls):
    items = "".join(f"<item><link>{url.replace('&', '&amp;')}</link></item>" for url in urls)
    return ('<?xml version="1.0"?><rss version="2.0"><channel><title>Saved links</title>'
            f"<link>http://127.0.0.1/</link>{items}</channel></rss>")


def page(title, paragraphs, head=""):
    """An article as a plain site would print it."""
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    return (f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}"
            f"</head><body><article><h1>{title}</h1>\n{text}</article></body></html>")


def prose(word, count=8):
    """Paragraphs that hold word and are long enough to be an article."""
    return [f"In the {number}th year of the survey the keepers of the {word} wrote down how the water "
            "stood at the old bridge, who had crossed it before noon, and what the boats that came up "
            f"from the sea had carried, so that page {number} of their book tells more of that "
            "town than any letter of its council." for number in range(3, 3 + count)]


# ----------------------------------------------------------------- the programs


def read_text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def fork_on_terminal():
    try:
        return pty.fork()
    except OSError as error:
        raise Skip(f"no terminal can be had, as where /dev/pts is not mounted: {error}") from None


def holds_vault(process):
    """Whether the vault is open in a readsync at this moment."""
    folder = f"/proc/{process.pid}/fd"
    for fd in os.listdir(folder):
        try:
            if os.path.basename(os.readlink(f"{folder}/{fd}")).startswith("vault.db"):
                return True
        except FileNotFoundError:
            pass
    return False


def end_process(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Daemon:
    """A readsyncd of its own.  queues: name -> settings; more: section -> settings."""

    def __init__(self, place, home, queues=None, more=None, arguments=()):
        self.place = place
        self.home = home
        self.config = home + ".conf"
        self.control = home + "/control.sock"
        self.log_path = home + ".log"
        self.arguments = list(arguments)
        self.process = None
        self.configure(queues, more)

    def configure(self, queues=None, more=None):
        sections = {"daemon": {"listen": "127.0.0.1:0"},
                    "fetch": {"allow_address": "127.0.0.1", "spacing": "0"}}
        for name, settings in (more or {}).items():
            sections.setdefault(name, {}).update(settings)
        for name, settings in (queues or {}).items():
            sections[f"queue {name}"] = {"every": "1h", **settings}
        with open(self.config, "w", encoding="utf-8") as file:
            for name, settings in sections.items():
                file.write(f"[{name}]\n")
                file.writelines(f"{key} = {value}\n" for key, value in settings.items())

    def command(self):
        return [DAEMON, "--home", self.home, "--config", self.config, *self.arguments]

    def start(self):
        """Start it and wait until it says READY=1, as systemd does (sd_notify(3))."""
        # Abstract: it has no file, and no path that could be too long.
        name = f"readsync-{os.getpid()}-{id(self)}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind("\0" + name)
            notify.settimeout(0.1)
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(
                    self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env={**os.environ, "NOTIFY_SOCKET": "@" + name})
            end = time.monotonic() + WAIT
            said = b""
            while b"READY=1" not in said:
                try:
                    said = notify.recv(4096)
                except socket.timeout:
                    if self.process.poll() is not None:
                        raise AssertionError(f"the daemon ended with {self.process.returncode}: "
                                             f"{self.log()}") from None
                    if time.monotonic() > end:
                        raise AssertionError("the daemon did not get ready") from None
        return self

    def join(self, other, token=None):
        """Make it, before it is started, one more archive of the library of another daemon."""
        token = token or self.place.client("operator").json(
            "invite", "--archive", "--control", other.control)["token"]
        done = subprocess.run([DAEMON, "join", "--home", self.home, "--config", self.config, "-"],
                              input=token.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=WAIT, check=False)
        return done.returncode, done.stderr.decode()

    def fails(self):
        """Run it where it must not start; return (exit status, what it says)."""
        done = subprocess.run(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=WAIT, check=False)
        return done.returncode, done.stdout.decode()

    def log(self):
        return read_text(self.log_path)

    def address(self):
        """HOST:PORT of its listener, as it logged it last."""
        return re.findall(r"listening address=(\S+)", self.log())[-1]

    def invite(self):
        return self.place.client("operator").json("invite", "--control", self.control)["token"]

    def status(self):
        return self.place.client("operator").json("status", "--control", self.control)["daemon"]

    def idle(self, items):
        """Wait until it has this many items, and nothing left to do for any."""
        def settled():
            status = self.status()
            return status["items"] == items and status["waiting"] == 0
        wait_for(settled, f"{items} items, none waiting; now {self.status()}\n{self.log()[-2000:]}")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM; return (exit status, seconds that it took)."""
        begun = time.monotonic()
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(WAIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        return self.process.returncode, time.monotonic() - begun

    def kill(self):
        self.process.kill()
        self.process.wait()


class Client:
    """A readsync with a home of its own."""

    def __init__(self, home):
        self.home = home

    def run(self, command, *arguments, stdin=None, status=None, env=None):
        """Run a command.  With a status, that must be how it ends."""
        done = subprocess.run([CLIENT, command, "--home", self.home, *arguments],
                              input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                              capture_output=True, timeout=WAIT, check=False,
                              env={**os.environ, **(env or {})})
        if status is not None and done.returncode != status:
            raise AssertionError(f"readsync {command} {' '.join(arguments)}: status {done.returncode}, "
                                 f"expected {status}: {done.stderr.decode(errors='replace')}")
        return done

    def text(self, command, *arguments, **more):
        return self.run(command, *arguments, status=0, **more).stdout.decode()

    def json(self, command, *arguments, **more):
        return json.loads(self.text(command, "--json", *arguments, **more))

    def fails(self, command, *arguments, **more):
        """Run what must fail; return (exit status, the one line it says, without warnings)."""
        done = self.run(command, *arguments, **more)
        lines = [line for line in done.stderr.decode(errors="replace").splitlines()
                 if "warning:" not in line]
        if done.returncode == 0 or len(lines) != 1:
            raise AssertionError(f"readsync {command}: status {done.returncode}, said {lines}")
        return done.returncode, lines[0]

    def join(self, daemon):
        self.text("join", daemon.invite())
        return self

    def items(self):
        """Every item, archived ones too, by URL."""
        return {item["url"]: item for item in self.json("list", "--all", "--limit", "100000")}


class Follower:
    """A readsync sync --follow on the home of a client."""

    def __init__(self, client, *arguments):
        self.home = client.home
        self.log_path = client.home + ".follow.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [CLIENT, "sync", "--follow", "--home", client.home, *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def said(self):
        return [line for line in read_text(self.log_path).splitlines() if "warning:" not in line]

    def holds_vault(self):
        return holds_vault(self.process)

    def ends(self, number=None):
        """Send it a signal, if one is given; return its exit status."""
        if number is not None:
            self.process.send_signal(number)
        return self.process.wait(WAIT)

    def stop(self):
        end_process(self.process)


# ---------------------------------------------------------------------- a place


class Place:
    """A temporary folder, and everything that was started in it."""

    def __init__(self):
        # Short: a Unix socket's path has 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="readsync-")
        self.started = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def keep(self, thing):
        self.started.append(thing)
        return thing

    def site(self, pages=()):
        return self.keep(Site(pages))

    def gate(self):
        return self.keep(Gate())

    def nginx(self, root):
        return self.keep(Nginx(self, root))

    def daemon(self, name="daemon", **settings):
        """A daemon that is not started yet; it takes over a home of that name."""
        return self.keep(Daemon(self, self.path(name), **settings))

    def client(self, name="client"):
        return Client(self.path(name))

    def follower(self, client, *arguments):
        return self.keep(Follower(client, *arguments))

    def files(self, *names):
        """Every file below the homes of these names, as (path, bytes)."""
        for name in names:
            for folder, _, files in os.walk(self.path(name)):
                for file in files:
                    path = os.path.join(folder, file)
                    if os.path.isfile(path):  # not a socket
                        with open(path, "rb") as opened:
                            yield path, opened.read()

    def end(self):
        for thing in reversed(self.started):
            if isinstance(thing, Daemon):
                if thing.alive():
                    thing.kill()
            else:
                thing.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_case(function):
    place = Place()
    try:
        function(place)
        print(f"ok {function.__name__}", flush=True)
        return True
    except Skip as skip:
        print(f"skip {function.__name__}: {skip}", flush=True)
        return True
    except Exception as error:  # pylint: disable=broad-except
        traceback.print_exc(file=sys.stdout)
        for thing in place.started:
            if isinstance(thing, Daemon) and os.path.exists(thing.log_path):
                print(f"--- log of {thing.home}:\n{thing.log()[-4000:]}")
        print(f"not ok {function.__name__}: {str(error)[:500]}".replace("\n", " "), flush=True)
        return False
    finally:
        place.end()


def main():
    """Run the cases, or those that are named; end with 1 when one fails."""
    wanted = sys.argv[1:]
    done = [run_case(function) for function in CASES
            if not wanted or function.__name__ in wanted]
    sys.exit(0 if done and all(done) else 1)
