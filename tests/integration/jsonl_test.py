#!/usr/bin/env python3
"""Goal: import and export carry all that a replica holds, both ways; a line that cannot be
kept is told with its number, and the rest goes on."""
import base64
import fcntl
import json
import os
import resource
import struct
import subprocess
import termios

from rig import CLIENT, WAIT, case, contains, equal, fork_on_terminal, main, page, prose

RICH = """<h2>A heading</h2><p>Text with a <a href="https://example.org/x">link</a> and <em>stress</em>,
and words enough that nobody takes this short paragraph for a caption or for a menu of the site.</p>
<ul><li>one</li><li>two</li></ul><pre>a  b\n\nc</pre><blockquote><p>Quoted words.</p></blockquote>"""


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def put(client, *lines, status=0):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return client.run("import", "--jsonl", "-", stdin=text.encode(), status=status)


def exported(client):
    """The lines by their address: items that were saved in one moment have no order."""
    return {line["url"]: line for line in lines_of(client.text("export", "--jsonl"))}


def carried_over(place, client, name):
    """What a new home exports that has imported what the client exports."""
    text = client.text("export", "--jsonl")
    copy = place.client(name)
    copy.run("import", "--jsonl", "-", stdin=text.encode(), status=0)
    return exported(copy)


@case
def the_addresses_of_an_item_go_along(place):
    client = place.client()
    urls = [f"https://example.org/{name}" for name in ("a", "b", "c")]
    given = {"url": urls[0], "addresses": urls[1:], "tags": ["x"], "state": "archived", "rating": 5}
    equal(put(client, given, given).stdout, b"1 new, 1 known, 0 refused\n")
    equal([item["tags"] for item in client.json("list", "--all")], [["x"]])
    for lines in (exported(client), carried_over(place, client, "copy")):
        # Which one it is shown with is the library's affair.
        (url, line), = lines.items()
        equal(sorted([url, *line["addresses"]]), urls)
        equal((line["tags"], line["state"], line["rating"]), (["x"], "archived", 5))
    client.text("split", client.json("list", "--all")[0]["id"], urls[1])
    equal(len(client.json("list", "--all")), 2)
    # What its reader split stays so, whatever a file says.
    equal(put(client, given).stdout, b"0 new, 1 known, 0 refused\n")
    equal(len(client.json("list", "--all")), 2)
    for wrong in ("b", ["no address"], [*urls, urls[0]], [5]):
        contains(put(client, {"url": urls[0], "addresses": wrong}, status=2).stderr.decode(), "addresses")


@case
def a_line_of_another_program_is_kept_whole(place):
    client = place.client()
    given = {"url": "https://example.org/a", "title": "A title", "tags": ["two words", "x"],
             "saved_at": "2024-02-29T13:00:00.250+01:00", "state": "archived", "starred": True,
             "text": "First paragraph, with ünï.\nSecond one.", "rating": 5,
             "service": {"list": [1, 2.5, None, "ä"]}}
    equal(put(client, given).stdout, b"1 new, 0 known, 0 refused\n")
    line = exported(client)["https://example.org/a"]
    for key in set(given) - {"saved_at"}:
        equal(line[key], given[key], key)
    equal(line["saved_at"], "2024-02-29T12:00:00.250Z")
    equal(line["copy"], "full")
    item = client.json("list", "--all")[0]
    equal((item["copy"], item["held"], item["starred"]), ("full", True, True))
    contains(client.text("read", item["id"][:8]), "Second one.")
    equal(len(client.json("search", "paragraph")), 1)
    contains(client.text("why", item["id"][:8]), "You imported the text.")
    contains(client.text("history", item["id"][:8]), "words, imported\n")


@case
def what_another_program_wrote_is_kept_to_the_digit(place):
    client = place.client()
    values = {"price": "1.10", "third": "0.1", "id": "12345678901234567890", "small": "-0.0",
              "far": "[1e400, {\"-7\": -1E-400}, \"1e400 \\\" 99999999999999999999\"]",
              "wide": "{ \"a\" : [1,\t2] }", "escaped": "\"\\u00fc\"", "nothing": "null"}
    line = '{"starred": true, ' + ", ".join(f'"{key}" : {value}' for key, value in values.items())
    put(client, line + ' , "url":"https://example.org/a", "text": "Some words."}')
    put(client, {"url": "https://example.org/b", "text": "Others.", "rating": 5})
    for home in (client, place.client("copy")):
        text = home.text("export", "--jsonl") if home is client else text
        home.run("import", "--jsonl", "-", stdin=text.encode(), status=0)
        told = next(line for line in home.text("export", "--jsonl").splitlines() if "/a" in line)
        for key, value in values.items():
            contains(told, f'"{key}":' + value.replace("\t", " "))
        contains(told, '"starred":true')
    # What is ours has to fit: it is not made into something else.
    for wrong in ('"starred": 12345678901234567890', '"\\u0074ext": 1e400', '"x": 01', '"x": 1e',
                  '"x": 99999999999999999999.', '"x": [1e400', '"x": 1e400 1'):
        done = put(client, '{"url":"https://example.org/c",' + wrong + "}", status=2)
        contains(done.stderr.decode(), "line 1: ", wrong)
    equal(len(client.items()), 2)


