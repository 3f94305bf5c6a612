#!/usr/bin/env python3
"""The filters as a user calls them: what they print, and what bad input gets."""
import gzip
import json
import re
import subprocess

from rig import BUILD, DAEMON, Skip, case, contains, equal, main

URL = "https://example.org/news/story.html"
SENTENCE = ("The ferry left the harbour before dawn, as it had every day since the bridge fell, "
            "and nobody on the quay looked up from their coffee.")
PAGE = f"""<!DOCTYPE html><html lang=en><head><title>The last ferry | The Quay</title>
<meta property="og:site_name" content="The Quay"><link rel=canonical href="/story">
<meta name=author content="Ann Other"><meta property="article:published_time"
content="2024-03-01T08:00:00+01:00"><meta property="article:modified_time"
content="2024-03-02T09:00:00+01:00"><meta property="article:section" content="Sea"><meta
property="og:image" content="/l.jpg"><meta itemprop=wordCount content=150>
<meta name=description content="A goat crosses."></head>
<body><article><h1>The last ferry</h1>{"".join(f"<p>{SENTENCE} Number {n}.</p>" for n in range(9))}
<p>See <a href="/b">the other story</a> and <a href="https://x.example/c">a third</a>, both of
them about boats that cross the water.</p><img src="/i.jpg" alt="A goat"></article></body></html>"""
EXTRACTED = ["url", "canonical_url", "title", "byline", "site_name", "published", "modified",
             "lang", "section", "excerpt", "lead_image", "next_page", "text", "html", "images",
             "links", "words", "declared_words", "paywall"]


def run(command, data, *arguments):
    data = data.encode() if isinstance(data, str) else data
    return subprocess.run([DAEMON, command, *arguments], input=data, capture_output=True,
                          timeout=300, check=False)


def extract(data, *arguments):
    done = run("extract", data, *arguments)
    equal(done.returncode, 0, done.stderr.decode())
    return json.loads(done.stdout)


def refused(done, *parts):
    """One clear line, and nothing else."""
    equal((done.returncode, done.stdout), (1, b""))
    line = done.stderr.decode()
    equal(line.count("\n"), 1, line)
    for part in parts:
        contains(line, part)


@case
def extract_prints_the_fields_that_it_promises(_):
    found = extract(PAGE, "--url", URL)
    equal(list(found), EXTRACTED)
    equal(list(found["paywall"]), ["gated", "kind", "copy", "evidence"])
    equal(found["url"], URL)
    equal(found["canonical_url"], "https://example.org/story")
    equal(found["title"], "The last ferry")
    equal(found["byline"], "Ann Other")
    equal(found["site_name"], "The Quay")
    equal(found["published"], "2024-03-01T08:00:00+01:00")
    equal(found["modified"], "2024-03-02T09:00:00+01:00")
    equal((found["section"], found["declared_words"]), ("Sea", 150))
    equal(found["lead_image"], "https://example.org/l.jpg")
    equal(found["lang"], "en")
    equal(found["excerpt"], "A goat crosses.")
    equal(found["images"], ["https://example.org/i.jpg"])
    equal(found["links"], ["https://example.org/b", "https://x.example/c"])
    equal(found["words"], len(re.findall(r"\w+", found["text"])))
    equal(found["text"].count("\n"), 9)
    contains(found["html"], '<a href="https://example.org/b">the other story</a>')
    equal(found["paywall"]["copy"], "full")
    for piece in found["paywall"]["evidence"]:
        equal(list(piece), ["id", "weight", "reason", "excerpt"])


@case
def explain_tells_what_is_withheld_and_what_shows_nothing(_):
    closed = ('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,'
              '"hasPart":{"isAccessibleForFree":false,"cssSelector":".paid"}}</script></head>')
    end = ('<img src=/t.gif width=1 height=1><iframe class=v src="about:blank"></iframe><p>It sank.</p>'
           f'<p class=caption>Under it</p><div class=paid><p>{SENTENCE}</p></div><p>Subscribe to continue reading.</p>'
           '<figure class=f><figcaption>Beside it</figcaption></figure></article>')
    page = PAGE.replace("</head>", closed).replace("</article>", end)
    lines = run("extract", page, "--url", URL, "--session", "out",
                "--explain").stdout.decode().splitlines()
    for line in ("cut: withheld, for it is declared closed: div.paid",
                 "cut: a wall: Subscribe to continue reading.",
                 "cut: no image, or one that only counts readers: img",
                 "cut: plays nothing: iframe.v",
                 "cut: a caption of nothing: p.caption",
                 "cut: a caption of nothing: Beside it"):
        contains(lines, line)
    page = page.replace("cssSelector", "none")
    contains(run("extract", page, "--url", URL, "--session", "out", "--explain").stdout.decode(),
             "cut: withheld: all that follows the opening")


