#!/usr/bin/env python3
"""Goal: the images of an article are there on a train. The archive fetches them as a
browser would for that page, tells them by their bytes, keeps equal ones once, and says
of each that it has not why; nothing that an image holds ever runs."""
import base64
import json
import re
import struct
import time
import zlib

from rig import case, contains, equal, main, page, prose, wait_for


def png(width, height, shade=0):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def svg(inside):
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">{inside}</svg>'


def article(title, images, head=""):
    """An article that shows these images between its paragraphs."""
    paragraphs = prose(title.lower().split()[-1])
    for place, image in enumerate(images):
        paragraphs[place % len(paragraphs)] += f'</p><figure><img src="{image}" alt="Picture {place}"></figure><p>'
    return page(title, paragraphs, head)


def start(place, site, paths, more=None):
    """A daemon that has these articles, and a client of it."""
    daemon = place.daemon(queues={"q": {"type": "feed", "url": site.feed(paths)}}, more=more).start()
    daemon.idle(len(paths))
    return daemon, place.client("laptop").join(daemon)


def images_of(client, url):
    """The images of an article, by the last part of their URLs."""
    client.text("sync")
    found = client.json("read", client.items()[url]["id"])["images"]
    return {image["source"].rsplit("/", 1)[1]: image for image in found}


def settled(client, url, names):
    """Wait until nothing is known to be on its way of the images called so; return all."""
    def look():
        images = images_of(client, url)
        return images if all(images[name]["state"] != "waiting" for name in names) else None
    return wait_for(look, f"the images {names} of {url}")


@case
def images_are_told_by_their_bytes(place):
    """Whatever their names and their servers say."""
    site = place.site({
        "/photo.png": png(640, 480), "/named.jpg": png(320, 200), "/page.png": page("No image", prose("lie")),
        "/drawing.svg": svg("<rect width='64' height='48'/>"),
        "/script.svg": svg("<script>alert(1)</script>"), "/counter.png": png(1, 1),
        "/huge.png": png(20000, 1)[:16] + struct.pack(">II", 60000, 60000) + b"\x08\0\0\0\0",
    })
    site.pages["/a.html"] = article("A walk to the mill", [path[1:] for path in site.pages])
    _, client = start(place, site, ["/a.html"])
    images = settled(client, site.url("/a.html"), ["photo.png", "huge.png", "counter.png"])
    told = {name: (image["state"], image["type"], image["width"], image["height"])
            for name, image in images.items()}
    equal(told, {
        "photo.png": ("kept", "image/png", 640, 480), "named.jpg": ("kept", "image/png", 320, 200),
        "page.png": ("missing", None, 0, 0), "drawing.svg": ("kept", "image/svg+xml", 64, 48),
        "script.svg": ("missing", None, 0, 0), "counter.png": ("pixel", None, 1, 1),
        "huge.png": ("missing", None, 0, 0)})
    equal(images["page.png"]["problem"], "not an image")
    equal(images["script.svg"]["problem"], "an SVG image that is more than a drawing")
    equal(images["huge.png"]["problem"], "an image of more than 100 megapixels")
    equal(images["photo.png"]["size"], len(site.pages["/photo.png"]))
    assert images["photo.png"]["held"], "the file came along with the sync"
    equal(images["photo.png"]["text"], "Picture 0")
    equal(site.count("/photo.png"), 1)


@case
def equal_images_are_kept_once(place):
    same = png(200, 100, 7)
    site = place.site({"/one.png": same, "/two.png": same})
    site.pages["/a.html"] = article("A walk to the weir", ["one.png", "one.png"])
    site.pages["/b.html"] = article("A walk to the lock", ["two.png"])
    daemon, client = start(place, site, ["/a.html", "/b.html"])
    settled(client, site.url("/a.html"), ["one.png"])
    settled(client, site.url("/b.html"), ["two.png"])
    equal(site.count("/one.png"), 1, "a picture that is shown twice is fetched once")
    # Two pages, two articles, and one image.
    equal(daemon.status()["blobs"], 5)


