#!/usr/bin/env python3
"""Goal: the command line of readsync behaves as a Unix user expects: options anywhere,
statuses that a script can use, output that fits where it goes, and nothing written where
it must not be."""
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import termios
import time

from rig import CLIENT, WAIT, case, contains, equal, fork_on_terminal, main, page, prose, wait_for

UTF8 = {"LC_ALL": "C.UTF-8"}


def on_terminal(client, *arguments, columns=60, rows=24, env=None, keys=b"", until=None):
    """Run on a terminal of this size; return (what it showed, status).  When what is shown
    holds until, keys are typed."""
    pid, terminal = fork_on_terminal()
    if pid == 0:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(CLIENT, [CLIENT, *arguments, "--home", client.home],
                  {**os.environ, **UTF8, "TERM": "xterm", "PAGER": "", **(env or {})})
    shown, end = b"", time.monotonic() + WAIT
    while True:
        if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise AssertionError(f"readsync {arguments} does not end; it showed {shown!r}")
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            piece = b""
        if not piece:
            break
        shown += piece
        if keys and until in shown:
            os.write(terminal, keys)
            keys = b""
    os.close(terminal)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def with_article(place, title="On keepers", paragraphs=None):
    """A client that holds one article, its daemon gone; return (client, id)."""
    site = place.site({"/a.html": page(title, paragraphs or prose("keepers"))})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/a.html"])}}).start()
    daemon.idle(1)
    client = place.client().join(daemon)
    client.text("sync")
    daemon.stop()
    return client, client.json("list")[0]["id"]


def save(client, *names, more=()):
    for name in names:
        client.text("save", f"https://example.org/{name}", *more)


# ------------------------------------------------------------------- arguments


@case
def options_stand_anywhere(place):
    client = place.client()
    save(client, "one", more=("--title", "One", "--tag", "t"))
    for arguments in (["--home", client.home, "list", "--json"], ["list", "--json", "--home", client.home],
                      [f"--home={client.home}", "--json", "list"], ["-j", "-n", "1", "list", f"--home={client.home}"],
                      ["--json", "--tag", "t", "--home", client.home, "list"],
                      ["list", "-jn1", "-t", "t", f"--home={client.home}"]):
        done = subprocess.run([CLIENT, *arguments], capture_output=True, check=False, timeout=WAIT)
        equal(done.returncode, 0, f"{arguments}: {done.stderr}")
        equal([item["title"] for item in json.loads(done.stdout)], ["One"], arguments)


@case
def help_is_given_for_each_command(_place):
    def said(*arguments, status=0):
        done = subprocess.run([CLIENT, *arguments], capture_output=True, check=False, timeout=WAIT)
        equal(done.returncode, status, arguments)
        return (done.stderr if status else done.stdout).decode()
    equal(said("--help"), said("help"))
    contains(said("--version"), "readsync ")
    commands = [line.split()[0] for line in said("--help").split("Commands:\n")[1].split("\n\n")[0].splitlines()]
    equal(len(commands), 29, commands)
    equal(commands, sorted(commands))
    for command in commands:
        equal(said("help", command), said(command, "--help"))
        equal(said(command, "-h"), said(command, "--help"))
        contains(said(command, "--help"), f"usage: readsync {command} ")
    contains(said(status=2), "usage: readsync COMMAND")


