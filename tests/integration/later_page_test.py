#!/usr/bin/env python3
"""Goal: of an article of several pages, one that fails for now costs nothing: what came before it
is read at once, and all of it is tried again by itself, ten times at most, also by a daemon that
was stopped meanwhile. The clocks of the programs are turned (turned_clock.c)."""
import os
import re
import socket
import struct

from rig import BUILD, case, contains, equal, free_port, main, page, prose, wait_for

CLOCK = os.path.join(BUILD, "tests/integration/turned_clock.so")
FIRST = page("The story", prose("part1", 6), "<link rel=next href='/story?page=2'>").replace(
    "</article>", "</article><a href='/story?page=2'>2</a>")
SECOND = page("The story", prose("part2", 6)).replace("</article>", "</article><a href='/story'>1</a>")


class Days:
    """A story at a site whose second page fails, with a clock that is turned from day to day."""

    def __init__(self, place, failure, name="", pages=()):
        assert os.path.exists(CLOCK), f"{CLOCK} is not there: make check builds it"
        self.day = 0
        self.site = place.site({"/story": FIRST, "/story?page=2": failure, **dict(pages)})
        queue = {"type": "feed", "url": self.site.feed(["/story"])}
        options = os.environ.get("ASAN_OPTIONS", "")
        os.environ.update(LD_PRELOAD=CLOCK, READSYNC_TURNED_DAYS="0",
                          ASAN_OPTIONS=options + ":verify_asan_link_order=0")
        self.daemon = place.daemon("daemon" + name, queues={"saved": queue}, more={
            "daemon": {"listen": f"127.0.0.1:{free_port()}"}, "fetch": {"spacing": "0s"}}).start()
        self.client = place.client("client" + name).join(self.daemon)
        self.tried(1)

    def tried(self, times):
        self.client.text("sync")
        wait_for(lambda: len(re.findall("info: kept item", self.daemon.log())) == times, f"try {times}")
        self.client.text("sync")

    def pass_day(self):
        self.daemon.stop()
        self.day += 1
        os.environ["READSYNC_TURNED_DAYS"] = str(self.day)
        self.daemon.start()

    def item(self):
        return self.client.items()[self.site.url("/story")]

    def why(self):
        return self.client.text("why", self.item()["id"])

    def visits(self):
        return [self.site.count(path) for path in ("/story", "/story?page=2")]


def answers(status, **headers):
    return lambda request: request.answer(status, "<p>Not now.", **headers)


def resets(request):
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.close_connection = True


@case
def a_page_that_fails_for_now_is_tried_again(place):
    """What came is there at once; a day later, after a restart, so is the rest."""
    for number, (failure, reason) in enumerate((
            (answers(503), "the site answered 503"), (answers(429), "the site answered 429"),
            (resets, ""))):
        days = Days(place, failure, str(number))
        equal(days.item()["copy"], "partial", reason)
        contains(days.client.text("read", days.item()["id"]), "keepers of the part1")
        contains(days.why(), f"page 2 failed ({reason}")
        contains(days.why(), "it is tried again by itself")
        contains(days.why(), "could not be fetched")
        visits = days.visits()
        days.site.pages["/story?page=2"] = SECOND
        days.pass_day()
        days.tried(2)
        equal((days.item()["copy"], days.item()["waits"]), ("full", ""), reason)
        contains(days.client.text("read", days.item()["id"]), "keepers of the part2")
        equal(days.visits(), [count + 1 for count in visits])
        equal([reading["copy"] for reading in days.client.json("history", days.item()["id"])],
              ["full", "partial"])
        days.daemon.idle(1)


@case
def a_page_that_asks_for_time_is_given_it(place):
    days = Days(place, answers(503, Retry_After="7200"))
    wait, = re.findall(r"page-failed item=\w+ attempt=1 reason=\"the site answered 503\" wait_s=(\d+)",
                       days.daemon.log())
    assert 7190 <= int(wait) <= 7200, wait


