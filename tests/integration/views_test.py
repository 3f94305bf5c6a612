#!/usr/bin/env python3
"""What looking after a session costs, and whom it asks: a test spends no view that is counted,
stays at its site, and judges the session that it was made with; a redirect takes nothing along
that is not its own; and what a site counts is not spent by the way."""
import json
import threading

from rig import WAIT, case, contains, equal, main, page, prose, wait_for
from stranger import Control

METERED = '<meta property="article:content_tier" content="metered">'


def jar(host, value):
    return f"{host}\tFALSE\t/\tFALSE\t0\tsession\t{value}\n".encode()


def start(place, site, paths=()):
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(paths)}},
                          more={"fetch": {"spacing": "0s"}}).start()
    return daemon, place.client().join(daemon)


def cookies_at(site, path):
    return [headers.get("Cookie") for seen, headers in site.seen if seen == path]


def test(client, url, host="127.0.0.1"):
    """Whatever came of it, which the status tells, too."""
    return json.loads(client.run("site", "--json", "test", host, url).stdout)[0]["outcome"]


@case
def a_test_spends_no_view_that_is_counted(place):
    site = place.site({"/story": page("Story", prose("story"), METERED)})
    daemon, client = start(place, site)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "mine"))
    for _ in range(2):
        contains(test(client, site.url("/story")), "a stranger's view is not spent")
    equal(set(cookies_at(site, "/story")), {"session=mine"})
    told = client.json("site", "list")[0]
    equal((told["views"], told["session"]), (0, "untried"))
    assert daemon.alive()


@case
def a_stranger_who_is_counted_stays_the_same(place):
    """Only a stranger's page tells that it counts: from then on none is asked for."""
    def story(request):
        if "session=" in request.headers.get("Cookie", ""):
            request.answer(200, page("Story", prose("story")))
        else:
            request.answer(200, page("Story", prose("story"), site.declared),
                           Set_Cookie="visits=7; Path=/")
    site = place.site({"/story": story})
    site.declared = ""
    _, client = start(place, site)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "mine"))
    for _ in range(2):
        contains(test(client, site.url("/story")), "strangers get the whole")
    equal(cookies_at(site, "/story"), ["session=mine", None, "session=mine", "visits=7"])
    site.declared = METERED
    contains(test(client, site.url("/story")), "strangers get the whole")
    equal(client.json("site", "list")[0]["views"], 1)
    contains(test(client, site.url("/story")), "a stranger's view is not spent")
    equal(len(cookies_at(site, "/story")), 7)
    # Nor does logging out make another stranger.
    client.text("site", "logout", "127.0.0.1")
    client.text("site", "metered", "127.0.0.1", "allow", "2")
    client.text("save", site.url("/story"))
    client.text("sync")
    wait_for(lambda: len(cookies_at(site, "/story")) == 8, "it is fetched")
    equal(cookies_at(site, "/story")[-1], "visits=7")


@case
def a_test_says_nothing_of_a_session_given_meanwhile(place):
    asked, answer = threading.Event(), threading.Event()

    def story(request):
        if "session=old" in request.headers.get("Cookie", ""):
            asked.set()
            answer.wait(WAIT)
            request.answer(401, page("Log in", ["Log in to read on."]))
        else:
            request.answer(200, page("Story", prose("story")).replace(
                "<body>", "<body><nav><a href=/out>Log out</a></nav>"))
    site = place.site({"/story": story})
    daemon, client = start(place, site)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "old"))
    outcome = []
    tester = threading.Thread(target=lambda: outcome.append(test(client, site.url("/story"))))
    tester.start()
    try:
        assert asked.wait(WAIT), "the old session is tested"
        other = place.client("other").join(daemon)
        other.text("site", "cookies", "-", stdin=jar("127.0.0.1", "new"))
    finally:
        answer.set()
    tester.join(WAIT)
    contains(outcome[0], "logged in")
    equal(client.json("site", "list")[0]["session"], "works")