@case
def a_wrong_command_line_gets_one_line_and_status_2(place):
    client = place.client()
    for arguments, part in (
            (["nonsense"], "there is no command 'nonsense'"),
            (["help", "nonsense"], "there is no command 'nonsense'"),
            (["--nonsense"], "there is no option '--nonsense'"),
            (["list", "--nonsense"], "'--nonsense'"), (["list", "-x"], "'-x'"), (["list", "-jx"], "'-x'"),
            (["list", "--width", "3"], "'--width'"), (["read", "-n", "3", "a"], "'-n'"),
            (["list", "--json=yes"], "'--json=yes'"), (["list", "--limit"], "'--limit'"),
            (["list", "--limit", "many"], "--limit: not a usable value: 'many'"),
            (["list", "--limit", "-1"], "'-1'"), (["list", "--limit", ""], "''"),
            (["list", "one"], "one argument too many: 'one'"),
            (["list", "--copy", "good"], "'good'"), (["read"], "'ITEM'"), (["read", "a", "b"], "'b'"),
            (["tag", "a"], "'ITEM TAG ...'"), (["search"], "'WORD ...'"), (["search", '"'], "no word"),
            (["save", "https://example.org/", "--title", "x" * 1001], "at most 1000 bytes"),
            (["save", "https://example.org/", "--title", b"caf\xe9"], "UTF-8"),
            (["save", "https://example.org/", "--title", "a\nb"], "control characters"),
            (["save", "nonsense" * 100], "...: not a web address"),
            (["read", "not-hex"], "'not-hex'"), (["read", ""], "''"), (["save", "ftp://example.org/"], "http"),
            (["save", "https://exa mple.org/"], "malformed")):
        done = subprocess.run([CLIENT, *arguments], capture_output=True, check=False, timeout=WAIT,
                              env={**os.environ, "READSYNC_HOME": client.home})
        lines = [line for line in done.stderr.decode().splitlines() if "warning:" not in line]
        equal((done.returncode, len(lines), done.stdout), (2, 1, b""), f"{arguments}: {lines}")
        contains(lines[0], part, arguments)
        assert len(lines[0]) < 500, lines[0]


@case
def items_are_named_by_the_beginning_of_their_id(place):
    client = place.client()
    # By the second digit, of 17 items two at least begin alike.
    save(client, *(f"{number}" for number in range(17)))
    ids = [item["id"] for item in client.json("list")]
    first = max("0123456789abcdef", key=lambda digit: sum(name[0] == digit for name in ids))
    none = next(digit for digit in (f"{number:02x}" for number in range(256))
                if not any(name.startswith(digit) for name in ids))
    for command, more in (("read", []), ("why", []), ("archive", []), ("unarchive", []), ("rm", []),
                          ("star", []), ("unstar", []), ("tag", ["t"]), ("untag", ["t"])):
        status, line = client.fails(command, first, *more)
        equal(status, 3)
        contains(line, f"more than one item's id begins with '{first}'")
        status, line = client.fails(command, none, *more)
        equal(status, 3)
        contains(line, f"no item's id begins with '{none}'")
    # The ids that lists show are enough; one that is wrong keeps all as they are.
    shown = client.text("list", "--limit", "0").splitlines()[0].split()[0]
    equal(client.fails("archive", shown, none)[0], 3)
    equal(client.json("list", "--archived"), [])
    client.text("archive", shown.upper(), ids[1])
    equal({item["id"] for item in client.json("list", "--archived")}, {ids[0], ids[1]})
    client.text("rm", shown)
    equal(len(client.json("list", "--all")), 16)


@case
def a_password_in_an_address_is_not_kept(place):
    client = place.client()
    done = client.run("save", "https://reader:s3cret@example.org/a", status=0)
    contains(done.stderr.decode(), "user and password are left out")
    equal(client.json("list")[0]["url"], "https://example.org/a")
    line = {"url": "https://reader:s3cret@example.org/b", "html": "<p>A page."}
    client.text("import", "--jsonl", "-", stdin=json.dumps(line).encode())
    assert "s3cret" not in client.text("export", "--jsonl")


@case
def the_list_is_filtered(place):
    client, item = with_article(place)
    save(client, "x", more=("--tag", "x"))
    save(client, "xy", more=("--tag", "x", "--tag", "y y", "--archived"))
    def listed(*options):
        return [entry["url"].rsplit("/", 1)[1] for entry in client.json("list", *options)]
    equal(listed(), ["x", "a.html"])
    equal(listed("--all"), ["xy", "x", "a.html"])
    equal(listed("--archived"), ["xy"])
    equal(listed("--all", "--tag", "x"), ["xy", "x"])
    equal(listed("--all", "--tag", "y y", "--tag", "x"), ["xy"])
    equal(listed("--copy", "full"), ["a.html"])
    equal(listed("--copy", "unknown"), ["x"])
    equal(listed("--copy", "teaser"), [])
    equal(listed("--limit", "1"), ["x"])
    client.text("untag", item[:8], "never had it")
    client.text("tag", item[:8], "x")
    equal(listed("--tag", "x"), ["x", "a.html"])


