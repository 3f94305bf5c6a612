#!/usr/bin/env python3
"""What the reader gives the archive for a site, and what it does with that: cookies go to
their site and nowhere else, come back as the site left them, and lie in the vault alone;
where a site counts what strangers read, no view is spent without leave."""

import json

from rig import case, contains, equal, main, page, prose, wait_for

SECRET = "s3cretSessionOfTheReader"


def jar(host, *cookies, expires=0):
    """A cookies.txt, as a browser's add-on writes it."""
    return "# Netscape HTTP Cookie File\n\n" + "".join(
        f"{host}\tFALSE\t/\tFALSE\t{expires}\t{name}\t{value}\n" for name, value in cookies)


def members_only(request):
    """A teaser for strangers; the article for who has the cookie, which is renewed."""
    if f"session={SECRET}" in request.headers.get("Cookie", ""):
        request.answer(200, page("The members' page", prose("member")),
                       Set_Cookie=f"seen=1{SECRET}; Path=/")
    else:
        request.answer(200, page("The members' page", prose("member", 1)))


def metered(name):
    def answer(request):
        request.answer(200, page(name, prose(name), '<meta property="article:content_tier" '
                                 'content="metered">'), Set_Cookie="meter=1; Path=/")
    return answer


def start(place, site, paths, **more):
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(paths)}},
                          more={"fetch": {"spacing": "0s"}}, **more).start()
    return daemon, place.client().join(daemon)


@case
def cookies_go_to_their_site_and_come_back(place):
    site = place.site({"/story": members_only})
    daemon, client = start(place, site, ["/story"])
    daemon.idle(1)
    # From a laptop, over the network.
    told = client.json("site", "cookies", "-", stdin=jar("127.0.0.1", ("session", SECRET)).encode())
    equal([one["site"] for one in told], ["127.0.0.1"])
    equal(told[0]["session"], "untried")
    client.text("sync")
    item = client.items()[site.url("/story")]["id"]
    client.text("save", site.url("/another"))
    site.pages["/another"] = members_only
    client.text("sync")
    wait_for(lambda: site.count("/another") == 1, "it is fetched")
    cookie = [headers.get("Cookie") for path, headers in site.seen if path == "/another"][-1]
    equal(cookie, f"session={SECRET}")
    wait_for(lambda: client.json("site", "list")[0]["cookies"] == 2, "the new cookie is kept")
    assert item
    # Nothing of it is told, logged, exported, or on a laptop.
    for text in (client.text("site", "list"), client.text("export", "--jsonl"), daemon.log()):
        assert SECRET not in text, text
    daemon.stop()
    for name, content in place.files("daemon", "client"):
        assert SECRET.encode() not in content, name


@case
def a_redirect_to_a_site_takes_its_session_along(place):
    site = place.site({"/story": members_only})
    short = place.site({"/x": lambda request: request.answer(
        302, "", Location=site.url("/story").replace("127.0.0.1", "news.localhost"))})
    daemon, client = start(place, short, [])
    client.text("site", "cookies", "-", stdin=jar("news.localhost", ("session", SECRET)).encode())
    client.text("save", short.url("/x"))
    client.text("sync")
    wait_for(lambda: site.count("/story") == 1, "it is fetched")
    daemon.idle(1)
    equal([headers.get("Cookie") for _, headers in site.seen], [f"session={SECRET}"])
    equal([headers.get("Cookie") for path, headers in short.seen if path == "/x"], [None])


@case
def a_redirect_of_a_feed_or_an_image_takes_no_session_along(place):
    """They are asked for as a stranger, at the first address and where it leads."""
    def onward(path):
        return lambda request: request.answer(
            302, "", Location=site.url(path).replace("127.0.0.1", "news.localhost"),
            Set_Cookie="hop=1; Path=/")
    site = place.site({"/photo.png": b"no image"})
    short = place.site({"/feed": onward("/feed.xml"), "/photo": onward("/photo.png")})
    site.feed([])
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": short.url("/feed"), "every": "1s"}},
                          more={"fetch": {"spacing": "0s"}}).start()
    client = place.client().join(daemon)
    for host in ("127.0.0.1", "news.localhost"):
        client.text("site", "cookies", "-", stdin=jar(host, ("session", SECRET)).encode())
    polled = short.count("/feed")
    wait_for(lambda: short.count("/feed") > polled, "the feed is asked for again")
    short.pages["/story"] = page("Story", prose("story")).replace(
        "</article>", "<img src=/photo alt=Photo></article>")
    site.feed([short.url("/story")])
    wait_for(lambda: site.count("/photo.png") > 0, "the image is asked for")
    told = {path: headers.get("Cookie") for path, headers in short.seen + site.seen}
    equal(told, {"/feed": None, "/feed.xml": None, "/story": f"session={SECRET}", "/photo": None,
                 "/photo.png": None})
    for _, headers in short.seen + site.seen:
        assert "Authorization" not in headers, headers


