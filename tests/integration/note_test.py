#!/usr/bin/env python3
"""Goal: what the reader writes on an article is never lost: a note that two laptops edit apart
has two versions until it is joined, a highlight is found again in another copy of the article, and
a text that cannot be kept is refused in one line and is still there."""
import os
import stat

from rig import case, contains, equal, main, page, prose, wait_for

URL = "https://example.org/one"


def saved(place, name="client"):
    client = place.client(name)
    client.text("save", URL)
    return client, client.json("list")[0]["id"]


def editor(place, script):
    """A program that edits the file it is given by this shell script; as an environment."""
    path = place.path("editor.sh")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + script)
    os.chmod(path, 0o755)
    runtime = place.path("runtime")
    os.makedirs(runtime, exist_ok=True)
    return {"VISUAL": "", "EDITOR": path, "XDG_RUNTIME_DIR": runtime}


def left_in(environment):
    return [os.path.join(folder, name) for folder, _, names in os.walk(environment["XDG_RUNTIME_DIR"])
            for name in names]


def archive_with(place, html):
    """A daemon that has read one page, and the site."""
    site = place.site({"/a.html": html})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/a.html"])}}).start()
    daemon.idle(1)
    return site, daemon


# ------------------------------------------------------------------------- notes


@case
def a_note_is_written_shown_and_removed(place):
    client, item = saved(place)
    equal(client.text("note", item), "")
    client.text("note", item, "read", "this", "again")
    equal(client.text("note", item), "read this again\n")
    client.text("note", item, "-", stdin=b"two\r\nlines \n\n")
    equal(client.text("note", item), "two\nlines\n")
    notes = client.json("note", item)
    equal([note["text"] for note in notes], ["two\nlines"])
    equal(sorted(notes[0]), ["device", "id", "text", "written"])
    equal(client.items()[URL]["annotated"], True)
    contains(client.text("list"), "   +  " + URL)
    equal([hit["url"] for hit in client.json("search", "lines")], [URL])
    client.text("note", item, "")
    equal(client.text("note", item), "")
    equal(client.json("note", item), [])
    equal(client.items()[URL]["annotated"], False)
    equal(client.json("search", "lines"), [])


@case
def what_is_no_note_is_refused_in_one_line(place):
    client, item = saved(place)
    client.text("note", item, "stays")
    for status, line, arguments, stdin in (
            (3, "no item's id begins with 'ffff'", ["ffff", "x"], None),
            (1, "a note has at most 32000 bytes, and this one 32001", [item, "-"], b"x" * 32001),
            (1, "a note is at most 32000 bytes of text", [item, "-"], b"x" * 1000000),
            (2, "a note is UTF-8 without control characters", [item, "-"], b"bell \x07"),
            (2, "a note is UTF-8 without control characters", [item, "-"], b"latin \xe9"),
            (2, "a note is at most 32000 bytes of text", [item, "-"], b"a\0b"),
            (2, "--edit takes neither a text nor --join", [item, "--edit", "x"], None),
            (2, "--json shows a note, and changes none", [item, "--json", "x"], None)):
        got, said = client.fails("note", *arguments, stdin=stdin)
        equal((got, line in said), (status, True), said)
    client.text("note", item, "-", stdin=b"y" * 32000)
    equal(client.text("note", item), "y" * 32000 + "\n")


@case
def an_editor_has_the_note_and_the_vault_is_free(place):
    client, item = saved(place)
    client.text("note", item, "first")
    mode = place.path("mode")
    environment = editor(place, f"""
test "$(cat "$1")" = first || exit 1
stat -c %a "$1" "${{1%/*}}" > {mode}
{os.environ.get("BUILD", "build")}/readsync tag --home {client.home} {item} while-editing || exit 1
printf 'edited\\n' > "$1"
cp "$1" "$1~"
""")
    client.text("note", item, "--edit", env=environment)
    equal(client.text("note", item), "edited\n")
    equal(client.items()[URL]["tags"], ["while-editing"])
    with open(mode, encoding="utf-8") as file:
        equal(file.read().split(), ["600", "700"])
    equal(left_in(environment), [], "what an editor had is gone")
    equal(os.listdir(environment["XDG_RUNTIME_DIR"]), [])


@case
def a_passphrase_is_taken_once(place):
    word = place.path("word")
    with open(word, "w", encoding="utf-8") as file:
        file.write("open sesame\n")
    client = place.client()
    client.text("save", "--passphrase-file", word, URL)
    item = client.json("list", "--passphrase-file", word)[0]["id"]
    environment = editor(place, f"rm {word}\necho sealed > \"$1\"\n")
    client.text("note", "--passphrase-file", word, item, "--edit", env=environment)
    with open(word, "w", encoding="utf-8") as file:
        file.write("open sesame\n")
    equal(client.text("note", "--passphrase-file", word, item), "sealed\n")