@case
def a_page_comes_from_a_file_or_a_pipe(place):
    client = place.client()
    url = "https://example.org/page"
    status, line = client.fails("save", url, "--page", place.path("none"))
    contains(line, "No such file")
    contains(client.fails("save", url, "--page", place.folder)[1], "directory")
    contains(client.fails("save", url, "--page", "-")[1], "it is empty")
    contains(client.fails("save", url, "--page", "-", stdin=b"x" * (33 << 20))[1], "larger than 32 MB")
    equal(client.json("list"), [])
    with open(place.path("page.html"), "w", encoding="utf-8") as file:
        file.write(page("Mine", prose("mine")))
    client.text("save", url, "--page", place.path("page.html"))
    client.text("save", url, "--page", "-", stdin=page("Mine", prose("other")).encode())
    equal(len(client.json("list")), 1)
    equal(client.json("status")["blobs"], 2)


@case
def an_invitation_may_come_through_a_pipe(place):
    daemon = place.daemon().start()
    client = place.client()
    token = place.client("operator").text("invite", "--control", daemon.control)
    contains(client.text("join", "-", stdin=token.encode()), "has joined")
    contains(client.fails("join", "-", stdin=b"")[1], "no invitation")
    equal(client.fails("join", "-", stdin=b"readsync1-no\n")[0], 7)


# ---------------------------------------------------------------------- output


@case
def a_pipe_gets_all_of_each_line(place):
    client = place.client()
    long = "word " * 60 + "end"
    save(client, "long", more=("--title", long, "--tag", "a tag"))
    equal(client.text("list", env=UTF8).split(maxsplit=2)[2], f"{long}  #a tag\n")
    contains(on_terminal(client, "list")[0], "… ")
    for line in on_terminal(client, "list", columns=40, env={"NO_COLOR": "1"})[0].splitlines():
        assert len(line) <= 40, line
    # A list that is cut says so, where it does not get into the way.
    save(client, *(f"{number}" for number in range(50)))
    done = client.run("list", status=0)
    equal(done.stdout.count(b"\n"), 50)
    contains(done.stderr.decode(), "--limit 0 shows all")
    for arguments in (["--limit", "0"], ["--limit", "51"], ["--json"]):
        done = client.run("list", *arguments, status=0)
        equal((done.stdout.count(b"example.org") if arguments == ["--json"] else done.stdout.count(b"\n"),
               done.stderr), (51, b""), arguments)


@case
def styles_go_to_terminals_that_want_them(place):
    client, item = with_article(place)
    for command in (["list"], ["read", item], ["search", "keepers"]):
        contains(on_terminal(client, *command)[0], "\033[", command)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
            shown, status = on_terminal(client, *command, env=env)
            equal((status, "\033" in shown), (0, False), (command, env))
        equal("\033" in client.text(*command), False, command)


@case
def sync_is_silent_in_a_pipe_and_shows_progress_on_a_terminal(place):
    site = place.site({f"/{number}.html": page(f"Number {number}", prose(f"keepers{number}")) for number in range(3)})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(list(site.pages))}}).start()
    daemon.idle(3)
    loud, quiet, silent = (place.client(name).join(daemon) for name in ("loud", "quiet", "silent"))
    shown, status = on_terminal(loud, "sync")
    equal(status, 0)
    contains(shown, "] 3/3 articles")
    contains(shown.replace("\r\033[K", ""), "3 items, 3 readings, 3 articles and images in ")
    equal(on_terminal(quiet, "sync", "--quiet"), ("", 0))
    done = silent.run("sync", status=0)
    equal((done.stdout, done.stderr), (b"", b""))
    equal([len(client.json("list", "--copy", "full")) for client in (loud, quiet, silent)], [3, 3, 3])


