#!/usr/bin/env python3
"""Site rules: what they find, what they may not, and how a folder of them is checked."""
import json
import os
import signal
import subprocess

from publisher import DECLARED, html
from rig import BUILD, case, contains, equal, main, prose, wait_for


def paragraphs(word, count=6):
    return "".join(f"<p>{paragraph}</p>" for paragraph in prose(word, count))


def write_rule(place, text, host="127.0.0.1"):
    folder = os.path.join(place.path("daemon"), "sites")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{host}.txt"), "w", encoding="utf-8") as file:
        file.write(text)


def read(place, pages, rule, *paths):
    """Fetch the paths with the rule in force; give the client, and items by path."""
    site = place.site(pages)
    write_rule(place, rule)
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(paths)}},
                          more={"fetch": {"spacing": "0s"}}).start()
    client = place.client().join(daemon)
    daemon.idle(len(paths))
    client.text("sync")
    items = client.items()
    return site, client, {path: items[site.url(path)] for path in paths}


@case
def a_rule_says_where_things_are(place):
    body = ("<header><h1>Wrong title</h1></header><main><h2 class=t>The right title</h2>"
            "<span class=who>By Ada Example</span><i data-when=2024-03-05>yesterday</i>"
            f"<section id=a>{paragraphs('first')}<div class=promo-box>Buy a tide table.</div>"
            f"<p class=drop>Of no concern.</p></section>{paragraphs('beside')}"
            f"<section id=b>{paragraphs('second')}<p>It was XXmendedXX.</p></section></main>")
    _, client, items = read(place, {"/one": html("Wrong title", body)}, """
title: //h2[@class='t']
author: //span[@class='who']
date: //i/@data-when
body: //section
strip: //p[@class='drop']
strip_id_or_class: promo
find_string: XX
replace_string: __
""", "/one")
    item = items["/one"]
    equal(item["title"], "The right title")
    told = client.json("read", item["id"])
    equal(told["authors"], ["Ada Example"])
    contains(told["published"], "2024-03-05")
    contains(told["text"], "keepers of the first")
    contains(told["text"], "keepers of the second")
    contains(told["text"], "__mended__")
    for part in ("beside", "tide table", "Of no concern"):
        assert part not in told["text"], part


@case
def a_rule_leads_to_other_pages(place):
    pages = {
        "/one": html("One", f"<article>{paragraphs('part1')}</article><a class=on href=/more>on</a>"),
        "/more": html("One", f"<article>{paragraphs('part2')}</article>"),
        "/gone": html("Gone", f"<article>{paragraphs('part1')}</article><a class=on href=/404>on</a>"),
        "/split": html("Split", f"<article>{paragraphs('piece')}</article><a class=print href=/all>"
                                "all</a><b class=pages>1 of 2</b><a class=on href=/more>on</a>"),
        "/all": html("Split", f"<article>{paragraphs('whole', 9)}</article>"),
        "/less": html("Less", f"<article>{paragraphs('piece')}</article><a class=print href=/stub>"
                              "all</a><b class=pages>1 of 1</b>"),
        "/stub": html("Less", f"<article>{paragraphs('stub', 2)}</article>")}
    site, client, items = read(place, pages, """
single_page_link: //a[@class='print']
if_page_contains: //b[@class='pages']
next_page_link: //a[@class='on']
""", "/one", "/gone", "/split", "/less")
    equal({path: item["copy"] for path, item in items.items()},
          {"/one": "full", "/gone": "partial", "/split": "full", "/less": "full"})
    text = client.text("read", items["/one"]["id"])
    contains(text, "part1")
    contains(text, "part2")
    text = client.text("read", items["/split"]["id"])
    contains(text, "whole")
    contains(client.text("read", items["/less"]["id"]), "piece")
    assert "piece" not in text and "part2" not in text, text
    equal(site.count("/all"), 1)


@case
def a_rule_never_shows_what_is_hidden_or_withheld(place):
    hidden = f"<div style='display:none'><section>{paragraphs('secret')}</section></div>"
    closed = f"<section class=closed>{paragraphs('secret')}</section>"
    pages = {
        "/hidden": html("Hidden", f"<article>{paragraphs('open')}<i>a <b>b</b></i></article>{hidden}"),
        "/noted": html("Noted", f"<article>{paragraphs('open')}<!--x {paragraphs('secret')} x-->"
                                "</article>"),
        "/alt": html("Alt", f"<article>{paragraphs('open')}<!--alt all of the secret alt--></article>"),
        "/script": html("Script", f"<article>{paragraphs('open')}</article><script>var text = "
                                  "'all of the secret';</script>"),
        "/closed": html("Closed", f"<article>{paragraphs('open')}{closed}</article>", DECLARED),
        "/renamed": html("Renamed", f"<article>{paragraphs('open')}{closed}</article>", DECLARED)}
    _, client, items = read(place, pages, """
body: //section
find_string: class=closed
replace_string: class=free
replace_string(<!--x): <b>
replace_string(<!--alt ): <img src=/a.png alt='
replace_string( alt-->): '>
replace_string(x-->): </b>
title: substring-before(substring-after(//script, "'"), "'")
strip: //i | //i/b | //b[ancestor::i]
""", "/hidden", "/noted", "/alt", "/script", "/closed", "/renamed")
    for path, item in items.items():
        assert "secret" not in item["title"], path
        assert "secret" not in client.text("read", item["id"]), path
        assert "secret" not in client.text("export", "--html", item["id"]), path