@case
def an_editor_that_fails_changes_nothing(place):
    client, item = saved(place)
    client.text("note", item, "first")
    for script in ("exit 3\n", "rm \"$1\"\n"):
        environment = editor(place, script)
        status, line = client.fails("note", item, "--edit", env=environment)
        equal(status != 0, True, line)
        equal(os.listdir(environment["XDG_RUNTIME_DIR"]), [])
    # Left as it was, it writes nothing.
    before = client.json("note", item)
    client.text("note", item, "--edit", env=editor(place, "true\n"))
    equal(client.json("note", item), before)


@case
def a_text_that_cannot_be_kept_stays_in_its_file(place):
    client, item = saved(place)
    for script, status in (("head -c 32001 /dev/zero | tr '\\0' x > \"$1\"\n", 1),
                           ("head -c 1000000 /dev/zero | tr '\\0' x > \"$1\"\n", 1),
                           ("printf 'bell \\007' > \"$1\"\n", 2)):
        environment = editor(place, script)
        got, line = client.fails("note", item, "--edit", env=environment)
        equal(got, status, line)
        kept = left_in(environment)
        equal(len(kept), 1, line)
        contains(line, kept[0])
        contains(line, "a note has at most 32000 bytes" if status == 1 else "a note is UTF-8")
        equal(stat.S_IMODE(os.stat(kept[0]).st_mode), 0o600)
        os.remove(kept[0])
        os.rmdir(os.path.dirname(kept[0]))
    equal(client.text("note", item), "")


@case
def two_laptops_edit_apart_and_the_reader_joins(place):
    _, daemon = archive_with(place, page("On notes", prose("notes")))
    one, two = (place.client(name) for name in ("one", "two"))
    for client in (one, two):
        client.text("join", "--name", os.path.basename(client.home), daemon.invite())
        client.text("sync")
    item = one.json("list")[0]["id"]
    one.text("note", item, "the first")
    one.text("sync")
    two.text("sync")
    equal(two.text("note", item), "the first\n")
    one.text("note", item, "the first, from one")
    two.text("note", item, "the first, from two")
    for client in (one, two, one, two):
        client.text("sync")
    for client in (one, two):
        notes = client.json("note", item)
        equal([(note["text"], note["device"]) for note in notes],
              [("the first, from one", "one"), ("the first, from two", "two")])
        shown = client.text("note", item)
        contains(shown, "-- one, 20")
        contains(shown, "the first, from two\n")
    contains(one.text("read", item), "in versions that were written apart")
    status, line = one.fails("note", item, "neither")
    equal(status, 2, line)
    contains(line, "the note has 2 versions")
    two.text("note", item, "--join")
    for client in (two, one):
        client.text("sync")
        equal(client.text("note", item), "the first, from one\n\nthe first, from two\n")
    one.text("note", item, "--join", "one alone")
    equal(one.text("note", item), "one alone\n")


@case
def many_long_versions_go_to_the_editor_whole(place):
    client = place.client()
    texts = [letter * 32000 for letter in "abcdefghij"]
    client.run("import", "--jsonl", "-", status=0,
               stdin=('{"url":"%s","notes":["%s"]}' % (URL, '","'.join(texts))).encode())
    item = client.json("list")[0]["id"]
    equal(len(client.json("note", item)), 10)
    status, line = client.fails("note", item, "--join")
    equal(status, 1, line)
    contains(line, "a note has at most 32000 bytes, and this one 320018")
    client.text("note", item, "--edit", env=editor(place, "wc -c < \"$1\" > \"$1.count\"; mv \"$1.count\" \"$1\"\n"))
    equal(client.text("note", item), "320019\n")


@case
def a_follower_carries_a_note_at_once(place):
    _, daemon = archive_with(place, page("On notes", prose("notes")))
    one, two = (place.client(name).join(daemon) for name in ("one", "two"))
    for client in (one, two):
        client.text("sync")
    item = one.json("list")[0]["id"]
    place.follower(one)
    place.follower(two)
    for client in (one, two):
        wait_for(lambda home=client.home: os.path.exists(os.path.join(home, "follow")), "a follower")
    one.text("note", item, "--edit", env=editor(place, "echo carried > \"$1\"\n"))
    wait_for(lambda: two.text("note", item) == "carried\n", "the note on the other laptop")


# -------------------------------------------------------------------- highlights