@case
def times_come_with_or_without_a_zone(place):
    client = place.client()
    times = {"2024-02-29": "2024-02-29T00:00:00Z", "2024-02-29T01:30:00": "2024-02-29T01:30:00Z",
             "2024-03-01T01:30:00+0230": "2024-02-29T23:00:00Z",
             "2024-02-29 23:00:00.5-01:00": "2024-03-01T00:00:00.500Z"}
    put(client, *({"url": f"https://example.org/{n}", "saved_at": time} for n, time in enumerate(times)))
    lines = exported(client)
    for number, time in enumerate(times.values()):
        equal(lines[f"https://example.org/{number}"]["saved_at"], time)


@case
def blank_lines_part_paragraphs_where_there_are_any(place):
    client = place.client()
    put(client, {"url": "https://example.org/a", "text": "wrapped\nline\r\n \t\n\nsec\x07ond"})
    equal(exported(client)["https://example.org/a"]["text"], "wrapped line\nsec ond")


@case
def what_was_synced_is_carried_over_whole(place):
    site = place.site({"/a.html": page("On keepers", prose("keepers") + [RICH]),
                       "/b.html": page("On ferries", prose("ferries")).encode("utf-16")})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/a.html", "/b.html"])}}).start()
    daemon.idle(2)
    client = place.client().join(daemon)
    client.text("sync")
    client.text("tag", client.json("list")[0]["id"], "seen")
    # The daemon holds the pages too; stopped, its home is one like a client's.
    daemon.stop()
    for number, who in enumerate((client, place.client("daemon"))):
        before = exported(who)
        equal(len(before), 2)
        for line in before.values():
            equal(len(line["readings"]), 1)
            contains(line["readings"][0], "article")
        equal(carried_over(place, who, f"copy{number}"), before)
    archive = exported(place.client("daemon"))
    rich, coded = archive[site.url("/a.html")], archive[site.url("/b.html")]
    contains(rich["html"], "<em>stress</em>")
    equal(rich["fetches"][0]["html"], True)
    kinds = {block["kind"] for block in rich["readings"][0]["article"]["blocks"]}
    equal({"HEADING", "LIST", "ITEM", "PREFORMATTED", "QUOTE"} - kinds, set())
    contains(rich["text"], "two")
    # UTF-16 is no text of JSON.
    told = coded["fetches"][0]["page_base64"]
    equal(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)), site.pages["/b.html"])


@case
def notes_and_highlights_are_carried_over_whole(place):
    site = place.site({"/a.html": page("On keepers", ["The keeper\u2019s lamp is lit.", *prose("keepers")])})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/a.html"])}}).start()
    daemon.idle(1)
    one, two = (place.client(name).join(daemon) for name in ("one", "two"))
    for client in (one, two):
        client.text("sync")
    item = one.json("list")[0]["id"]
    one.text("note", item, "first\n\tof all")
    one.text("highlight", item, "keeper's lamp", "--comment", "whose?\nhers")
    one.text("highlight", item, "is lit")
    one.text("sync")
    two.text("sync")
    two.text("note", item, "from two")
    two.text("highlight", item, "--remove", "2")
    one.text("note", item, "from one")
    for client in (one, two, one):
        client.text("sync")
    line = exported(one)[site.url("/a.html")]
    equal([note["text"] for note in line["notes"]], ["first\n\tof all", "from two", "from one"])
    equal([note.get("replaces") for note in line["notes"]],
          [None, [line["notes"][0]["id"]], [line["notes"][0]["id"]]])
    equal([(mark["quote"], mark["comment"]) for mark in line["highlights"]],
          [("keeper\u2019s lamp", "whose?\nhers")])
    equal(carried_over(place, one, "copy")[site.url("/a.html")], line)
    copy = place.client("copy")
    equal([note["text"] for note in copy.json("note", copy.json("list")[0]["id"])],
          ["from two", "from one"])
    # Again, and into what has gone on meanwhile: nothing is taken back, nothing is there twice.
    text = one.text("export", "--jsonl")
    put(one, *text.splitlines())
    equal(one.text("export", "--jsonl"), text)
    one.text("note", item, "--join", "both")
    one.text("highlight", item, "--remove", "1")
    put(one, *text.splitlines())
    equal([note["text"] for note in one.json("note", item)], ["both"])
    equal(one.json("highlight", item), [])
    # What was erased comes back with its lines.
    one.text("rm", item)
    put(one, *text.splitlines())
    equal(sorted(exported(one)[site.url("/a.html")]["notes"], key=lambda note: note["id"]),
          sorted(line["notes"], key=lambda note: note["id"]))


