#!/usr/bin/env python3
"""Goal: one article saved under two addresses on two devices is one item, until its reader splits it."""
from rig import case, contains, equal, main, page, prose, wait_for


def redirect(to):
    def answer(handler):
        handler.send_response(301)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    return answer


def two_devices(place, first, second, **pages):
    """Save ${first} on one device and ${second} on the other, offline, and let the archive read both."""
    site = place.site({"/" + name: answer for name, answer in pages.items()})
    daemon = place.daemon().start()
    red, blue = (place.client(name).join(daemon) for name in ("red", "blue"))
    red.text("save", "--tag", "rail", site.url(first))
    blue.text("save", "--tag", "sea", site.url(second))
    for client in (red, blue):
        client.text("sync")
    def read():
        # What turns out to be an alias has no work of its own left.
        return daemon.status()["waiting"] == 0
    wait_for(read, "both to be read")
    for client in (red, blue):
        client.text("sync")
    return site, red, blue


def listed(client):
    return [(item["url"], item["tags"]) for item in client.json("list", "--all")]


def is_one(site, client, first, second):
    (url, tags), = listed(client)
    equal(tags, ["rail", "sea"])
    told = client.json("why", client.json("list", "--all")[0]["id"])
    equal(sorted([url, *told["addresses"]]), sorted([site.url(first), site.url(second)]))


@case
def a_redirect_makes_one_item_and_split_makes_two(place):
    site, red, blue = two_devices(place, "/s17", "/story",
                                  s17=redirect("/story"), story=page("Harbour", prose("harbour")))
    for client in (red, blue):
        is_one(site, client, "/s17", "/story")
    item = blue.json("list")[0]["id"]
    contains(blue.text("why", item), "\nalso ")
    contains(red.text("read", item), "harbour")
    red.text("archive", item)
    # An address that is none, or none of this item, changes nothing.
    equal(red.fails("split", item, "story")[0], 2)
    status, line = red.fails("split", item, site.url("/elsewhere"))
    equal(status, 3)
    contains(line, "not an address of this item")
    red.text("split", item, site.url("/s17"))
    for client in (red, blue, red):
        client.text("sync")
    for client in (red, blue):
        equal(sorted(listed(client)), [(site.url("/s17"), ["rail"]), (site.url("/story"), ["sea"])])
        equal([entry["state"] for entry in client.json("list", "--all")], ["archived"] * 2)
    equal(red.fails("split", item, red.json("why", item)["url"])[0], 2)


@case
def a_canonical_address_makes_one_item(place):
    named = '<link rel="canonical" href="/story">'
    site, red, blue = two_devices(place, "/print?id=7", "/story", story=page("Quay", prose("quay"), named),
                                  **{"print?id=7": page("Quay", prose("quay"), named)})
    for client in (red, blue):
        is_one(site, client, "/print?id=7", "/story")


@case
def a_site_whose_pages_all_name_one_joins_nothing(place):
    names = [f"story{n}" for n in range(6)]
    site = place.site({f"/{name}": page(name, prose(name), '<link rel="canonical" href="/story0">')
                       for name in names})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed([f"/{n}" for n in names])}}).start()
    daemon.idle(len(names))
    client = place.client().join(daemon)
    client.text("sync")
    equal(len(listed(client)), len(names))


main()