@case
def a_redirect_spends_no_view_at_a_site_that_is_left_alone(place):
    paths = ["/1", "/2"]
    site = place.site({path: metered(f"story{path[1:]}") for path in (*paths, "/3")})
    far = site.url("/").replace("127.0.0.1", "news.localhost")
    short = place.site({f"/x{name}": lambda request, name=name: request.answer(
        302, "", Location=f"{far}{name}", Set_Cookie="hop=1") for name in (1, 2, 3)})
    daemon, client = start(place, short, ["/x1", "/x2"])
    # A session at the one site is none at the other.
    client.text("site", "cookies", "-", stdin=jar("127.0.0.1", ("session", SECRET)).encode())
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 1, "the second one waits")
    client.text("save", short.url("/x3"))
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 2, "the third one waits")
    client.text("sync")
    equal(len([path for path, _ in site.seen if path in ("/1", "/2", "/3")]), 1)
    waiting = [item["waits"] for item in client.items().values() if item["waits"]]
    equal(waiting, ["news.localhost counts what strangers read: see readsync site metered"] * 2)
    client.text("site", "metered", "news.localhost", "allow", "2")
    wait_for(lambda: client.json("site", "list")[-1]["views"] == 2, "one more view is counted")
    equal(len([path for path, _ in site.seen if path in ("/1", "/2", "/3")]), 2)
    # The cookie of a redirect is kept, and goes to its own site alone.
    contains(short.seen[-1][1]["Cookie"], "hop=1")
    for path, headers in site.seen:
        assert "hop" not in headers.get("Cookie", "") and SECRET not in headers.get("Cookie", "")


@case
def a_cookie_is_kept_whatever_the_answer_was(place):
    site = place.site({
        "/late": lambda request: request.answer(500, "", Set_Cookie="late=1; Path=/"),
        "/hop": lambda request: request.answer(302, "", Location="/landed",
                                               Set_Cookie="hop=1; Path=/"),
        "/landed": page("Landed", prose("landed")), "/next": page("Next", prose("next"))})
    daemon, client = start(place, site, ["/late"])
    wait_for(lambda: daemon.log().count("try-failed") == 1, "it failed")
    for name, landed in (("hop", "landed"), ("next", "next")):
        client.text("save", site.url(f"/{name}"))
        client.text("sync")
        wait_for(lambda landed=landed: site.count(f"/{landed}") == 1, f"{name} is fetched")
        wait_for(lambda landed=landed: daemon.log().count("info: kept") ==
                 1 + (landed == "next"), "it is kept")
    jars = {path: headers.get("Cookie") for path, headers in site.seen}
    equal((jars["/hop"], jars["/landed"]), ("late=1", "late=1; hop=1"))
    equal(sorted(jars["/next"].split("; ")), ["hop=1", "late=1"])