@case
def what_is_too_large_or_away_is_said_so(place):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(4096):
            handler.wfile.write(b"\xff" * 65536)

    def gone(handler):
        handler.answer(404, b"gone")

    def onward(handler):
        handler.answer(302, b"", Location="/photo.png")

    def inside(handler):
        handler.answer(302, b"", Location="http://127.0.0.2:9/photo.png")

    def elsewhere(handler):
        handler.answer(302, b"", Location="file:///etc/passwd")

    def round_about(handler):
        handler.answer(302, b"", Location="/round.png")

    site = place.site({"/photo.png": png(30, 40), "/endless.png": endless, "/gone.png": gone,
                       "/onward.png": onward, "/inside.png": inside, "/elsewhere.png": elsewhere,
                       "/round.png": round_about})
    names = ["endless.png", "gone.png", "onward.png", "inside.png", "elsewhere.png", "round.png"]
    site.pages["/a.html"] = article("A walk to the quay", names)
    daemon, client = start(place, site, ["/a.html"], {"fetch": {"max_image": "256K"}})
    images = settled(client, site.url("/a.html"), [name for name in names if name != "gone.png"])
    equal({name: image["problem"] for name, image in images.items()}, {
        "endless.png": "it is larger than max_image allows", "gone.png": "", "onward.png": "",
        "inside.png": "its address is not public", "elsewhere.png": "only http and https are fetched",
        "round.png": "it is redirected too often"})
    equal(images["onward.png"]["state"], "kept")
    equal(images["gone.png"]["state"], "waiting", "it is tried again")
    equal(daemon.status()["waiting_images"], 1)
    wait_for(lambda: "images reading=" in daemon.log(), "the end of the pass")
    contains(daemon.log(), "kept=1 missing=4 failed=1")


@case
def together_they_have_a_bound(place):
    pictures = {f"/{shade}.png": png(60, 50, shade) + bytes(1000) for shade in range(6)}
    site = place.site(pictures)
    site.pages["/a.html"] = article("A walk to the pier", [path[1:] for path in pictures])
    _, client = start(place, site, ["/a.html"], {"fetch": {"max_images": "4K"}})
    images = settled(client, site.url("/a.html"), [path[1:] for path in pictures])
    states = [image["state"] for image in images.values()]
    equal((states.count("kept"), states.count("missing")), (3, 3))
    equal(images["5.png"]["problem"], "the article's images are larger than max_images allows")


@case
def the_page_decides_who_is_told_of_it(place):
    """The Referer is what a browser would send; without a word of the page, the default."""
    images = place.site({f"/{name}.png": png(20, 20) for name in ("default", "header", "meta")})
    images.pages["/far.png"] = lambda handler: handler.answer(302, b"", Location=images.url("/moved.png"))
    images.pages["/moved.png"] = png(20, 20)
    site = place.site({"/near.png": png(20, 20)})
    site.pages["/default.html"] = article("A walk to the ford", [images.url("/default.png"), "near.png"])
    body = article("A walk to the stile", [images.url("/header.png")])
    site.pages["/header.html"] = lambda handler: handler.answer(200, body, Referrer_Policy="unsafe-url")
    site.pages["/meta.html"] = article("A walk to the gate", [images.url("/meta.png")],
                                       '<meta name="referrer" content="no-referrer">')
    # A redirect that leaves the site takes less of the page's address along.
    site.pages["/far.png"] = lambda handler: handler.answer(302, b"", Location=images.url("/far.png"))
    site.pages["/far.html"] = article("A walk to the far gate", ["far.png"])
    paths = ["/default.html", "/header.html", "/meta.html", "/far.html"]
    _, client = start(place, site, paths)
    for path, name in zip(paths, ("default.png", "header.png", "meta.png", "far.png")):
        settled(client, site.url(path), [name])
    settled(client, site.url("/default.html"), ["near.png"])
    told = {path: headers.get("Referer") for path, headers in images.seen + site.seen if path.endswith(".png")}
    told["/far.png"] = [headers.get("Referer") for path, headers in site.seen if path == "/far.png"]
    origin = site.url("/")
    equal(told, {"/default.png": origin, "/near.png": site.url("/default.html"),
                 "/header.png": site.url("/header.html"), "/meta.png": None,
                 "/far.png": [site.url("/far.html")], "/moved.png": origin})


@case
def none_are_fetched_unless_they_are_kept(place):
    """What was left out is fetched once they are."""
    site = place.site({"/photo.png": png(30, 40)})
    site.pages["/a.html"] = article("A walk to the tower", ["photo.png"])
    daemon, client = start(place, site, ["/a.html"], {"fetch": {"keep_images": "no"}})
    equal(images_of(client, site.url("/a.html"))["photo.png"]["state"], "waiting")
    daemon.stop()
    equal(site.count("/photo.png"), 0)
    daemon.configure({"q": {"type": "feed", "url": site.url("/feed.xml")}})
    daemon.start()
    wait_for(lambda: site.count("/photo.png"), "the image is asked for")
    wait_for(lambda: "kept=1" in daemon.log(), "and kept")