@case
def nothing_hostile_reaches_a_terminal(place):
    evil = "a\033[2J\033]0;x\007\u009b31m\u202egnp\r\n"
    title = "".join(f"&#{ord(character)};" for character in evil)
    client, item = with_article(place, title=title, paragraphs=[title + text for text in prose("evil")])
    client.text("tag", item, "#\u202etag")
    save(client, "mine", more=("--title", "mine \u202e turned"))
    # NO_COLOR: whatever escape there is, is theirs.
    for command in (["list"], ["read", item], ["why", item], ["search", "evil"], ["status"],
                    ["read", "\033[2J"], ["list", "\033[2J"], ["tag", item, "\033[2J"], ["\033[2J"],
                    ["list", "--copy", "\033[2J"], ["save", "\033[2J"], ["save", "https://e.org", "--page", "\033[2J"]):
        shown = on_terminal(client, *command, env={"NO_COLOR": "1"})[0]
        bad = [character for character in shown
               if (character < " " and character != "\n") or "\x7f" <= character < "\xa0" or character == "\u202e"]
        equal(bad, [], f"{command}: {shown!r}")
    for command in (["list"], ["read", item], ["why", item], ["search", "evil"]):
        client.json(*command)


@case
def the_locale_is_obeyed(place):
    client = place.client()
    save(client, "n", more=("--title", "“Né” – 日本"))
    unset = {name: "" for name in ("LC_ALL", "LC_CTYPE", "LANG")}
    def title(**env):
        return client.text("list", env={**unset, **env}).split(maxsplit=2)[2].strip()
    equal(title(LC_ALL="C.UTF-8"), "“Né” – 日本")
    equal(title(LC_ALL="C"), '"N?" - ??')
    equal(title(LANG="POSIX"), '"N?" - ??')
    # Nothing said, or what is not installed.
    equal(title(), "“Né” – 日本")
    equal(title(LANG="xx_XX.UTF-8"), "“Né” – 日本")
    equal(client.json("list", env={"LC_ALL": "C"})[0]["title"], "“Né” – 日本")


