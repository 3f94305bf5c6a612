#!/usr/bin/env python3
"""Each gate that a reader meets, from the first fetch to the last: what is said of it, what is
advised, what a session repairs, and that its end costs nothing and is told once."""
from publisher import DECLARED, WALL, html
from rig import case, contains, equal, main, prose, wait_for


def paragraphs(word, count=8):
    return "".join(f"<p>{text}</p>" for text in prose(word, count))


def teaser(name, wall, head=""):
    return html(name, f"<article><h1>{name}</h1>{paragraphs(name, 1)}{wall}</article>", head)


FORM = ("<h1>Log in</h1><form method=post action=/session><input name=email type=email>"
        "<input name=secret type=password><button>Log in</button></form>")
BOT = ("<h1>Checking your browser</h1><p>Please enable JavaScript and cookies to continue. Verify "
       "that you are human.</p><div class=cf-turnstile></div>")
CONSENT = ("<h1>We value your privacy</h1><p>We and our partners store and access information on "
           "your device. Accept cookies to continue to the site.</p><button>Accept all</button>"
           "<button>Manage preferences</button>")
REGISTER = ("<div class=regwall><p>Create a free account to continue reading.</p>"
            "<p>Already registered? Log in</p></div>")


def stranger(story, name):
    """What the site of the story answers who is not known there: status, page, headers."""
    return {
        "teaser": (200, teaser(name, WALL, DECLARED), {}),
        "payment": (402, teaser(name, WALL), {}),
        "account": (200, teaser(name, REGISTER), {}),
        "redirect": (302, "", {"Location": "/login"}),
        "robots": (403, html("Just a moment...", BOT), {}),
        "consent": (200, html("Your privacy", CONSENT), {}),
        "forbidden": (403, html("Forbidden", "<h1>403 Forbidden</h1>"), {}),
        "gone": (410, html("Gone", "<p>This page has been removed.</p>"), {}),
        "legal": (451, html("Unavailable", "<p>Unavailable for legal reasons.</p>"), {}),
    }[story]


# Of each: the copy, the evidence that tells, and a part of the advice.
EXPECTED = {
    "teaser": ("teaser", "wall-at-end", "for subscribers"),
    "payment": ("teaser", "http-payment", "asks for payment"),
    "account": ("teaser", "wall-at-end", "wants an account"),
    "redirect": ("blocked", "login-page", "only to who is logged in"),
    "robots": ("blocked", "bot-check", "no payment gets us past"),
    "consent": ("blocked", "consent-page", "about cookies"),
    "forbidden": ("blocked", "http-forbidden", "A login rarely helps"),
    "gone": ("blocked", "http-gone", "no longer there"),
    "legal": ("blocked", "http-legal", "may not show it"),
}
# Where a session helps.
OPENED = ("teaser", "payment", "account", "redirect")


class World:
    """A server with a host for each story, a daemon that knows their articles, and a client."""

    def __init__(self, place):
        self.members = set(OPENED)      # the stories whose session is good
        self.site = place.site({"/login": html("Log in", FORM)})
        self.daemon = place.daemon(more={"fetch": {"spacing": "0s"}}).start()
        self.client = place.client().join(self.daemon)

    def url(self, story, name):
        return self.site.url(f"/{name}").replace("127.0.0.1", f"{story}.localhost")

    def asked(self, story):
        """How often articles of the story were asked for."""
        return sum(headers["Host"].startswith(story) and path != "/login"
                   for path, headers in self.site.seen)

    def answer(self, request):
        story, name = request.headers["Host"].split(".")[0], request.path[1:]
        if "session=good" in request.headers.get("Cookie", "") and story in self.members:
            request.answer(200, html(name, "<a href=/out>Log out</a><article><h1>" + name +
                                     f"</h1>{paragraphs(name)}</article>"))
        else:
            status, body, headers = stranger(story, name)
            request.answer(status, body, **headers)

    def save(self, *stories, name="one"):
        self.site.pages[f"/{name}"] = self.answer
        for story in stories:
            self.client.text("save", self.url(story, name))
        self.client.text("sync")

    def items(self):
        self.client.text("sync")
        return self.client.items()

    def give(self, story):
        self.client.text("site", "cookies", "-", stdin=(
            f"{story}.localhost\tFALSE\t/\tFALSE\t0\tsession\tgood\n").encode())


@case
def each_gate_is_known_and_has_its_advice(place):
    world = World(place)
    world.save(*EXPECTED)
    world.daemon.idle(len(EXPECTED))
    items = world.items()
    for story, (copy, evidence, advice) in EXPECTED.items():
        told = world.client.json("why", items[world.url(story, "one")]["id"])
        seen = [one["id"] for one in told["evidence"]]
        assert evidence in seen and told["copy"] == copy, (story, told["copy"], seen)
        contains(told["advice"], advice, story)
        equal(told["session"], "out", story)
        equal(world.asked(story), 1, f"{story}: one view is enough")
        contains(world.client.text("why", items[world.url(story, "one")]["id"]),
                 "readsync save --page FILE", story)


@case
def a_session_opens_what_it_can_and_its_end_loses_nothing(place):
    world = World(place)
    world.save(*OPENED)
    world.daemon.idle(len(OPENED))
    for story in OPENED:
        world.give(story)
    ours = [world.url(story, "one") for story in OPENED]
    wait_for(lambda: {world.items()[url]["copy"] for url in ours} == {"full"}, "all are repaired")
    texts = {url: world.client.text("read", world.items()[url]["id"]) for url in ours}
    # The sessions end.  The next article of each site finds out; the one after that waits.
    world.members.clear()
    world.save(*OPENED, name="two")
    wait_for(lambda: world.daemon.log().count("session-expired") == len(OPENED), "each is told")
    before = {story: world.asked(story) for story in OPENED}
    world.save(*OPENED, name="three")
    wait_for(lambda: world.daemon.status()["waiting_for_reader"] == len(OPENED), "the others wait")
    equal({story: world.asked(story) for story in OPENED}, before, "nothing more is asked")
    equal(world.daemon.log().count("session-expired"), len(OPENED), "each is told once")
    items = world.items()
    for story in OPENED:
        waits = items[world.url(story, "three")]["waits"]
        contains(waits, "the session at", story)
        contains(world.client.text("list"), " ! ")
        told = world.client.json("why", items[world.url(story, "two")]["id"])
        contains(told["advice"], f"Log in again to {story}.localhost", story)
        url = world.url(story, "one")
        equal(items[url]["copy"], "full", story)
        equal(world.client.text("read", items[url]["id"]), texts[url], "the best copy is unchanged")
    # They are renewed: what is not whole is fetched, and what is whole is not.
    world.members.update(OPENED)
    ones = sum(path == "/one" for path, _ in world.site.seen)
    for story in OPENED:
        world.give(story)
    wait_for(lambda: {item["copy"] for item in world.items().values()} == {"full"},
             "all are repaired")
    equal({item["waits"] for item in world.items().values()}, {""})
    equal(sum(path == "/one" for path, _ in world.site.seen), ones)


if __name__ == "__main__":
    main()