@case
def the_last_cookie_can_be_taken_away(place):
    site = place.site({
        "/out": lambda request: request.answer(200, page("Out", prose("out")),
                                               Set_Cookie="session=; Max-Age=0; Path=/"),
        "/next": page("Next", prose("next"))})
    daemon, client = start(place, site)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "mine"))
    for count, name in enumerate(("out", "next"), 1):
        client.text("save", site.url(f"/{name}"))
        client.text("sync")
        wait_for(lambda count=count: daemon.log().count("info: kept") == count, "it is kept")
    equal((cookies_at(site, "/out"), cookies_at(site, "/next")), (["session=mine"], [None]))
    equal(client.json("site", "list")[0]["cookies"], 0)


@case
def a_test_can_take_the_last_cookie_away(place):
    site = place.site({"/out": lambda request: request.answer(
        200, page("Out", prose("out")), Set_Cookie="session=; Max-Age=0; Path=/")})
    _, client = start(place, site)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "mine"))
    test(client, site.url("/out"))
    equal(cookies_at(site, "/out"), ["session=mine", None])
    equal(client.json("site", "list")[0]["cookies"], 0)


@case
def a_test_asks_no_other_site(place):
    site = place.site({})
    far = site.url("/far").replace("127.0.0.1", "news.localhost")
    site.pages.update({
        "/story": lambda request: request.answer(302, "", Location=far),
        "/circle": lambda request: request.answer(302, "", Location="/circle"),
        "/moved": lambda request: request.answer(302, "", Location="/here"),
        "/here": page("Story", prose("story")).replace("<body>", "<body><nav><a href=/out>Log out"
                                                       "</a></nav>"),
        "/far": page("Far", prose("far"))})
    _, client = start(place, site)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "mine"))
    contains(test(client, site.url("/story")), f"it leads to another site: {far}")
    equal(site.count("/far"), 0)
    contains(test(client, site.url("/circle")), "redirects more than 10 times")
    contains(test(client, site.url("/moved")), "logged in")
    equal(cookies_at(site, "/here"), ["session=mine"])


def publisher(place, good, paths):
    """A site whose accounts are at a site of their own, as many groups have them."""
    def story(request):
        if any(f"session={value}" in request.headers.get("Cookie", "") for value in good):
            request.answer(200, page("Story", prose("story")).replace(
                "<body>", "<body><nav><a href=/out>Log out</a></nav>"))
        else:
            request.answer(302, "", Location=site.url("/login").replace("127.0.0.1",
                                                                        "accounts.localhost"))
    login = ("<html><head><title>Log in</title></head><body><h1>Log in</h1><form method=post "
             "action=/login><input name=user><input type=password name=password>"
             "<button>Log in</button></form></body></html>")
    site = place.site({"/login": login, **{path: story for path in paths}})
    return site


def copies_of(client):
    client.text("sync")
    return {url.rsplit("/", 1)[1]: item["copy"] for url, item in client.items().items()}


@case
def whoever_was_sent_to_a_login_is_repaired_by_a_session_where_the_item_is(place):
    """By its own address, and by a shortened one."""
    site = publisher(place, {"mine"}, ["/one"])
    far = site.url("/one")
    site.pages["/short"] = lambda request: request.answer(302, "", Location=far)
    daemon, client = start(place, site)
    client.text("save", far)
    client.text("save", site.url("/short").replace("127.0.0.1", "short.localhost"))
    wait_for(lambda: copies_of(client) == {"one": "blocked", "short": "blocked"}, "both are refused")
    daemon.idle(2)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "mine"))
    wait_for(lambda: copies_of(client) == {"one": "full", "short": "full"}, "both are repaired")


@case
def a_login_at_another_site_ends_the_session_of_the_first(place):
    good = {"first"}
    site = publisher(place, good, ["/one", "/two"])
    daemon, client = start(place, site)

    def copies():
        return copies_of(client)
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "first"))
    client.text("save", site.url("/one"))
    wait_for(lambda: copies() == {"one": "full"}, "the first one is whole")
    good.clear()
    client.text("save", site.url("/two"))
    wait_for(lambda: copies().get("two") == "blocked", "the second is refused")
    told = {one["site"]: one for one in client.json("site", "list")}
    equal((told["127.0.0.1"]["session"], told["127.0.0.1"]["problem"]),
          ("broken", "the session has expired"))
    equal(daemon.log().count("session-expired"), 1)
    contains([item["waits"] for url, item in client.items().items() if url.endswith("/two")][0],
             "the session at 127.0.0.1 does not work")
    good.add("second")
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", "second"))
    wait_for(lambda: copies() == {"one": "full", "two": "full"}, "it is repaired")


