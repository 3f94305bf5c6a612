#!/usr/bin/env python3
"""The pipeline when sites are hostile or slow: no page keeps the others from being kept."""
import signal
import threading

from rig import case, contains, equal, main, page, prose, wait_for


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
        "/fragment": redirect(b"/good#\xff"),
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
        queues["good"] = {"type": "feed", "url": good.feed(good_paths), "every": "1d"}
        daemon.configure(queues=queues, more={"fetch": {"timeout": "10m"}})
        daemon.process.send_signal(signal.SIGHUP)
        # Every link of the other host stands behind those in the table.
        wait_for(lambda: daemon.status()["readings"] == len(good_paths), "the good pages are kept")
        equal(daemon.status()["waiting"], len(paths), "what still waits for an answer")
    finally:
        released.set()


if __name__ == "__main__":
    main()