@case
def what_a_function_makes_of_shown_words_is_shown(place):
    pages = {
        "/joined": html("Wrong title", f"<article><h1 class=t>The <b>right</b>\n<i>title</i></h1>"
                                       f"<p class=by>Story: <b>Ada</b> Example, in Rome</p>"
                                       f"{paragraphs('open')}</article>"),
        "/hidden": html("Wrong title", f"<article><h1 class=t hidden>The secret title</h1>"
                                       f"{paragraphs('open')}</article>")}
    _, client, items = read(place, pages, """
title: normalize-space(string(//h1[@class='t']))
author: substring-before(substring-after(string(//p[@class='by']), 'Story: '), ',')
""", "/joined", "/hidden")
    equal(items["/joined"]["title"], "The right title")
    equal(client.json("read", items["/joined"]["id"])["authors"], ["Ada Example"])
    assert "secret" not in items["/hidden"]["title"], items["/hidden"]["title"]


@case
def a_replacement_that_leaves_no_page_is_left_out(place):
    # Elements so deep in each other are not read.
    _, client, items = read(place, {
        "/one": html("One", f"{'%' * 40}<article>{paragraphs('open')}</article>")},
        f"find_string: %\nreplace_string: {'<div>' * 50}\nbody: //article\n", "/one")
    equal(items["/one"]["copy"], "full")
    contains(client.text("read", items["/one"]["id"]), "keepers of the open")


def read_chosen(place, prune):
    body = (f"<div class=text>{paragraphs('open')}<div class=related-stories><p>Beside the river"
            "</p></div><p class=said>So they said.</p></div>")
    _, client, items = read(place, {"/one": html("One", body)}, "body: //div[@class='text']\n"
                            f"wrap_in(blockquote): //p[@class='said']\nprune: {prune}\n", "/one")
    return client.text("export", "--html", items["/one"]["id"])


@case
def what_a_rule_chose_is_kept_whole_if_it_says_so(place):
    contains(read_chosen(place, "no"), "Beside the river")


@case
def a_rule_may_wrap_what_it_finds(place):
    text = read_chosen(place, "yes")
    assert "Beside the river" not in text, text
    contains("".join(text.split("\n")), "<blockquote><p>So they said.</p></blockquote>")


@case
def a_rule_knows_a_stranger(place):
    out = "<a id=enter href=/in>Enter</a>"
    pages = {"/one": lambda request: request.answer(200, html("One", (
        "" if "s=1" in request.headers.get("Cookie", "") else out) +
        f"<article>{paragraphs('open')}</article>"))}
    _, client, items = read(place, pages, "not_logged_in_xpath: //a[@id='enter']\n", "/one")
    assert items
    line = "127.0.0.1\tFALSE\t/\tFALSE\t0\ts\t{}\n"
    client.text("site", "cookies", "-", stdin=line.format(2).encode())
    equal(client.run("site", "test", "127.0.0.1", status=7).stdout.decode(),
          "logged out: the page asks to log in\n")
    client.text("site", "cookies", "-", stdin=line.format(1).encode())
    # That it finds nothing may have other reasons, and proves nothing.
    contains(client.run("site", "test", "127.0.0.1", status=3).stdout.decode(),
             "strangers get the whole")


@case
def a_rule_for_all_sites_comes_after_their_own(place):
    body = (f"<h2>Second</h2><article>{paragraphs('open')}<p class=drop>Of no concern.</p>"
            "<p class=ours>Ours alone.</p></article><h3>Third</h3>")
    site = place.site({"/one": html("One", body)})
    # "strip_attr" is another name of "strip".
    write_rule(place, "title: //h3\nstrip: //p[@class='drop']\nbody: //article\n", "global")
    write_rule(place, "title: //h2\nstrip_attr: //p[@class='ours']\nprune: no\n", "own.localhost")
    write_rule(place, "title: //h2\nautodetect_on_failure: no\n", "alone.localhost")
    urls = {host: site.url("/one").replace("127.0.0.1", f"{host}.localhost") for host in ("own", "alone", "no")}
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(urls.values())}},
                          more={"fetch": {"spacing": "0s"}}).start()
    client = place.client().join(daemon)
    daemon.idle(len(urls))
    client.text("sync")
    items = client.items()
    told = {host: client.json("read", items[url]["id"]) for host, url in urls.items()}
    equal({host: (one["title"], "Of no concern" in one["text"], "Ours alone" in one["text"])
           for host, one in told.items()},
          {"own": ("Second", False, False), "alone": ("Second", True, True), "no": ("Third", False, True)})


