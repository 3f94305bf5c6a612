#!/usr/bin/env python3
"""The main job: what is saved in a queue is fetched, kept, synced to another machine and
read there with every server stopped; what is changed there reaches the daemon later."""
import json
import os

from rig import case, contains, equal, free_port, main, page, prose, wait_for
from stranger import Control


def joined(place, pages, queues=None, **more):
    """A site, a daemon that has kept all its pages, and a client that has synced."""
    site = place.site(pages)
    daemon = place.daemon(queues=queues or {"saved": {"type": "feed", "url": site.feed(pages)}},
                          **more).start()
    daemon.idle(len(pages))
    client = place.client().join(daemon)
    client.text("sync")
    return site, daemon, client


@case
def a_saved_page_is_read_with_the_servers_stopped(place):
    site, daemon, client = joined(place, {"/ferry.html": page("The ferry book", prose("ferry"))})
    equal(daemon.stop()[0], 0, "daemon's status")
    site.stop()
    place.started.remove(site)
    item = client.items()[site.url("/ferry.html")]
    equal((item["title"], item["state"], item["copy"], item["tags"]),
          ("The ferry book", "unread", "full", []))
    text = client.text("read", item["id"][:4])
    contains(text, "the keepers of the ferry")
    contains(client.text("why", item["id"][:4]), "the whole article")


@case
def what_is_changed_offline_reaches_the_daemon_and_the_other_client(place):
    pages = {f"/{name}.html": page(name, prose(name)) for name in ("barley", "clover", "thistle")}
    site, daemon, client = joined(
        place, pages, more={"daemon": {"listen": f"127.0.0.1:{free_port()}"}})
    daemon.stop()
    items = client.items()
    barley, clover, thistle = (items[site.url(f"/{name}.html")]["id"]
                               for name in ("barley", "clover", "thistle"))
    client.text("tag", barley[:8], "grain", "field work")
    client.text("archive", clover)
    client.text("rm", thistle)
    client.text("save", site.url("/later.html"), "--title", "For later")
    code, line = client.fails("sync")
    equal(code, 6, line)
    contains(line, "connection refused")
    daemon.start()
    client.text("sync")
    other = place.client("other").join(daemon)
    other.text("sync")
    found = {url: (item["state"], sorted(item["tags"])) for url, item in other.items().items()}
    equal(found, {site.url("/barley.html"): ("unread", ["field work", "grain"]),
                  site.url("/clover.html"): ("archived", []),
                  site.url("/later.html"): ("unread", [])})


@case
def a_sync_says_what_it_exchanged(place):
    _, daemon, client = joined(place, {"/a.html": page("One", prose("one"))})
    found = client.json("sync")
    equal(sorted(found), ["blobs", "denied", "items", "ms", "readings", "received_bytes", "released",
                          "released_bytes", "sent_bytes"])
    equal((found["items"], found["readings"], found["blobs"]), (0, 0, 0), "nothing was new")
    fresh = place.client("fresh").join(daemon).json("sync")
    equal((fresh["items"], fresh["readings"], fresh["blobs"]), (1, 1, 1), "a first sync")
    piped = client.run("sync", status=0)
    equal((piped.stdout, piped.stderr), (b"", b""), "in a pipe it is silent")


@case
def no_file_holds_a_word_of_what_is_kept(place):
    word = "quaggamire"
    pages = {f"/{word}.html": page(f"The {word} report", prose(word))}
    site, daemon, client = joined(place, pages)
    client.text("tag", client.items()[site.url(f"/{word}.html")]["id"], f"tag-{word}")
    client.text("sync")
    contains(client.text("search", word), f"The {word} report")
    seen = 0
    for state in ("open", "closed"):
        for path, content in place.files("daemon", "client"):
            seen += len(content)
            for secret in (word, "127.0.0.1", "keepers of the"):
                for form in (secret, secret.upper(), secret.title()):
                    if form.encode() in content:
                        raise AssertionError(f"{path} holds {form!r} ({state})")
        daemon.stop()
    assert seen > 100000, f"only {seen} bytes were searched"


def fetch_again(daemon, site, client, path):
    """Have the daemon fetch the page again, and the client take what came of it."""
    before = daemon.status()["readings"]
    control = Control(daemon)
    equal(control.ask("REFETCH", item=bytes.fromhex(client.items()[site.url(path)]["id"]))["code"], 0)
    control.close()
    wait_for(lambda: daemon.status()["readings"] == before + 1, f"a new reading of {path}")
    client.text("sync", "--control", daemon.control)