@case
def notes_of_another_program_are_mere_texts(place):
    client = place.client()
    given = {"url": "https://example.org/a", "text": "Words to mark, and more.", "notes": "a note\r\nof two lines",
             "saved_at": "2024-01-01T00:00:00Z",
             "highlights": ["Words to mark", {"quote": "more", "comment": "how much?"}]}
    equal(put(client, given, given).stdout, b"1 new, 1 known, 0 refused\n")
    item = client.json("list")[0]["id"]
    equal([(note["text"], note["written"]) for note in client.json("note", item)],
          [("a note \nof two lines", "2024-01-01T00:00:00Z")])
    equal([(mark["quote"], mark["comment"], mark["start"]) for mark in client.json("highlight", item)],
          [("Words to mark", "", 0), ("more", "how much?", 19)])
    # Without a time it is of now, the first time.
    put(client, {"url": "https://example.org/b", "notes": ["untimed"], "highlights": "nor this"})
    before = exported(client)
    equal(carried_over(place, client, "copy"), before)
    put(client, {"url": "https://example.org/b", "notes": ["untimed"], "highlights": "nor this"})
    equal(exported(client), before)


@case
def a_page_is_read_by_the_archive_and_not_by_the_client(place):
    daemon = place.daemon().start()
    client = place.client().join(daemon)
    html = page("On keepers", prose("kéepers")).replace("<meta charset=utf-8>", "<meta charset=latin1>")
    put(client, {"url": "https://example.org/a", "html": html, "saved_at": "2024-01-01T00:00:00Z"})
    line = exported(client)["https://example.org/a"]
    equal(line["html"], html)
    equal("readings" in line, False)
    client.text("sync")
    line = exported(client)["https://example.org/a"]
    equal(line["title"], "On keepers")
    contains(line["text"], "kéepers")
    equal(carried_over(place, client, "copy")["https://example.org/a"], line)


@case
def the_same_lines_again_change_nothing(place):
    client = place.client()
    lines = [{"url": f"https://example.org/{n}", "title": f"T{n}", "text": f"Words of {n}.", "k": n} for n in range(3)]
    put(client, *lines)
    before = client.text("export", "--jsonl")
    client.text("unarchive", client.json("list")[0]["id"])
    equal(put(client, *lines).stdout, b"0 new, 3 known, 0 refused\n")
    equal(client.text("export", "--jsonl"), before)


@case
def an_item_that_is_here_keeps_what_the_reader_made_of_it(place):
    client = place.client()
    client.text("save", "https://example.org/a", "--title", "Mine", "--tag", "own")
    put(client, {"url": "HTTPS://Example.org:443/a#x", "title": "Theirs", "tags": ["new"],
                 "state": "archived", "starred": True, "saved_at": "2001-01-01T00:00:00Z",
                 "text": "Words.", "other": 1})
    line, = exported(client).values()
    equal((line["title"], line["tags"], line["state"], line["starred"]), ("Mine", ["new", "own"], "unread", False))
    equal((line["text"], line["other"]), ("Words.", 1))
    equal(line["saved_at"].startswith("2001"), False)
    # An older file does not undo what a newer one said.
    put(client, {"url": "https://example.org/a", "other": 2, "another": 3})
    line, = exported(client).values()
    equal((line["other"], line["another"]), (1, 3))


@case
def what_nobody_here_understands_syncs(place):
    daemon = place.daemon().start()
    one, other = (place.client(name).join(daemon) for name in ("one", "other"))
    put(one, {"url": "https://example.org/a", "text": "Words.", "rating": {"stars": 4}})
    one.text("sync")
    other.text("sync")
    line = exported(other)["https://example.org/a"]
    equal((line["rating"], line["text"]), ({"stars": 4}, "Words."))