@case
def output_that_fails_is_a_failure(place):
    client = place.client()
    save(client, *(f"{number}" for number in range(20)))
    for command in (["list"], ["list", "--json"], ["status"], ["list", "--help"], ["--help"], ["help"],
                    ["--version"], ["help", "list"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([CLIENT, *command], stdout=full, stderr=subprocess.PIPE, check=False,
                                  timeout=WAIT, env={**os.environ, "READSYNC_HOME": client.home})
        equal(done.returncode, 1, command)
        contains(done.stderr.decode(), "standard output: No space left", command)


@case
def a_closed_pipe_ends_it_quietly(place):
    client = place.client()
    save(client, "n", more=("--title", "x" * 1000))
    for command in ("list", "list --json"):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([CLIENT, *command.split(), "--home", client.home], stdout=writer,
                              stderr=subprocess.PIPE, check=False, timeout=WAIT)
        os.close(writer)
        equal((done.returncode, done.stderr), (-signal.SIGPIPE, b""), command)


@case
def a_slow_pipe_holds_nothing_up(place):
    client = place.client()
    save(client, *(f"{number}" for number in range(100)), more=("--title", "x" * 1000))
    for arguments in (["list", "--limit", "0"], ["list", "--json"]):
        slow = subprocess.Popen([CLIENT, *arguments, "--home", client.home], stdout=subprocess.PIPE)
        slow.stdout.read(1)  # it prints; the pipe holds 64 KiB of more than 100
        client.text("tag", client.json("list", "--limit", "1")[0]["id"], "meanwhile")
        slow.stdout.read()
        equal(slow.wait(WAIT), 0)
        slow.stdout.close()


@case
def closed_descriptors_are_not_the_vaults(place):
    client = place.client()
    save(client, "n", more=("--title", "title"))
    for closed in (">&-", "<&- >&-", "<&- >&- 2>&-", "<&- 2>&-"):
        for command in ("list --json", "tag 0 x", "save https://example.org/other", "read 0"):
            subprocess.run(["sh", "-c", f'exec "$0" {command} --home "$1" {closed}', CLIENT, client.home],
                           capture_output=True, check=False, timeout=WAIT)
    equal(sorted(item["title"] for item in client.json("list")), ["", "title"])
    done = subprocess.run(["sh", "-c", 'exec "$0" list --home "$1" >&-', CLIENT, client.home],
                          capture_output=True, check=False, timeout=WAIT)
    equal(done.returncode, 1)
    contains(done.stderr.decode(), "standard output: ")


# ----------------------------------------------------------------------- pager


@case
def an_article_goes_through_the_pager(place):
    # More than a pipe holds, so that a pager that leaves early is noticed.
    client, item = with_article(place, paragraphs=prose("keepers", 500))
    upper = {"PAGER": "tr a-z A-Z"}
    contains(on_terminal(client, "read", item, env=upper)[0], "THE KEEPERS OF THE")
    # Not in a pipe, not where it is not wanted, not where it cannot work.
    contains(client.text("read", item, env=upper), "the keepers of the")
    contains(on_terminal(client, "read", item, "--quiet", env=upper)[0], "the keepers of the")
    contains(on_terminal(client, "read", item, env={**upper, "TERM": "dumb"})[0], "the keepers of the")
    contains(on_terminal(client, "read", item, env={"PAGER": ""})[0], "the keepers of the")
    # One that is not there loses nothing.
    shown, status = on_terminal(client, "read", item, env={"PAGER": "no-such-pager"})
    equal(status, 0)
    contains(shown, "the keepers of the")
    # One that leaves early is no failure.
    equal(on_terminal(client, "read", item, env={"PAGER": "true"}), ("", 0))


@case
def a_pager_holds_nothing_up(place):
    client, item = with_article(place)
    # The pager waits for a file; meanwhile another client works, and an interrupt is the pager's.
    gate = place.path("gate")
    pid, terminal = fork_on_terminal()
    if pid == 0:
        os.execve(CLIENT, [CLIENT, "read", item, "--home", client.home],
                  {**os.environ, "TERM": "xterm",
                   "PAGER": f"trap '' INT; touch {gate}.open; "
                            f"while [ ! -e {gate} ]; do sleep 0.05; done; cat >/dev/null"})
    wait_for(lambda: os.path.exists(gate + ".open"), "the pager runs")
    client.text("tag", item, "meanwhile")
    os.write(terminal, b"\x03")
    client.text("tag", item, "after the interrupt")
    equal(os.waitpid(pid, os.WNOHANG), (0, 0), "readsync still waits")
    with open(gate, "w", encoding="utf-8"):
        pass
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
    os.close(terminal)


# --------------------------------------------------------------------- offline


@case
def all_but_the_exchange_works_without_a_daemon(place):
    client, item = with_article(place)
    contains(client.text("read", item), "keepers")
    contains(client.text("why", item), "This copy is the whole article.")
    equal(client.json("read", item)["id"], item)
    equal(client.json("why", item)["url"], client.json("list")[0]["url"])
    equal(client.json("search", "keepers")[0]["id"], item)
    equal(client.json("status")["archive"] is not None, True)
    status, line = client.fails("sync")
    equal(status, 6)
    contains(line, "connection refused")
    # A daemon that was named must answer; one that was not need not.
    done = client.run("status", "--control", place.path("none"), status=6)
    contains(done.stdout.decode(), "items: 1")
    # What was saved and not fetched is told apart from what is not there.
    save(client, "later")
    later = client.json("list")[0]["id"]
    status, line = client.fails("read", later)
    equal(status, 3)
    contains(line, "the archive still has to fetch it")
    equal(client.json("why", later)["copy"], "unknown")
    contains(client.text("why", later), "has not been read yet")


@case
def why_tells_how_to_repair_a_copy(place):
    site = place.site({"/gone'.html": lambda handler: handler.answer(404, page("Gone", ["It is gone."]))})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/gone'.html"])}}).start()
    daemon.idle(1)
    client = place.client().join(daemon)
    client.text("sync")
    item = client.json("list")[0]
    said = client.text("why", item["id"])
    command = said.strip().splitlines()[-1].strip()
    contains(command, "readsync save --page FILE '")
    with open(place.path("FILE"), "w", encoding="utf-8") as file:
        file.write(page("Found", prose("found")))
    # As the reader would type it.
    done = subprocess.run(["sh", "-c", command.replace("readsync", CLIENT, 1) + ' --home "$0"', client.home],
                          cwd=place.folder, capture_output=True, check=False, timeout=WAIT)
    equal(done.returncode, 0, done.stderr)
    client.text("sync")
    equal([(entry["id"], entry["copy"]) for entry in client.json("list")], [(item["id"], "full")])


main()
