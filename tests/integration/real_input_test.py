#!/usr/bin/env python3
"""Real input: pages of the web behind nginx, and a feed that lists them.  Every page ends
as a kept reading or as a refusal that says why, is synced to a client, and is read there
with the servers stopped.  Uses the labelled news pages where they lie beside the
project, else the pages that come with it."""
import glob
import gzip
import os
import re

from rig import Skip, case, equal, main, rss

LABELLED = "../shared/corpus/extraction/scrapinghub"
BUNDLED = "tests/site"


def labelled_pages():
    for path in sorted(glob.glob(os.path.join(LABELLED, "*", "source.html.gz"))):
        with gzip.open(path) as file:
            yield file.read()


def bundled_pages():
    for path in sorted(glob.glob(os.path.join(BUNDLED, "*.html"))):
        with open(path, "rb") as file:
            yield file.read()


def serve(place, pages):
    """Put the pages behind nginx, with a feed that lists them; return it and their URLs."""
    root = place.path("root")
    os.makedirs(root)
    nginx = place.nginx(root)
    urls = []
    for number, content in enumerate(pages):
        with open(os.path.join(root, f"page-{number:03}.html"), "wb") as file:
            file.write(content)
        # Each on a host of its own: what one publisher meters does not hold the others.
        urls.append(nginx.url(f"/page-{number:03}.html").replace("127.0.0.1", f"site-{number:03}.localhost"))
    with open(os.path.join(root, "feed.xml"), "w", encoding="utf-8") as file:
        file.write(rss(urls))
    return nginx, urls


def read_all(place, pages):
    nginx, urls = serve(place, pages)
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": nginx.url("/feed.xml")}}).start()
    daemon.idle(len(urls))
    client = place.client().join(daemon)
    client.text("sync")
    equal(daemon.stop()[0], 0, "daemon's status")
    nginx.stop()
    items = client.items()
    equal(sorted(items), sorted(urls), "the items of the client")
    kept = words = 0
    for url in urls:
        item = items[url]
        reading = client.json("why", item["id"])
        # A publisher may declare every paragraph closed to strangers: then nothing is kept.
        withheld = any(seen["id"] == "gated-part-withheld" for seen in reading["evidence"])
        if reading["refusal"] or (withheld and item["copy"] == "blocked"):
            continue
        assert item["held"] and item["copy"] in ("full", "partial", "teaser", "blocked"), item
        article = client.json("read", item["id"])
        equal(len(re.findall(r"\S+", article["text"])) > 0, True, f"{url}: text")
        # As a person reads it: each word of the title stands in what is shown.
        shown = client.text("read", item["id"], "--width", "4000")
        assert article["title"].split()[0] in shown, (url, article["title"])
        kept, words = kept + 1, words + item["words"]
    print(f"{len(urls)} pages: {kept} kept readings of {words} words, {len(urls) - kept} refusals")
    return kept


@case
def every_bundled_page_is_read_offline(place):
    pages = list(bundled_pages())
    equal(read_all(place, pages), len(pages), "kept readings")


@case
def every_labelled_page_is_read_offline(place):
    pages = list(labelled_pages())
    if not pages:
        raise Skip(f"no pages in {LABELLED}; the bundled pages were used alone")
    assert read_all(place, pages) >= len(pages) * 9 // 10, "fewer than nine in ten gave an article"


if __name__ == "__main__":
    main()