BAD = [
    ("not json", "not a JSON object"), ('["a"]', "not a JSON object"), ("{}", 'it has no "url"'),
    ('{"url":"https://example.org/a","url":"https://example.org/b"}', "duplicate"),
    ('{"url":"https://example.org/\\ud800"}', "not a JSON object"),
    ({"url": "nope"}, "not a web address"), ({"url": 5}, '"url" is not a text'),
    ({"saved_at": "2024-02-30T00:00:00Z"}, "ISO 8601"), ({"saved_at": "yesterday"}, "ISO 8601"),
    ({"saved_at": "2024-02-03T00:00:00+1"}, "ISO 8601"),
    ({"saved_at": "2024-02-03T25:00:00Z"}, "ISO 8601"),
    ({"saved_at": "2024-2-03"}, "ISO 8601"), ({"saved_at": "2024-02-03T00:00:00.Zx"}, "ISO 8601"),
    ({"saved_at": 5}, '"saved_at" is not a text'),
    ({"state": "read"}, '"state"'), ({"starred": "yes"}, '"starred"'), ({"copy": "whole"}, '"copy"'),
    ({"tags": "a"}, '"tags"'), ({"tags": [""]}, '"tags"'), ({"tags": ["a\nb"]}, '"tags"'),
    ({"title": "x" * 1001}, "1000 bytes"), ({"text": 1}, '"text"'), ({"html": []}, '"html"'),
    ({"text": "a\n" * 20001}, '"text" is larger'), ({"k" * 195: 1}, "194 bytes"),
    ({"big": "x" * 32768}, "32768 bytes"), ({"prefer": "abc"}, '"prefer"'),
    ({"fetches": [5]}, ""), ({"fetches": [{"id": "ab"}]}, '"id"'), ({"fetches": {}}, '"fetches"'),
    ({"fetches": [{"id": "ab" * 16, "nonsense": 1}]}, 'no field "nonsense" in Fetch'),
    ({"fetches": [{"id": "ab" * 16, "status": -1}]}, 'value of "status"'),
    ({"fetches": [{"id": "ab" * 16, "session": "SOMETIMES"}]}, 'value of "session"'),
    ({"fetches": [{"id": "ab" * 16, "page": "abcd"}]}, '"page"'),
    ({"fetches": [{"id": "ab" * 16, "page_base64": "?"}]}, "base64url"),
    ({"fetches": [{"id": "ab" * 16, "url": "x" * 32768}]}, "larger than a register"),
    ({"readings": [{"fetch": "ab"}]}, '"fetch"'),
    ({"readings": [{"fetch": "ab" * 16, "reader_verdict": "good"}]}, '"reader_verdict"'),
    ({"readings": [{"fetch": "ab" * 16, "article": {"blocks": [{"kind": "PARAGRAPH", "depth": 3}]}}]}, '"article"'),
    ({"readings": [{"fetch": "ab" * 16, "images": {}}]}, '"images" is not an array'),
    ({"readings": [{"fetch": "ab" * 16, "images": [5]}]}, '"images" is not an array of objects'),
    ({"readings": [{"fetch": "ab" * 16, "images": [{"source": "ab"}]}]}, '"images" make no sense'),
    ({"readings": [{"fetch": "ab" * 16, "images": [{"source": "ab" * 16, "file_base64": "%"}]}]}, '"file_base64"'),
    ({"readings": [{"fetch": "ab" * 16, "verdict": {"evidence": [{"id": 5}]}}]}, 'value of "id" in Evidence'),
    ({"notes": 5}, '"notes" is not an array'), ({"notes": [5]}, '"notes" is not made of'),
    ({"notes": [{"text": "x", "nonsense": 1}]}, 'no field "nonsense" in Note'),
    ({"notes": [{"text": "a\u0007"}]}, '"notes"'), ({"notes": ["x" * 32001]}, "a note has more than 32000 bytes"),
    ({"notes": [{"id": "ab", "text": "x"}]}, '"id"'), ({"notes": [{"text": "x", "replaces": ["ab"]}]}, '"notes"'),
    ({"highlights": [""]}, '"highlights"'), ({"highlights": {"quote": "x"}}, '"highlights" is not an array'),
    ({"highlights": ["x" * 16001]}, "a highlight has more than 16000 bytes"),
    ({"highlights": [{"quote": "x", "comment": 5}]}, '"comment" is not a text'),
    ({"highlights": [{"quote": "x", "comment": "y" * 32001}]}, "32000"),
]