@case
def a_kill_repeats_at_most_one_image(place):
    pictures = {f"/{number}.png": png(40, 30, number) for number in range(8)}
    site = place.site(pictures)
    site.pages["/a.html"] = article("A walk to the church", [path[1:] for path in pictures])
    asked = site.pages["/4.png"]

    def held(handler):
        time.sleep(0.5 if site.count("/4.png") == 1 else 0)
        handler.answer(200, asked)

    site.pages["/4.png"] = held
    daemon, _ = start(place, site, ["/a.html"])
    wait_for(lambda: site.count("/4.png"), "the fifth image is asked for")
    daemon.kill()
    daemon.start()
    wait_for(lambda: "missing=0 failed=0" in daemon.log(), "all are kept")
    equal([site.count(path) for path in pictures], [1, 1, 1, 1, 2, 1, 1, 1])


@case
def a_page_is_exported_with_its_images(place):
    """One file that loads nothing: what is not here stands there in words."""
    photo = png(640, 480)
    site = place.site({"/photo.png": photo, "/drawing.svg": svg("<rect width='9' height='9'/>"),
                       "/page.png": page("No image", prose("lie")), "/counter.png": png(1, 1)})
    names = [path[1:] for path in site.pages]
    site.pages["/a.html"] = article("A walk to the <b>mill</b> & back", names + ["gone.png"])
    _, client = start(place, site, ["/a.html"])
    settled(client, site.url("/a.html"), names)
    item = client.items()[site.url("/a.html")]["id"]
    html = client.text("export", "--html", item)
    assert "<p></p>" not in html, "a line of nothing"
    contains(html, 'src="data:image/png;base64,' + base64.b64encode(photo).decode() + '"')
    contains(html, 'src="data:image/svg+xml;base64,')
    equal(html.count("<img"), 2, "neither the counter nor what is missing")
    contains(html, f'[<a href="{site.url("/page.png")}">image</a>: Picture 2; not kept: not an image]')
    contains(html, f'[<a href="{site.url("/gone.png")}">image</a>: Picture 4; not fetched yet]')
    assert "counter.png" not in html
    equal(re.findall(r'(?:src|srcset|data|action|background|poster)="(?!data:image/)', html), [], "loads nothing")
    contains(html, "default-src 'none'; img-src data:")
    contains(html, "<p>In the 3th year of the survey")
    markdown = client.text("export", "--markdown", item)
    assert markdown.startswith("# A walk to the mill & back\n\n"), markdown[:200]
    contains(markdown, f"\n\n<{site.url('/a.html')}>\n\n")
    contains(markdown, f"\n\n![Picture 0](<{site.url('/photo.png')}>)\n\n")
    contains(markdown, "\n\nIn the 3th year of the survey")
    shown = client.text("read", item)
    contains(" ".join(shown.split()), "[image: Picture 2; not kept: not an image]")
    contains(shown, "[image: Picture 0]")
    assert "Picture 3" not in shown, "what counts readers is not shown"


@case
def a_device_may_do_without_images(place):
    site = place.site({"/photo.png": png(64, 48)})
    site.pages["/a.html"] = article("A walk to the dyke", ["photo.png"])
    daemon, client = start(place, site, ["/a.html"])
    settled(client, site.url("/a.html"), ["photo.png"])
    lean = place.client("lean").join(daemon)
    lean.text("offline", "everything, images no")
    image = images_of(lean, site.url("/a.html"))["photo.png"]
    equal((image["state"], image["held"]), ("kept", False))
    done = lean.run("export", "--html", lean.items()[site.url("/a.html")]["id"], status=0)
    contains(done.stdout.decode(), "Picture 0; not on this device]")
    contains(done.stderr.decode(), "images that are not on this device: 1; its offline policy says 'images no'")


@case
def images_come_to_who_follows(place):
    """By themselves, when the archive has got them."""
    def slow(handler):
        time.sleep(1)
        handler.answer(200, png(64, 48))

    site = place.site({"/photo.png": slow})
    site.pages["/a.html"] = article("A walk to the sluice", ["photo.png"])
    daemon = place.daemon(queues={"q": {"type": "feed", "url": site.feed([]), "every": "1s"}}).start()
    client = place.client("laptop").join(daemon)
    client.text("sync")
    place.follower(client)
    site.feed(["/a.html"])

    def here():
        items = client.items()
        read = items and client.run("read", "--json", items[site.url("/a.html")]["id"])
        return read and read.returncode == 0 and json.loads(read.stdout)["images"][0]["held"]

    wait_for(here, "the image is here")


