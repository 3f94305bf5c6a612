#!/usr/bin/env python3
"""The pipeline when sites are hostile or slow: no page keeps the others from being kept."""
import signal
import threading

from rig import case, contains, equal, main, page, prose, rss, wait_for


def header(**headers):
    """A page with headers as they are given, whatever is in them."""
    def answer(request):
        body = page("A page", prose("page")).encode()
        request.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n"
                            % len(body))
        for name, value in headers.items():
            request.wfile.write(name.replace("_", "-").encode() + b": " + value + b"\r\n")
        request.wfile.write(b"\r\n" + body)
        request.close_connection = True
    return answer


def redirect(to):
    def answer(request):
        request.wfile.write(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to +
                            b"\r\n\r\n")
    return answer


@case
def headers_that_no_vault_could_keep(place):
    long = "/" + "long" * 10000
    site = place.site({
        "/type": header(Content_Type=b"text/html; charset=\xff\xfe"),
        "/far": redirect(long.encode()), long: page("Far away", prose("far")),
        "/fragment": redirect(b"/better#\xff"), "/better": page("A better page", prose("better")),
        "/good": page("A good page", prose("good"))})
    bad = ["/type", "/far", "/fragment"]
    daemon = place.daemon(queues={"saved": {
        "type": "feed", "url": site.feed([*bad, "/good"])}}).start()
    daemon.idle(len(bad) + 1)
    assert "vault-refused" not in daemon.log(), daemon.log()
    client = place.client().join(daemon)
    client.text("sync")
    items = client.items()
    for path in ("/type", "/fragment", "/good"):
        contains(client.text("read", items[site.url(path)]["id"]), "In the 3th year", path)
    contains(client.text("why", items[site.url("/far")]["id"]), "There is no article: ")
    equal(site.count("/type"), 1)


@case
def a_host_that_answers_late_keeps_no_other_waiting(place):
    released = threading.Event()
    late = place.site()
    good_paths = [f"/{i}" for i in range(3)]
    good = place.site({path: page("A good page", prose("good")) for path in good_paths})

    def hang(request):
        released.wait()
        request.close_connection = True
    paths = [f"/{i}" for i in range(700)]
    late.pages.update({path: hang for path in paths})
    queues = {"late": {"type": "feed", "url": late.feed(paths, "/late.xml"), "every": "1d"}}
    daemon = place.daemon(queues=queues, more={"fetch": {"timeout": "10m"}}).start()
    try:
        wait_for(lambda: daemon.status()["items"] == len(paths), "all its links are saved")
        # Another host by its name: those of one host stand in one line.
        good.pages["/good.xml"] = rss([f"http://good.localhost:{good.port}{path}" for path in good_paths])
        queues["good"] = {"type": "feed", "url": good.url("/good.xml"), "every": "1d"}
        daemon.configure(queues=queues, more={"fetch": {"timeout": "10m"}})
        daemon.process.send_signal(signal.SIGHUP)
        # Every link of the other host stands behind those in the table.
        wait_for(lambda: daemon.status()["readings"] == len(good_paths), "the good pages are kept")
        equal(daemon.status()["waiting"], len(paths), "what still waits for an answer")
    finally:
        released.set()


def versioned(body, etag):
    """What has an ETag, and is sent only to who does not have it."""
    def answer(request):
        if request.headers.get("If-None-Match") == etag:
            request.send_response(304)
            request.end_headers()
        else:
            request.answer(200, body, ETag=etag)
    return answer


@case
def a_queue_with_another_address_is_read_anew(place):
    site = place.site({f"/{name}": page(name, prose(name)) for name in ("one", "two")})
    for name in ("one", "two"):
        site.pages[f"/{name}.xml"] = versioned(rss([site.url(f"/{name}")]), '"1"')
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.url("/one.xml")}}).start()
    daemon.idle(1)
    daemon.configure(queues={"saved": {"type": "feed", "url": site.url("/two.xml")}})
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: site.count("/two.xml") == 1, "the other feed is asked for")
    daemon.idle(2)


@case
def a_validator_that_cannot_be_sent_back_is_left_out(place):
    site = place.site({"/a": page("A page", prose("page"))})
    site.pages["/tab.xml"] = lambda r: r.answer(200, rss([site.url("/a")]), ETag='"a\tb"')
    daemon = place.daemon(queues={"tab": {"type": "feed", "url": site.url("/tab.xml"),
                                          "every": "1s"}}).start()
    wait_for(lambda: site.count("/tab.xml") >= 2, "the feed is asked for again")
    equal(daemon.status()["queues"][0]["problem"], "")


@case
def an_answer_not_modified_to_what_is_not_here_is_told(place):
    site = place.site()
    site.pages["/never"] = versioned("", None)
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/never"])}}).start()
    daemon.idle(1)
    client = place.client().join(daemon)
    client.text("sync")
    contains(client.text("why", client.items()[site.url("/never")]["id"]),
             "There is no article: the site answered 304")


@case
def two_pages_that_come_in_one_sync_are_both_read(place):
    """Whichever comes first, the whole one is what is shown."""
    daemon = place.daemon().start()
    client = place.client().join(daemon)
    whole = page("All of it", prose("bridge", 13))
    url = "http://127.0.0.1:9/page-{}"
    client.text("save", url.format(1), "--page", "-", stdin=whole.encode())
    client.text("save", url.format(1), "--page", "-", stdin=b"<title>Busy</title><p>Come back.")
    client.text("save", url.format(2), "--page", "-", stdin=b"<title>Busy</title><p>Come back.")
    client.text("save", url.format(2), "--page", "-", stdin=whole.encode())
    client.text("sync")
    daemon.idle(2)
    client.text("sync")
    for number in (1, 2):
        item = client.items()[url.format(number)]
        equal((item["copy"], len(client.json("history", item["id"]))), ("full", 2), str(number))


if __name__ == "__main__":
    main()