@case
def what_is_no_cookies_txt_is_refused(place):
    site = place.site({})
    daemon, client = start(place, site, [])
    for text, status, part in (
            (b"", 2, "there is no cookie in it"),
            (b"a.example\tFALSE\t/\tFALSE\t0\tname\tvalue\nwhat is this\n", 2, "-:2: not a line"),
            (b"a.example\tFALSE\t/\tFALSE\tsoon\tname\tvalue\n", 2, "-:1: its fifth field"),
            (b"\tFALSE\t/\tFALSE\t0\tname\tvalue\n", 2, "-:1: it has no domain"),
            (b'[{"domain": "a.example"}]', 2, "this is JSON"),
            (jar("a.example", ("a", "b"), expires=1).encode(), 2, "has expired"),
            ((jar("a.example", ("a", "b")) + jar("b.example", ("a", "b"))).encode(), 2,
             "cookies of a.example, b.example"),
            (jar(".co.uk", ("a", "b")).encode(), 2, "cookie 1 would go to every site below co.uk"),
            (b"com\tTRUE\t/\tFALSE\t0\ta\tb\n", 2, "cookie 1 would go to every site below com"),
            (jar("a b", ("a", "b")).encode(), 2, "-:3: its first field is no host name")):
        found, line = client.fails("site", "cookies", "-", stdin=text)
        contains(line, part)
        equal(found, status, line)
    # A host that others are below may have a cookie of its own, and so may one of no public name.
    own = (jar("github.io", ("a", "b")) + jar(".intranet", ("a", "b")) + jar(".localhost", ("a", "b"))).encode()
    client.text("site", "cookies", "--all", "-", stdin=own)
    equal([one["site"] for one in client.json("site", "list")], ["github.io", "intranet", "localhost"])
    for host in ("github.io", "intranet", "localhost"):
        client.text("site", "forget", host)
    # For another site than the one that was named.
    _, line = client.fails("site", "cookies", "-", "b.example",
                           stdin=jar("a.example", ("a", "b")).encode())
    contains(line, "there is no cookie of b.example")
    # All that is there of the site that was named has expired.
    stale = jar("a.example", ("a", "b"), expires=1) + jar("b.example", ("a", "b"))
    _, line = client.fails("site", "cookies", "-", "a.example", stdin=stale.encode())
    contains(line, "every cookie of a.example in it has expired")
    equal(client.json("site", "list"), [])
    done = client.run("site", "cookies", "-", "b.example", stdin=stale.encode(), status=0)
    equal(done.stderr.decode(), "", "what another site's have come to")
    done = client.run("site", "--json", "cookies", "--all", "-", stdin=stale.encode(), status=0)
    equal([one["site"] for one in json.loads(done.stdout)], ["b.example"])
    contains(done.stderr.decode(), "cookies that have expired: 1")
    client.text("site", "forget", "b.example")
    # Of several sites, one, and then all.
    both = (jar("a.example", ("a", "b")) + jar("www.b.example", ("a", "b"))).encode()
    equal([one["site"] for one in client.json("site", "cookies", "-", "b.example", stdin=both)],
          ["b.example"])
    client.text("site", "cookies", "--all", "-", stdin=both)
    equal([one["site"] for one in client.json("site", "list")], ["a.example", "b.example"])
    # A large export goes in several messages.
    many = jar("a.example", *[(f"n{i}", "v" * 100) for i in range(500)])
    found, line = client.fails("site", "cookies", "-", stdin=(many + many).encode() * 2)
    contains(line, "more than 64 KiB of cookies of a.example")
    for typed, part in ((b"\xff\nx\n", "UTF-8"), (b"u\n\xff\n", "UTF-8"), (b"u\n", "two lines")):
        found, line = client.fails("site", "login", "a.example", stdin=typed)
        contains(line, part)
        equal(found, 2, line)
    for arguments in (["nothing"], ["metered", "a.example"], ["metered", "a.example", "allow", "x"],
                      ["metered", "a.example", "allow", "0"], ["logout"], ["logout", "a/b"]):
        found, _ = client.fails("site", *arguments)
        equal(found, 2, arguments)


@case
def no_crawler_is_the_reader_s_browser(place):
    site = place.site({"/one": page("One", prose("one"))})
    _, client = start(place, site, [])
    for agent in ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                  "facebookexternalhit/1.1"):
        status, line = client.fails("site", "agent", "127.0.0.1", agent)
        contains(line, "a crawler or link previewer")
        equal(status, 2)
    browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    client.text("site", "agent", "127.0.0.1", browser)
    client.text("save", site.url("/one"))
    client.text("sync")
    wait_for(lambda: site.count("/one") == 1, "it is fetched")
    equal([headers["User-Agent"] for path, headers in site.seen if path == "/one"], [browser])


@case
def no_view_is_spent_without_leave(place):
    paths = [f"/{i}" for i in range(4)]
    site = place.site({path: metered(f"story{path[1:]}") for path in paths})
    daemon, client = start(place, site, paths)
    # The first view shows that the site counts; the others wait, and say so.
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 3, "the others wait")
    equal(sum(site.count(path) for path in paths), 1)
    client.text("sync")
    waiting = [item for item in client.items().values() if item["waits"]]
    equal(len(waiting), 3)
    contains(waiting[0]["waits"], "127.0.0.1 counts what strangers read")
    contains(client.text("list"), " ! ")
    contains(client.text("why", waiting[0]["id"]), "does not fetch it for now")
    contains(client.text("site", "list"), "counts what strangers read; views of this month: 1; waits for")
    contains(client.text("site", "metered", "127.0.0.1", "never"), "views of this month: 1; none is spent")
    told = client.json("site", "metered", "127.0.0.1", "allow", "3")[0]
    equal((told["views"], told["allowed"], told["metered"]), (1, 3, "allow"))
    wait_for(lambda: sum(site.count(path) for path in paths) == 3, "two more views are spent")
    wait_for(lambda: client.json("site", "list")[0]["views"] == 3, "they are counted")
    # The jar was kept: the site can count what it gave.
    cookies = [headers.get("Cookie") for path, headers in site.seen if path in paths]
    equal(cookies, [None, "meter=1", "meter=1"])


    def waits():
        client.text("sync")
        return [item["waits"] for item in client.items().values() if item["waits"]]
    wait_for(waits, "the last one waits for the next month")
    contains(waits()[0], "the 3 views of this month are spent")
    # Forgetting the site gives no view back.
    client.text("site", "forget", "127.0.0.1")
    equal(client.json("site", "list")[0]["views"], 3)
    client.text("site", "metered", "127.0.0.1", "never")
    equal(sum(site.count(path) for path in paths), 3)


if __name__ == "__main__":
    main()