@case
def a_page_that_is_not_asked_for_costs_no_try(place):
    """The host has asked for time because of another article, between two pages of this one."""
    days = Days(place, answers(404), pages={"/story": page("Plain", prose("plain"))})

    def late(request):
        wait_for(lambda: "page-failed" in days.daemon.log(), "the other's second page failed")
        request.answer(200, FIRST.replace("/story", "/late"))
    days.site.pages.update({"/late": late, "/soon": FIRST.replace("/story", "/soon"),
                            "/soon?page=2": answers(503, Retry_After="7200")})
    for path in ("/late", "/soon"):
        days.client.text("save", days.site.url(path))
    days.tried(3)
    equal(days.client.items()[days.site.url("/late")]["copy"], "partial")
    contains(days.daemon.log(), "page-postponed")
    equal((days.daemon.status()["waiting"], days.daemon.status()["failing"]), (2, 1))
    equal(days.site.count("/late?page=2"), 0)


@case
def a_page_that_fails_for_ever_is_tried_ten_times(place):
    days = Days(place, answers(500))
    for tries in range(2, 11):
        contains(days.why(), "it is tried again by itself")
        days.pass_day()
        days.tried(tries)
    days.daemon.idle(1)
    equal((days.item()["copy"], days.item()["waits"]), ("partial", ""))
    assert "tried again" not in days.why(), days.why()
    contains(days.why(), "the site answered 500: http")
    days.pass_day()
    days.daemon.idle(1)
    equal(days.visits(), [10, 10])


@case
def a_single_page_that_fails_for_now_is_tried_again(place):
    """Unless all of it came page by page; a rule says where such a page is."""
    whole = page("The story", prose("whole", 12))
    for number, (pages, tried) in enumerate((({}, True), ({"/story?page=2": SECOND}, False))):
        home = place.path(f"daemon{number}")
        os.makedirs(os.path.join(home, "sites"), mode=0o700)
        with open(os.path.join(home, "sites", "127.0.0.1.txt"), "w", encoding="utf-8") as file:
            file.write("single_page_link: //a[@class='print']\n")
        first = (FIRST if pages else page("The story", prose("part1", 6))).replace(
            "</article>", "</article><a class=print href=/all>all</a>")
        days = Days(place, answers(404), str(number), {**pages, "/story": first, "/all": answers(500)})
        equal(days.item()["copy"], "full")
        equal("all of it failed (the site answered 500); it is tried again" in days.why(), tried, str(number))
        days.site.pages["/all"] = whole
        days.pass_day()
        if tried:
            days.tried(2)
            contains(days.client.text("read", days.item()["id"]), "keepers of the whole")
        days.daemon.idle(1)
        equal((days.item()["waits"], days.site.count("/all")), ("", 1 + tried))


@case
def what_is_tried_again_is_what_is_told(place):
    """The page with all of it fails for now, and then the second page for ever."""
    home = place.path("daemon")
    os.makedirs(os.path.join(home, "sites"), mode=0o700)
    with open(os.path.join(home, "sites", "127.0.0.1.txt"), "w", encoding="utf-8") as file:
        file.write("single_page_link: //a[@class='print']\n")
    days = Days(place, answers(404), pages={
        "/story": FIRST.replace("</article>", "</article><a class=print href=/all>all</a>"), "/all": answers(500)})
    equal(days.item()["copy"], "partial")
    contains(days.why(), "all of it failed (the site answered 500); it is tried again")
    contains(days.why(), "the site answered 404: http")
    contains(days.daemon.log(), "page-failed item=")
    contains(days.daemon.log(), 'attempt=1 reason="the site answered 500"')


@case
def a_page_that_is_refused_is_not_tried_again(place):
    for status in (403, 404, 410):
        days = Days(place, answers(status), str(status))
        equal((days.item()["copy"], days.item()["waits"]), ("partial", ""))
        contains(days.why(), f"the site answered {status}: http")
        days.daemon.idle(1)
        equal(days.visits(), [1, 1])


if __name__ == "__main__":
    main()