@case
def explain_gives_a_reason_for_each_part_that_is_dropped(_):
    around = ("<nav class=top>Home and News</nav><aside>Boxes</aside>"
              "<section id=comments>I never liked it</section><p hidden>Not shown</p>")
    inside = ("<p class=byline>By Ann Other</p><ul><li><a href=/o>Other ships</a></ul>"
              "<p>Read more: <a href=/m>More ships</a></p>")
    end = "<p>Follow us on the \x1b[31m water.</p></article><div class=x>Beside\u009b it</div>"
    page = PAGE.replace("<article>", around + "<article class=story>" + inside)
    done = run("extract", page.replace("</article>", end), "--url", URL, "--explain")
    equal((done.returncode, done.stderr), (0, b""))
    lines = [line.strip() for line in done.stdout.decode().splitlines()]
    for line in ("nav.top: navigation, a form, a button or a footer: Home and News",
                 "aside: related stories, sharing, newsletters or advertising: Boxes",
                 "section#comments: what readers wrote: I never liked it",
                 "p: the page does not show it: Not shown",
                 "p.byline: a byline, date or tag: By Ann Other",
                 "ul: nearly all of it is links: Other ships",
                 "p: points to another article: Read more: More ships",
                 "div.x: outside of what was chosen: Beside it",
                 "cut: the title: The last ferry",
                 "cut: of the site, not of the article: Follow us on the [31m water."):
        contains(lines, line)
    for start in ("candidate: itemprop articleBody: running 0, none",
                  "candidate: article: running ", "article.story: running ",
                  "candidate: where the sentences are: running ", "article.story: chosen, running "):
        equal(any(line.startswith(start) for line in lines), True, start)
    equal(sum(line.startswith("candidate") and line.endswith(", chosen") for line in lines), 1)
    equal(re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", done.stdout), None)


@case
def what_a_page_does_not_say_is_null(_):
    found = extract("<p>" + SENTENCE, "--url", URL)
    equal(list(found), EXTRACTED)
    for key in ("canonical_url", "title", "byline", "site_name", "published", "modified", "lang",
                "section", "excerpt", "lead_image", "declared_words"):
        equal(found[key], None, key)
    equal((found["images"], found["links"]), ([], []))


@case
def feed_prints_the_fields_that_it_promises(_):
    feed = """<rss><channel><title>Saved</title><item><guid>one</guid><link>/a</link><title>A</title>
      <pubDate>Fri, 01 Mar 2024 08:00:00 +0100</pubDate></item><item><link>/b</link></item></channel></rss>"""
    done = run("feed", feed, "--url", URL)
    equal(done.returncode, 0)
    found = json.loads(done.stdout)
    equal(list(found), ["title", "entries"])
    equal(found["entries"], [
        {"id": "one", "link": "https://example.org/a", "title": "A",
         "published": "2024-03-01T07:00:00Z", "updated": None},
        {"id": "https://example.org/b", "link": "https://example.org/b", "title": None,
         "published": None, "updated": None}])


@case
def a_url_of_no_use_costs_the_relative_links_alone(_):
    whole = extract(PAGE, "--url", URL)
    for url in ("", "NA", "hard::x.html", "/story", "ftp://example.org/x"):
        done = run("extract", PAGE, "--url", url)
        equal(done.returncode, 0, url)
        found = json.loads(done.stdout)
        equal(found["url"], url)
        equal(found["text"], whole["text"])
        equal(found["links"], ["https://x.example/c"])
        equal((found["images"], found["canonical_url"]), ([], None))
        # An empty one says that nobody knows; another is a mistake.
        equal(done.stderr.count(b"\n"), 1 if url else 0, url)
        contains(done.stderr.decode(), "relative links are left out" if url else "")
    equal(extract(PAGE)["url"], "")
    done = run("feed", "<rss><channel><item><guid>g</guid><link>/a</link></item></channel></rss>")
    equal((done.returncode, json.loads(done.stdout)["entries"][0]["link"]), (0, None))


@case
def wrong_usage_is_told_apart(_):
    for arguments, part in ((["--session", "yes"], '--session: cannot use "yes"; see'),
                            (["--status", "abc"], '--status: cannot use "abc"; see'),
                            (["--status", "1000"], "1000"), (["--status"], "missing"),
                            (["more"], 'unexpected "more"'), (["--url", b"http://x/\xff"], "UTF-8"),
                            (["--what"], 'there is no option "--what"')):
        done = run("extract", PAGE, *arguments)
        equal((done.returncode, done.stdout), (2, b""), arguments)
        equal(done.stderr.count(b"\n"), 1, done.stderr)
        contains(done.stderr.decode(), part)
    done = run("extract", b"", "--help")
    equal((done.returncode, done.stderr), (0, b""))
    contains(done.stdout.decode(), "usage: readsyncd extract")


@case
def what_is_no_page_gets_one_line(_):
    refused(run("extract", b""), "readsyncd extract: ", "empty")
    refused(run("extract", b" \n\t "), "empty")
    for data in (b"\0" * 5000, gzip.compress(PAGE.encode()), b"%PDF-1.7\n%\xe2\xe3" + b"x" * 5000,
                 b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"PK\x03\x04" + b"x" * 500):
        refused(run("extract", data, "--url", URL), "not text")
    refused(run("feed", b""), "readsyncd feed: ", "empty")
    refused(run("feed", PAGE), "an HTML page")
    refused(run("feed", b"{\"items\": 3}"), "items")


@case
def what_is_too_large_gets_one_line(_):
    refused(run("extract", b"<p>words and words</p>" * 2_400_000, "--url", URL), "32 MiB")
    refused(run("feed", b"<rss><channel>" + b"<item/>" * 2_500_000), "16 MiB")
    refused(run("extract", PAGE + "<div>" * 100_000), "1000 elements")
    refused(run("extract", "<article>" + f"<p>{SENTENCE}" * 40_000), "20000 blocks")


@case
def more_elements_than_memory_get_one_line(_):
    if re.search("[at]san", BUILD):
        raise Skip("a sanitizer's build has no bound on a worker's memory")
    # A line of ours, none of a library's.
    refused(run("extract", b"<a>" * 10_000_000), "out of memory")


@case
def what_is_odd_is_read_all_the_same(_):
    whole = extract(PAGE, "--url", URL)["text"]
    for odd in ("<p title='" + "x" * 10_000_000 + "'>", "<!-- never closed " + "x " * 100_000,
                "<script>never('closed')" + "x<b " * 100_000,
                "<script></SCRIPT><i " + "".join(f"a{n} " for n in range(300_000)) + ">"):
        equal(extract(PAGE + odd, "--url", URL)["text"], whole, odd[:30])
    equal(extract(PAGE.replace("ferry left", "ferry\0 left"), "--url", URL)["text"], whole)


@case
def charsets_are_what_the_bytes_say(_):
    text = "Le café déjà fermé, où l’on buvait « à la santé » du bateau."
    page = f"<html><head>%s</head><body><article><p>{text}</p>{f'<p>{SENTENCE}</p>' * 5}</article>"
    plain = page.replace("’", "'")
    for data, kind in (
            ((page % "").encode(), None), ((page % "").encode("utf-8-sig"), "text/html; charset=koi8-r"),
            ((page % "").encode("utf-16"), None), ((page % "").encode("utf-16-le"), None),
            ((page % "").encode("utf-16-be"), None),
            ((page % "<meta charset=windows-1252>").encode("cp1252"), None),
            ((page % "").encode("cp1252"), "text/html; charset=iso-8859-1"),
            # The page lies in its <meta>; the header is right.
            ((page % "<meta charset=utf-8>").encode("cp1252"), "text/html; charset=windows-1252")):
        arguments = ["--content-type", kind] if kind else []
        contains(extract(data, "--url", URL, *arguments)["text"], text, (data[:60], kind))
    # It lies, and nobody knows better: what cannot be read is shown as such, the rest is kept.
    lied = extract((plain % "<meta charset=utf-8>").encode("latin-1"), "--url", URL)
    contains(lied["text"], "buvait")
    contains(lied["text"], SENTENCE)


@case
def no_script_comes_out(_):
    hostile = """<p onclick=x()>A <a href="javascript:x()" onmouseover='x()'>link</a>, an <img src=x
      onerror=x()> image and <svg onload=x()><script>x()</script></svg> and so on, for the words.</p>
      <iframe srcdoc="<script>x()</script>" src="javascript:x()"></iframe><object data="javascript:x()">
      </object><a href="data:text/html,<script>x()</script>">data</a><style>x{}</style><p>&lt;script&gt;"""
    html = extract(PAGE.replace("</article>", hostile + "</article>"), "--url", URL)["html"]
    equal(re.findall(r"<script|javascript:|<[^>]*\son\w+=|data:|srcdoc|<style", html, re.I), [])
    contains(html, "&lt;script&gt;")


main()