@case
def what_is_refused_is_no_view(place):
    site = place.site({"/1": page("Story", prose("story"), METERED),
                       "/2": lambda request: request.answer(403, page("No", ["Access denied."]))})
    daemon, client = start(place, site, ["/1"])
    wait_for(lambda: daemon.log().count("info: kept") == 1, "the first one is kept")
    client.text("site", "metered", "127.0.0.1", "allow", "5")
    client.text("save", site.url("/2"))
    client.text("sync")
    wait_for(lambda: site.count("/2") == 1, "the second one is asked for")
    daemon.idle(2)
    equal(site.count("/2"), 1)
    equal(client.json("site", "list")[0]["views"], site.count("/1"))


@case
def further_pages_are_no_way_to_spend_views(place):
    forth = '<link rel=next href="/story?page=2">'
    site = place.site({"/1": page("Story", prose("story"), METERED),
                       "/story": page("Story", prose("part1", 6), METERED + forth),
                       "/story?page=2": page("Story", prose("part2", 6), METERED)})
    daemon, client = start(place, site, ["/1"])
    daemon.idle(1)
    client.text("site", "metered", "127.0.0.1", "allow", "5")
    client.text("save", site.url("/story"))
    client.text("sync")
    wait_for(lambda: site.count("/story") == 1, "it is fetched")
    daemon.idle(2)
    client.text("sync")
    equal(client.items()[site.url("/story")]["copy"], "partial")
    equal(site.count("/story?page=2"), 0)
    equal(client.json("site", "list")[0]["views"], site.count("/1") + site.count("/story"))


@case
def a_redirect_takes_nothing_along(place):
    """No validator of another address, and no user that the site names."""
    site = place.site({})
    named = site.url("/named").replace("http://", "http://reader:hunter2@")
    site.pages.update({
        "/plain": lambda request: request.answer(200, page("Plain", prose("plain")), ETag='"p"'),
        "/first": lambda request: request.answer(302, "", Location=site.first),
        "/final": lambda request: request.answer(200, page("Final", prose("final")), ETag='"f"'),
        "/named": page("Named", prose("named"))})
    site.first = "/final"
    daemon, client = start(place, site, ["/plain", "/first"])
    daemon.idle(2)
    client.text("sync")
    control = Control(daemon)
    for path in ("/plain", "/first"):
        item = client.items()[site.url(path)]["id"]
        equal(control.ask("REFETCH", item=bytes.fromhex(item))["code"], 0)
    wait_for(lambda: (site.count("/plain"), site.count("/first")) == (2, 2), "both are asked again")
    wait_for(lambda: site.count("/final") == 2, "the redirect is followed")
    tags = {path: [headers.get("If-None-Match") for seen, headers in site.seen if seen == path]
            for path in ("/plain", "/first", "/final")}
    equal(tags, {"/plain": [None, '"p"'], "/first": [None, None], "/final": [None, None]})
    # An address that answered by itself, and leads on now.
    site.pages["/plain"] = site.pages["/first"]
    item = client.items()[site.url("/plain")]["id"]
    equal(control.ask("REFETCH", item=bytes.fromhex(item))["code"], 0)
    wait_for(lambda: site.count("/final") == 3, "it is followed there")
    equal([headers.get("If-None-Match") for path, headers in site.seen
           if path in ("/plain", "/final")][-2:], ['"p"', None])
    site.first = named
    client.text("save", site.url("/first?again"))
    site.pages["/first?again"] = site.pages["/first"]
    client.text("sync")
    wait_for(lambda: site.count("/named") == 1, "the user is passed over")
    equal([headers.get("Authorization") for path, headers in site.seen if path == "/named"], [None])
    wait_for(lambda: daemon.log().count("info: kept") >= 3, "it is kept")
    client.text("sync")
    assert "hunter2" not in client.text("export", "--jsonl")


if __name__ == "__main__":
    main()
