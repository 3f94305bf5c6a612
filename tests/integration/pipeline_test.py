#!/usr/bin/env python3
"""The pipeline when sites are hostile or slow: no page keeps the others from being kept."""
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


main()