@case
def a_passage_is_highlighted_shown_and_removed(place):
    _, daemon = archive_with(place, page("On marks", [
        "The sea is salt, and the reader\u2019s boat is small.",
        "The tide \u2014 they said \u2014 comes twice, and the sea stays salt.",
        "It was a <em>very red</em> boat, and it went out with the ebb."] + prose("marks")))
    client = place.client().join(daemon)
    client.text("sync")
    item = client.json("list")[0]["id"]
    equal(client.text("highlight", item), "")
    # As a keyboard has it, over the end of a paragraph.
    client.text("highlight", item, "the reader's boat is small. The tide - they said", "--comment", "why?")
    client.text("highlight", item, "comes  twice")
    for status, words in ((3, "the sea"), (3, "The Sea"), (3, "")):
        got, line = client.fails("highlight", item, words)
        equal(got, status, line)
    marks = client.json("highlight", item)
    equal([(mark["number"], mark["quote"], mark["comment"]) for mark in marks],
          [(1, "the reader\u2019s boat is small.\nThe tide \u2014 they said", "why?"), (2, "comes twice", "")])
    text = client.json("read", item)["text"].encode()
    equal(text[marks[0]["start"]:marks[0]["end"]].decode(), marks[0]["quote"])
    # The same again is the same, with another comment.
    client.text("highlight", item, "comes twice", "--comment", "really?")
    equal([mark["comment"] for mark in client.json("highlight", item)], ["why?", "really?"])
    shown = client.text("read", "--quiet", item, env={"LC_ALL": "C.UTF-8"})
    contains(shown, "they said[h1] \u2014 comes twice[h2], and")
    contains(shown, "Highlights\n[h1] the reader\u2019s boat is small. The tide \u2014 they said\n    why?\n"
                    "[h2] comes twice\n    really?\n")
    equal([mark["number"] for mark in client.json("read", item)["highlights"]], [1, 2])
    equal([hit["id"] for hit in client.json("search", "really")], [item])
    # As a page, marked inside of what else is marked there.
    client.text("highlight", item, "very red boat")
    client.text("note", item, "<b>bold\nand brave</b>")
    html = client.text("export", "--html", item)
    contains(html, "<mark>the reader\u2019s boat is small.</mark></p>\n"
                   "<p><mark>The tide \u2014 they said</mark> \u2014 <mark>comes twice</mark>, and")
    contains(html, "It was a <em><mark>very red</mark></em><mark> boat</mark>, and")
    contains(html, "<h2>Note</h2>\n<p class=\"own\">&lt;b&gt;bold\nand brave&lt;/b&gt;</p>\n"
                   "<h2>Highlights</h2>\n<ol>\n<li><q>the reader")
    contains(html, "<li><q>comes twice</q>\n<p class=\"own\">really?</p></li>\n")
    client.text("highlight", item, "--remove", "3")
    client.text("highlight", item, "--remove", "1")
    equal(client.text("highlight", item), "[h1] comes twice\n    really?\n")
    equal(client.fails("highlight", item, "--remove", "2")[0], 3)
    equal(client.fails("highlight", item, "--remove", "0")[0], 2)
    equal(client.fails("highlight", item, "--comment", "of nothing")[0], 2)
    equal(client.fails("highlight", item, "words", "--list")[0], 2)
    client.text("sync")
    other = place.client("other").join(daemon)
    other.text("sync")
    equal([mark["comment"] for mark in other.json("highlight", item)], ["really?"])


@case
def a_highlight_is_found_again_in_another_copy(place):
    site, daemon = archive_with(place, page("On copies", [
        "It was a boat.", "It was a red boat.", "This goes away with the next copy."] + prose("copies")))
    client = place.client().join(daemon)
    client.text("sync")
    item = client.json("list")[0]["id"]
    client.text("highlight", item, "a red boat")
    client.text("highlight", item, "goes away")
    first = client.json("highlight", item)
    path = place.path("saved.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(page("On copies", ["Before all of it, there is more."] + prose("beginning") +
                        ["It was a\u00a0red boat, and it was a boat."] + prose("copies")))
    client.text("save", "--page", path, site.url("/a.html"))
    client.text("sync")
    wait_for(lambda: client.text("sync") == "" and
             "there is more" in client.json("read", item)["text"], "the copy of the reader's own")
    marks = client.json("highlight", item)
    equal([mark["quote"] for mark in marks], ["a red boat", "goes away"])
    equal(marks[0]["start"] > first[0]["start"], True)
    text = client.json("read", item)["text"].encode()
    equal(text[marks[0]["start"]:marks[0]["end"]].decode(), "a\u00a0red boat")
    equal(marks[1]["start"], None)
    contains(client.text("read", item), "[h2] goes away (not in this copy)")
    # Without any article here, a highlight is listed, and none can be made.
    bare, other = saved(place, "bare")
    status, line = bare.fails("highlight", other, "word")
    equal(status, 3, line)


if __name__ == "__main__":
    main()
