#!/usr/bin/env python3
"""The story of a subscription: a stranger's teaser, the reader's session, the repair, the
session's end, the notice, its renewal; and no full copy is ever lost meanwhile."""
from rig import case, contains, equal, main, page, prose, wait_for

HEAD = ('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,'
        '"hasPart":{"@type":"WebPageElement","isAccessibleForFree":false,"cssSelector":".closed"}}'
        "</script>")
WALL = ("<div class=wall><p>This article is for subscribers. Subscribe to continue reading.</p>"
        "<p>Already a subscriber? Log in</p></div>")


class Publisher:
    """Gives the whole article to who has a session that it knows."""

    def __init__(self, place, paths):
        self.sessions = set()
        self.busy = False           # the account is in use elsewhere
        self.dead = False           # every page is gone
        self.site = place.site({path: self.answer for path in paths})

    def answer(self, request):
        name = request.path[1:]
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(name))
        opening = f"<p>{prose(name)[0]}</p>"
        cookies = request.headers.get("Cookie", "")
        known = any(f"session={session}" in cookies for session in self.sessions)
        if self.dead:
            return request.answer(404, page("Not found", ["There is no such page."]))
        if known and self.busy:
            body = f"{opening}<p>Your account is signed in on another device.</p>"
        elif known:
            body = f"<a href=/out>Log out</a><article><h1>{name}</h1><div class=closed>{text}</div></article>"
        else:
            body = f"<article><h1>{name}</h1>{opening}{WALL}</article>"
        return request.answer(200, f"<html><head><title>{name}</title>{HEAD}</head><body>{body}"
                              "</body></html>", ETag='"same"')


def cookies(value, host="127.0.0.1"):
    return f"{host}\tFALSE\t/\tFALSE\t0\tsession\t{value}\n".encode()


def copies(client):
    client.text("sync")
    return {url.rsplit("/", 1)[1]: item["copy"] for url, item in client.items().items()}


def begin(place, paths):
    publisher = Publisher(place, paths)
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": publisher.site.feed(paths)}},
                          more={"fetch": {"spacing": "0s"}}).start()
    client = place.client().join(daemon)
    daemon.idle(len(paths))
    return publisher, daemon, client


@case
def a_session_repairs_what_a_stranger_got(place):
    publisher, daemon, client = begin(place, ["/one", "/two"])
    equal(copies(client), {"one": "teaser", "two": "teaser"})
    publisher.sessions.add("a")
    told = client.json("site", "cookies", "-", stdin=cookies("a"))[0]
    equal((told["session"], told["incomplete"] + told["waiting"] >= 0), ("untried", True))
    wait_for(lambda: copies(client) == {"one": "full", "two": "full"}, "both are repaired")
    equal(client.json("site", "list")[0]["session"], "works")
    # What a stranger was told of the page's age was not asked again.
    asked = [headers for path, headers in publisher.site.seen if path == "/one"]
    equal([headers.get("If-None-Match") for headers in asked], [None, None])
    item = client.items()[publisher.site.url("/one")]
    contains(client.text("why", item["id"]), "fetched with your subscription")
    contains(client.text("why", item["id"]), "greets a reader who is logged in")
    contains(daemon.log(), "session-works")


@case
def an_expired_session_is_told_once_and_loses_nothing(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    text = client.text("read", client.items()[publisher.site.url("/one")]["id"])
    # It ends; three more articles are saved.
    publisher.sessions.clear()
    for name in ("two", "three", "four"):
        publisher.site.pages[f"/{name}"] = publisher.answer
        client.text("save", publisher.site.url(f"/{name}"))
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 2, "no further try is made")
    found = copies(client)
    equal(sorted(found.values()), ["full", "teaser", "unknown", "unknown"], found)
    equal(daemon.log().count("session-expired"), 1)
    site = client.json("site", "list")[0]
    equal((site["session"], site["problem"]), ("broken", "the session has expired"))
    waiting = [item for item in client.items().values() if item["waits"]]
    equal(len(waiting), 3, waiting)
    contains(client.text("why", waiting[0]["id"]), "the session at 127.0.0.1 does not work")
    contains(client.text("list"), "! ")
    # A refetch of the whole one waits too, and the copy stays.
    tried = publisher.site.count("/one")
    client.text("sync")
    equal(client.text("read", client.items()[publisher.site.url("/one")]["id"]), text)
    equal(publisher.site.count("/one"), tried)
    # It is renewed: everything of the site that is not whole is fetched again.
    publisher.sessions.add("b")
    client.text("site", "cookies", "-", stdin=cookies("b"))
    wait_for(lambda: set(copies(client).values()) == {"full"}, "all are repaired")
    equal([item["waits"] for item in client.items().values()], [""] * 4)
    equal(publisher.site.count("/one"), tried, "what was whole is not fetched again")


@case
def signed_in_elsewhere_stops_until_the_reader_says_go_on(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    publisher.busy = True
    for name in ("two", "three"):
        publisher.site.pages[f"/{name}"] = publisher.answer
        client.text("save", publisher.site.url(f"/{name}"))
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 1, "the other one waits")
    contains(daemon.log(), "signed-in-elsewhere")
    assert client.json("site", "list")[0]["held"]
    publisher.busy = False
    client.text("site", "resume", "127.0.0.1")
    wait_for(lambda: set(copies(client).values()) == {"full"}, "it goes on")


@case
def a_page_that_died_takes_nothing_away(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    item = client.items()[publisher.site.url("/one")]["id"]
    text = client.text("read", item)
    publisher.dead = True
    publisher.site.pages["/two"] = publisher.answer
    client.text("save", publisher.site.url("/two"))
    client.text("sync")
    wait_for(lambda: copies(client).get("two") == "blocked", "the other one is gone")
    equal(copies(client)["one"], "full")
    equal(client.text("read", item), text)
    # A dead page says nothing of the session.
    equal(client.json("site", "list")[0]["session"], "works")
    assert daemon.alive()


if __name__ == "__main__":
    main()