@case
def a_worse_copy_does_not_take_the_place_of_a_better_one(place):
    site, daemon, client = joined(place, {"/weir.html": page("The weir", prose("weir"))})
    url = site.url("/weir.html")
    item = client.items()[url]
    first = client.text("read", item["id"])
    beginning = page("The weir", prose("weir", 1))
    wall = "<aside><p>This article is for subscribers. Subscribe to continue reading.</p></aside>"
    for worse in (beginning, beginning.replace("</article>", wall + "</article>"),
                  "<title>Access denied</title><p>Access denied.", lambda r: r.answer(404, "Gone")):
        site.pages["/weir.html"] = worse
        fetch_again(daemon, site, client, "/weir.html")
        equal((client.items()[url]["copy"], client.text("read", item["id"])), ("full", first), worse)
    # A better one does.
    site.pages["/weir.html"] = page("The weir, again", prose("weir", 12))
    fetch_again(daemon, site, client, "/weir.html")
    contains(client.text("read", item["id"]), "The weir, again")


@case
def a_page_from_the_readers_own_browser_is_kept_whole(place):
    part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".closed"}
    declared = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle",
                           "headline": "Signals", "isAccessibleForFree": False, "hasPart": part})
    head = f'<script type="application/ld+json">{declared}</script>'
    whole = page("Signals", prose("signal", 3), head).replace(
        "</article>", '<div class="closed">' + "".join(
            f"<p>{text}</p>" for text in prose("lantern", 6)) + "</div></article>")
    site, daemon, client = joined(place, {"/signals.html": whole})
    url = site.url("/signals.html")
    item = client.items()[url]
    # Fetched without a session, what the page declares closed is not kept.
    assert "lantern" not in client.text("read", item["id"]), "text of the closed part was kept"
    assert item["copy"] in ("teaser", "partial"), item
    client.text("save", url, "--page", "-", stdin=whole.encode())
    client.text("sync")
    item = client.items()[url]
    equal(item["copy"], "full", "the reader's own page")
    contains(client.text("read", item["id"]), "lantern")
    # What the daemon fetches again as a stranger does not take its place.
    fetch_again(daemon, site, client, "/signals.html")
    equal(client.items()[url]["copy"], "full")
    contains(client.text("read", item["id"]), "lantern")


@case
def a_dropped_file_of_links_is_a_queue_too(place):
    site = place.site({"/a.html": page("A", prose("alder")), "/b.html": page("B", prose("birch"))})
    folder = place.path("drop")
    os.mkdir(folder)
    daemon = place.daemon(queues={"drop": {"type": "folder", "path": folder, "every": "1s",
                                           "tags": "dropped"}}).start()
    with open(os.path.join(folder, "links.txt.part"), "w", encoding="utf-8") as file:
        file.write(f"{site.url('/a.html')}\nnot a link\n{site.url('/b.html')}\n")
    os.rename(os.path.join(folder, "links.txt.part"), os.path.join(folder, "links.txt"))
    daemon.idle(2)
    client = place.client().join(daemon)
    client.text("sync")
    equal({url: item["tags"] for url, item in client.items().items()},
          {site.url("/a.html"): ["dropped"], site.url("/b.html"): ["dropped"]})
    wait_for(lambda: os.listdir(folder) == ["imported"], "the file is put away")
    equal(os.listdir(os.path.join(folder, "imported")), ["links.txt"])
    contains(daemon.log(), "link-skipped line=2")


@case
def a_dropped_file_that_cannot_be_put_away_is_kept_and_told(place):
    site = place.site({"/a.html": page("A", prose("alder"))})
    folder = place.path("drop")
    os.mkdir(folder)
    for name, text in (("links.txt", site.url("/a.html") + "\n"), ("imported", "in the way")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    daemon = place.daemon(queues={"drop": {"type": "folder", "path": folder}}).start()
    daemon.idle(1)
    wait_for(lambda: "not-put-away" in daemon.log(), "it is told")
    contains(daemon.log(), f"not-put-away folder={folder} error=")
    equal(sorted(os.listdir(folder)), ["imported", "links.txt"])


@case
def a_page_that_did_not_change_is_not_sent_again(place):
    def answer(request):
        if request.headers.get("If-None-Match") == '"one"':
            request.send_response(304)
            request.end_headers()
        else:
            request.answer(200, text, content_type="application/rss+xml", ETag='"one"')
    site = place.site({"/a.html": page("A", prose("alder"))})
    site.feed(["/a.html"])
    text = site.pages["/feed.xml"]
    site.pages["/feed.xml"] = answer
    daemon = place.daemon(queues={"q": {"type": "feed", "url": site.url("/feed.xml"),
                                        "every": "1s"}}).start()
    daemon.idle(1)
    wait_for(lambda: site.count("/feed.xml") >= 2, "a second poll")
    second = [headers for path, headers in site.seen if path == "/feed.xml"][1]
    equal(second.get("If-None-Match"), '"one"', "the second request")
    equal(site.count("/a.html"), 1, "fetches of the page")


if __name__ == "__main__":
    main()