@case
def images_are_exported_and_imported(place):
    photo = png(64, 48)
    site = place.site({"/photo.png": photo, "/same.png": photo, "/page.png": page("No image", prose("lie"))})
    names = [path[1:] for path in site.pages]
    site.pages["/a.html"] = article("A walk to the mere", names)
    _, client = start(place, site, ["/a.html"])
    settled(client, site.url("/a.html"), names)
    text = client.text("export", "--jsonl")
    images = json.loads(text)["readings"][0]["images"]
    files = [base64.urlsafe_b64decode(image["file_base64"] + "==") for image in images if "file_base64" in image]
    equal(files, [photo], "once in a line")
    copy = place.client("copy")
    copy.run("import", "--jsonl", "-", stdin=text.encode(), status=0)
    equal(copy.text("export", "--jsonl"), text)
    item = copy.items()[site.url("/a.html")]["id"]
    equal([image["held"] for image in copy.json("read", item)["images"]], [True, True, False])
    # A file that is not what it is called is refused, with the whole line.
    images[0]["file_base64"] = images[0]["file_base64"][:-4] + "AAAA"
    line = json.loads(text)
    line["readings"][0]["images"] = images
    done = place.client("other").run("import", "--jsonl", "-", stdin=json.dumps(line).encode(), status=2)
    contains(done.stderr.decode(), 'line 1: an image\'s "blob" is not the hash of its file')


@case
def an_export_says_what_is_wrong(place):
    site = place.site({"/a.html": article("A walk to the well", [])})
    _, client = start(place, site, ["/a.html"])
    client.text("sync")
    item = client.items()[site.url("/a.html")]["id"]
    for arguments, words in ((("--html",), "--html wants an item"), ((item,), "name one format"),
                             (("--jsonl", item), "--jsonl takes no item"),
                             (("--html", "--jsonl", item), "name one format")):
        status, line = client.fails("export", *arguments)
        equal(status, 2)
        contains(line, words)
    equal(client.fails("export", "--html", "ffff")[0], 3)
    equal(client.fails("export", "--html", "--markdown", "ffff")[0], 2)
    equal(client.fails("export", "--markdown")[0], 2)
    client.text("save", "https://example.org/later")
    status, line = client.fails("export", "--html", client.items()["https://example.org/later"]["id"])
    equal(status, 3)
    contains(line, "is not here; readsync why")


def data(content, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


@case
def a_page_that_was_saved_as_one_file_has_its_images(place):
    """They are in data: URLs; what is small, or counts readers, stands in for nothing."""
    photo, large = png(640, 480), png(3000, 2000, 7) + b"x" * 70000
    drawing = svg("<rect width='64' height='48'/>" * 20)
    images = [data(photo), data(png(200, 100), "image/jpeg"), data(photo), data(drawing.encode(), "image/svg+xml"),
              "data:image/svg+xml," + drawing.replace("<", "%3C").replace('"', "'").replace("#", "%23"),
              data(svg("<script>alert(1)</script>" * 30).encode(), "image/svg+xml"), data(large),
              data(png(32, 24)), data(png(1, 1)), data(svg("").encode(), "image/svg+xml"),
              data(b"<html>" * 90, "image/png")]
    site = place.site({})
    daemon = place.daemon(more={"fetch": {"max_image": "64K"}}).start()
    client = place.client("laptop").join(daemon)
    url = site.url("/saved.html")
    client.text("save", url, "--page", "-", stdin=article("A walk to the pier", images).encode())
    client.text("sync")
    wait_for(lambda: client.text("sync") is not None and client.items()[url]["copy"] == "full", "the reading")
    found = client.json("read", client.items()[url]["id"])
    told = sorted((image["state"], image["type"] or "", image["width"], image["height"], image["problem"])
                  for image in found["images"])
    equal(told, [("kept", "image/png", 200, 100, ""), ("kept", "image/png", 640, 480, ""),
                 ("kept", "image/png", 640, 480, ""), ("kept", "image/svg+xml", 64, 48, ""),
                 ("kept", "image/svg+xml", 64, 48, ""),
                 ("missing", "", 0, 0, "an SVG image that is more than a drawing"),
                 ("missing", "", 0, 0, "it is larger than max_image allows"),
                 ("missing", "", 0, 0, "not an image")])
    equal(len({image["source"] for image in found["images"]}), 7)
    for image in found["images"]:
        assert re.fullmatch(re.escape(url) + "#image-[0-9a-f]{32}", image["source"]), image["source"]
    equal(found["images"][0]["size"], len(photo))
    assert found["images"][0]["held"], "the file came along with the sync"
    equal(site.count("/saved.html"), 0)


if __name__ == "__main__":
    main()