@case
def a_rule_says_which_language_is_asked_for(place):
    def answer(request):
        language = request.headers.get("Accept-Language", "none")
        on = "" if request.path == "/more" else "<a class=on href=/more>on</a>"
        request.answer(200, html("One", f"<article>{paragraphs(language)}</article>{on}"))
    site, client, items = read(place, {"/one": answer, "/more": answer}, "next_page_link: //a[@class='on']\n"
                               "http_header(accept-language): de, en;q=0.5\nhttp_header(Accept): text/html\n"
                               "http_header(user-agent): Another/1\nhttp_header(dnt): 1\n", "/one")
    contains(client.text("read", items["/one"]["id"]), "keepers of the de, en;q=0.5")
    client.text("site", "cookies", "-", stdin=b"127.0.0.1\tFALSE\t/\tFALSE\t0\ts\t1\n")
    client.run("site", "test", "127.0.0.1", site.url("/one"))
    asked = [headers for path, headers in site.seen if path in ("/one", "/more")]
    assert len(asked) >= 4, asked
    for headers in asked:
        equal((headers["Accept-Language"], headers["Accept"]), ("de, en;q=0.5", "text/html"))
        assert headers["User-Agent"].startswith("readsync/") and "DNT" not in headers, headers


@case
def the_log_says_that_lines_are_left_out_and_the_rest_is_used(place):
    _, client, items = read(place, {"/one": html("One", f"<h2>Right</h2><article>{paragraphs('open')}</article>")},
                            "body: //article[\nlogin_extra_fields: a=@=preg_match('/(/', request_html('x'))\n"
                            "http_header(user-agent): Somebot\ntitle: //h2\n", "/one")
    equal(items["/one"]["title"], "Right")
    with open(place.path("daemon.log"), encoding="utf-8") as file:
        told = [line for line in file if "rules-left-out" in line]
    equal(len(told), 1, told)
    contains(told[0], f"directory={place.path('daemon')}/sites broken=2 refused=1")
    contains(told[0], "readsyncd lint")
    assert client


@case
def a_reload_counts_the_rules_anew_and_a_stop_does_not_wait_for_that(place):
    for number in range(400):
        write_rule(place, "body: //article\ntitle: //h1[\n", f"site{number}.example")
    daemon = place.daemon().start()
    wait_for(lambda: "rules-left-out" in daemon.log(), "they are counted")
    contains(daemon.log(), "broken=400 refused=0")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: daemon.log().count("rules-left-out") == 2, "they are counted again")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: daemon.log().count("reloaded") == 2, "it has begun a third time")
    equal(daemon.stop()[0], 0)


@case
def a_folder_is_checked(place):
    write_rule(place, "body: //article\ntidy: no\n", "good.example")
    write_rule(place, "# none\nbody: //p[\nhttp_header(user-agent): Somebot\ntitle: ends-with(., 'x')\n"
               "author: //x:by\ndate: $when\nhttp_header(user-agent): Mozilla/5.0 Firefox/140.0\n", "bad.example")
    write_rule(place, "strip: //i\n" * 501, "big.example")
    folder = os.path.join(place.path("daemon"), "sites")
    client = place.client()
    done = client.run("site", "lint", folder, status=2)
    equal(done.stdout.decode().splitlines(), [
        "in part   bad.example.txt",
        "bad.example.txt:2: broken: not an XPath",
        "bad.example.txt:3: refused: the agent of a crawler or link previewer",
        "bad.example.txt:4: broken: not an XPath: it names a function that there is none of",
        "bad.example.txt:5: broken: not an XPath: it names a prefix, and a page has none",
        "bad.example.txt:6: broken: not an XPath: it names a variable, and there is none",
        "bad.example.txt:7: without effect: the agent is the archive's own; readsync site agent sets that "
        "of your browser",
        "refused   big.example.txt",
        "big.example.txt:0: broken: too large",
        "accepted  good.example.txt",
        "good.example.txt:2: without effect: every page is parsed as browsers do",
        "3 files: 1 without a fault; lines that are refused: 1, broken: 5, without effect here: 2"])
    os.remove(os.path.join(folder, "big.example.txt"))
    done = client.run("site", "--json", "lint", folder, status=2)
    equal([fault["fault"] for fault in json.loads(done.stdout)], ["broken", "refused", "broken", "broken", "broken",
                                                                 "unused", "unused"])
    done = subprocess.run([os.path.join(BUILD, "readsyncd"), "lint", place.path("nothing")],
                          capture_output=True, timeout=20, check=False)
    equal(done.returncode, 3)
    contains(done.stderr.decode(), "no folder that can be read")
    os.makedirs(place.path("empty"))
    os.mkfifo(place.path("empty") + "/pipe.txt")  # nobody will write into it
    contains(client.text("site", "lint", place.path("empty")), "0 files")


if __name__ == "__main__":
    main()