@case
def a_bad_line_is_told_and_the_rest_goes_on(place):
    client = place.client()
    lines = []
    for number, (bad, _) in enumerate(BAD):
        if isinstance(bad, dict) and bad:
            bad = {"url": f"https://example.org/bad{number}", **bad}
        lines += [bad, "", {"url": f"https://example.org/good{number}"}]
    done = put(client, *lines, status=2)
    said = [line for line in done.stderr.decode().splitlines() if "warning:" not in line]
    equal(len(said), len(BAD), said)
    for number, (told, (_, part)) in enumerate(zip(said, BAD)):
        contains(told, f"readsync import: standard input, line {3 * number + 1}: ")
        contains(told, part)
    equal(done.stdout.decode(), f"{len(BAD)} new, 0 known, {len(BAD)} refused\n")
    equal(set(client.items()), {f"https://example.org/good{number}" for number in range(len(BAD))})


@case
def files_may_be_long_and_odd(place):
    client, path = place.client(), place.path("lines")
    with open(path, "wb") as file:
        file.write(b"\xef\xbb\xbf" + b'{"url":"https://example.org/first"}\r\n')
        file.write(b'{"url":"' + b"x" * (129 << 20) + b'"}\n')
        for number in range(2500):
            file.write(b'{"url":"https://example.org/%d"}\n' % number)
        file.write(b'{"url":"https://example.org/last"}')
    done = client.run("import", "--jsonl", path, status=2)
    contains(done.stderr.decode(), f"{path}, line 2: it has more than 128 MiB")
    equal(done.stdout, b"2502 new, 0 known, 1 refused\n")
    equal(len(client.items()), 2502)
    for path, part in ((place.path("none"), "No such file"), (place.folder, "Is a directory")):
        status, said = client.fails("import", "--jsonl", path)
        contains(said, part)
        equal(status != 0, True)
    equal(client.fails("import", path)[0], 2)
    equal(client.fails("export")[0], 2)


@case
def memory_does_not_follow_the_file(place):
    # A sanitizer keeps what is freed, for a while, unless it is told not to.
    options = os.environ.get("ASAN_OPTIONS", "")
    frugal = {**os.environ, "ASAN_OPTIONS": f"{options}:quarantine_size_mb=1"}

    def peak(count):
        client, path = place.client(f"client{count}"), place.path(f"lines{count}")
        with open(path, "w", encoding="utf-8") as file:
            for number in range(count):
                json.dump({"url": f"https://example.org/{number}", "text": f"word{number} and more. " * 150}, file)
                file.write("\n")
        sizes = []
        for arguments in (["import", "--jsonl", path], ["export", "--jsonl"]):
            process = subprocess.Popen([CLIENT, *arguments, "--home", client.home], env=frugal,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            equal(os.waitstatus_to_exitcode(status), 0)
            sizes.append(usage.ru_maxrss)
        return sizes
    # Kibibytes; standard output's room, of 32 MiB, fills once.
    for small, large in zip(peak(1500), peak(6000)):
        equal(large < small + 40 * 1024, True, f"{small} and {large} KiB")


@case
def a_full_disk_ends_it_and_what_was_kept_stays(place):
    client, path = place.client(), place.path("lines")
    client.text("list")
    with open(path, "w", encoding="utf-8") as file:
        for number in range(4000):
            text = base64.b64encode(os.urandom(3000)).decode()
            file.write(json.dumps({"url": f"https://example.org/{number}", "text": text}) + "\n")
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
    done = subprocess.run([CLIENT, "import", "--jsonl", path, "--home", client.home], capture_output=True,
                          check=False, timeout=WAIT, preexec_fn=limit, restore_signals=False)
    equal(done.returncode not in (0, 2), True, done)
    contains(done.stderr.decode(), "import the file again")
    kept = len(client.items())
    equal(kept < 4000, True)
    equal(client.run("import", "--jsonl", path, status=0).stdout.decode(),
          f"{4000 - kept} new, {kept} known, 0 refused\n")
    equal(len(client.items()), 4000)


@case
def progress_is_for_terminals(place):
    client, path = place.client(), place.path("lines")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f'{{"url":"https://example.org/{number}"}}\n' for number in range(1500))
    equal(b"\r" in client.run("import", "--jsonl", path, status=0).stderr, False)
    pid, terminal = fork_on_terminal()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        os.execv(CLIENT, [CLIENT, "import", "--jsonl", path, "--home", place.path("other")])
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not piece:
            break
        shown += piece
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
    contains(shown, b"\r1000 lines")
    contains(shown, b"1500 new, 0 known, 0 refused")


main()
