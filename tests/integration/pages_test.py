#!/usr/bin/env python3
"""Articles of several pages: all of them make one copy, and what is missing makes it partial."""
from rig import case, contains, equal, main, prose, wait_for


def part(number, last, body=None, further="/story?page={}"):
    """Page number of an article, with links as such sites have them."""
    own = "/story" if number == 1 else further.format(number)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in (body or prose(f"part{number}", 6)))
    links = "".join(f'<a href="{further.format(i)}">{i}</a> ' for i in range(2, last + 1) if i != number)
    forth = f'<link rel=next href="{further.format(number + 1)}">' if number < last else ""
    return (f"<html><head><title>The story</title>{forth}<link rel=canonical href='{own}'></head>"
            f"<body><article><h1>The story</h1>{text}</article><p>{links}</p></body></html>")


def begin(place, pages):
    site = place.site(pages)
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/story"])}},
                          more={"fetch": {"spacing": "0s"}}).start()
    client = place.client().join(daemon)
    daemon.idle(1)
    client.text("sync")
    return site, daemon, client, client.items()[site.url("/story")]


@case
def all_pages_make_one_copy(place):
    site, _, client, item = begin(place, {
        "/story": part(1, 3), "/story?page=2": part(2, 3), "/story?page=3": part(3, 3)})
    equal(item["copy"], "full")
    text = client.text("read", item["id"])
    places = [text.index(f"keepers of the part{number}") for number in (1, 2, 3)]
    equal(places, sorted(places))
    equal([site.count(path) for path in ("/story", "/story?page=2", "/story?page=3")], [1, 1, 1])


@case
def numbers_alone_count_from_the_first_page(place):
    """As WordPress has them: each page says that it is its own canonical one."""
    pages = {"/story" if number == 1 else f"/story/{number}/": part(number, 4, further="/story/{}/")
             for number in (1, 2, 3, 4)}
    site, _, client, item = begin(place, pages)
    equal([site.count(path) for path in pages], [1, 1, 1, 1])
    equal(item["copy"], "full")
    contains(client.text("read", item["id"]), "keepers of the part4")


@case
def a_page_that_fails_makes_it_partial(place):
    site, _, client, item = begin(place, {"/story": part(1, 3), "/story?page=2": part(2, 3)})
    equal(item["copy"], "partial")
    text = client.text("read", item["id"])
    contains(text, "part1")
    contains(text, "part2")
    contains(client.text("why", item["id"]), "the text has further pages that are not here")
    equal(site.count("/story?page=3"), 1)


@case
def a_wall_on_a_later_page_makes_it_partial(place):
    wall = ("This article is for subscribers. Subscribe to continue reading. Already a "
            "subscriber? Log in")
    site, _, client, item = begin(place, {
        "/story": part(1, 2), "/story?page=2": part(2, 2, [prose("part2")[0], wall])})
    equal(item["copy"], "partial")
    assert "part2" not in client.text("read", item["id"])
    equal(site.count("/story?page=2"), 1)


@case
def pages_in_a_circle_and_without_end_end(place):
    def endless(request):
        number = int(request.path.rpartition("=")[2])
        request.answer(200, part(number, number + 1))
    pages = {f"/story?page={number}": endless for number in range(2, 40)}
    site, daemon, client, item = begin(place, {"/story": part(1, 2), **pages})
    equal(item["copy"], "partial")
    equal(sum(1 for path, _ in site.seen if path.startswith("/story")), 21)
    site.pages["/other"] = part(1, 2).replace("/story", "/other")
    site.pages["/other?page=2"] = lambda request: request.answer(302, "", Location="/other")
    client.text("save", site.url("/other"))
    client.text("sync")
    wait_for(lambda: (client.text("sync"), client.items()[site.url("/other")]["copy"])[1] !=
             "unknown", "it is read")
    assert site.count("/other") <= 2, site.seen
    assert daemon.alive()


if __name__ == "__main__":
    main()
