#!/usr/bin/env python3
"""Goal: two archives of one library keep each other up to date, whatever happens to the
link between them; what is revoked on one is out on the other as soon as it hears of it."""
import signal

from rig import case, contains, equal, main, page, prose, wait_for


def two(place, queues=None):
    """Archives home and office; office has joined home, and dials it by way of a gate."""
    gate = place.gate()
    home = place.daemon("home", queues=queues, more={
        "daemon": {"name": "home", "announce": gate.address}}).start()
    gate.target = home.address()
    office = place.daemon("office", more={"daemon": {"name": "office"}})
    status, said = office.join(home)
    equal((status, [line for line in said.splitlines() if "key-file-made" not in line]), (0, []))
    office.start()
    connected(office)
    return home, office, gate


def link(daemon):
    return daemon.status()["archives"][0]


def connected(daemon):
    wait_for(lambda: [archive["connected"] for archive in daemon.status()["archives"]] == [True],
             f"the link stands: {daemon.log()[-2000:]}")


def devices(place, daemon):
    listed = place.client("operator").json("device", "list", "--control", daemon.control)
    return {device["name"]: "revoked" if device["revoked"] else "archive" if device["archive"]
            else "device" for device in listed}


def device(place, daemon, *words):
    place.client("operator").text("device", *words, "--control", daemon.control)


def laptop(place, daemon, name):
    client = place.client(name)
    client.text("join", "--name", name, daemon.invite())
    return client


@case
def an_archive_joins_and_has_everything(place):
    site = place.site({f"/{n}.html": page(f"Heron {n}", prose(f"heron{n}")) for n in range(3)})
    home, office, _ = two(place, {"saved": {"type": "feed", "url": site.feed(
        [f"/{n}.html" for n in range(3)])}})
    home.idle(3)
    office.idle(3)
    equal(devices(place, home), {"home": "archive", "office": "archive"})
    equal(devices(place, office), {"home": "archive", "office": "archive"})
    # Raw pages too: as many bytes are stored here as there.
    wait_for(lambda: office.status()["blobs"] == home.status()["blobs"],
             f"all blobs: {office.status()}, {home.status()}")
    equal(link(office)["name"], "home")
    equal(link(office)["problem"], "")
    equal(home.status()["archives"], [])
    contains(place.client("operator").text("status", "--control", office.control),
             "archive 'home': connected\n")
    code, text = place.client("operator").fails("device", "rename", "office", "x", "--control",
                                                home.control)
    equal(code, 7)
    contains(text, "its own readsyncd.conf")
    # Each serves laptops of its own, and they converge.
    red, blue = laptop(place, home, "red"), laptop(place, office, "blue")
    red.text("save", "http://127.0.0.1:1/red.html")
    red.text("sync")
    blue.text("save", "http://127.0.0.1:1/blue.html")
    blue.text("sync")
    wait_for(lambda: home.status()["items"] == office.status()["items"] == 5, "both have both")
    red.text("sync")
    blue.text("sync")
    equal(sorted(red.items()), sorted(blue.items()))
    contains(blue.text("search", "heron1"), "Heron 1")
    equal(sorted(devices(place, home).items()), [("blue", "device"), ("home", "archive"),
                                                 ("office", "archive"), ("red", "device")])


@case
def a_page_is_fetched_once(place):
    site = place.site({f"/{name}.html": page(f"Heron {name}", prose(f"heron{name}"))
                       for name in ("queue", "red", "blue", "late")})
    home, office, _ = two(place, {"saved": {"type": "feed", "url": site.feed(["/queue.html"])}})
    red, blue = laptop(place, home, "red"), laptop(place, office, "blue")
    wait_for(lambda: len(devices(place, home)) == len(devices(place, office)) == 4, "the list")
    red.text("save", site.url("/red.html"))
    red.text("sync")
    blue.text("save", site.url("/blue.html"))
    blue.text("sync")
    home.idle(3)
    office.idle(3)
    wait_for(lambda: office.status()["readings"] == home.status()["readings"] == 3, "the readings")
    equal([site.count(f"/{name}.html") for name in ("queue", "red", "blue")], [1, 1, 1])
    # A page that the reader saved is read by whoever gets it; by both, and it is one reading.
    saved = place.path("saved.html")
    with open(saved, "w", encoding="utf-8") as file:
        file.write(page("Otter", prose("otter")))
    blue.text("save", "--page", saved, "http://127.0.0.1:1/seal.html")
    blue.text("sync")
    equal(blue.items()["http://127.0.0.1:1/seal.html"]["copy"], "full")
    home.idle(4)
    office.idle(4)
    wait_for(lambda: office.status()["readings"] == home.status()["readings"] == 4, "the readings")
    blue.text("sync")
    red.text("sync")
    item = blue.items()["http://127.0.0.1:1/seal.html"]["id"]
    equal(red.json("why", item), blue.json("why", item))
    equal(home.stop()[0], 0)
    blue.text("save", "--page", saved, "http://127.0.0.1:1/otter.html")
    blue.text("sync")
    equal(blue.items()["http://127.0.0.1:1/otter.html"]["copy"], "full")
    # Without the first archive it stands by, until it is told that there is none.
    blue.text("save", site.url("/late.html"))
    blue.text("sync")
    equal((office.status()["waiting"], site.count("/late.html")), (1, 0))
    office.configure(more={"daemon": {"name": "office"}, "fetch": {"wait": "0"}})
    office.process.send_signal(signal.SIGHUP)
    office.idle(6)
    equal(site.count("/late.html"), 1)


@case
def a_cut_link_heals(place):
    home, office, gate = two(place)
    red, blue = laptop(place, home, "red"), laptop(place, office, "blue")
    wait_for(lambda: len(devices(place, home)) == len(devices(place, office)) == 4, "the list")
    seen = link(office)["seen"]
    gate.cut()
    wait_for(lambda: not link(office)["connected"], "the link is down")
    assert link(office)["seen"] >= seen and link(office)["problem"]
    red.text("save", "http://127.0.0.1:1/red.html")
    red.text("sync", "--control", home.control)
    blue.text("save", "http://127.0.0.1:1/blue.html")
    blue.text("sync", "--control", office.control)
    # A device list that is changed on both.
    device(place, home, "rename", "red", "crimson")
    device(place, office, "rename", "blue", "azure")
    device(place, home, "rename", "blue", "navy")
    device(place, office, "rename", "blue" if "blue" in devices(place, office) else "azure", "teal")
    equal((home.status()["items"], office.status()["items"]), (1, 1))
    gate.restore()
    connected(office)
    wait_for(lambda: home.status()["items"] == office.status()["items"] == 2, "both have both")
    wait_for(lambda: devices(place, home) == devices(place, office), "one list of devices")
    # The later write wins.
    equal(sorted(devices(place, home)), ["crimson", "home", "office", "teal"])
    # Both daemons start again, in either order.
    equal(office.stop()[0], 0)
    equal(home.stop()[0], 0)
    home.start()
    gate.target = home.address()
    office.start()
    connected(office)


@case
def kills_lose_nothing(place):
    names = [f"/{n}.html" for n in range(30)]
    site = place.site({name: page(f"Heron {name}", prose("heron", 30)) for name in names})
    home, office, gate = two(place, {"saved": {"type": "feed", "url": site.feed(names)}})
    blue = laptop(place, office, "blue")
    for number in range(6):
        # Amid whatever goes on: at each round one has a little more than at the last.
        wait_for(lambda: office.status()["items"] > 4 * number, "some of it comes")
        killed = (home, office)[number % 2]
        killed.kill()
        if killed is office:
            blue.text("save", f"http://127.0.0.1:1/{number}.html")
        else:
            blue.text("sync", "--control", office.control)
        killed.start()
        gate.target = home.address()
    blue.text("sync", "--control", office.control)
    # The three that the laptop saved cannot be fetched.
    wait_for(lambda: home.status()["items"] == office.status()["items"] == 33 and
             home.status()["readings"] == office.status()["readings"] >= 30 and
             home.status()["blobs"] == office.status()["blobs"],
             f"both have all: {home.status()}, {office.status()}")
    equal([site.count(name) for name in names if site.count(name) > 2], [])


@case
def what_is_changed_here_is_there_at_once(place):
    home, office, _ = two(place)
    red, blue = laptop(place, home, "red"), laptop(place, office, "blue")
    red.text("save", "http://127.0.0.1:1/heron.html")
    red.text("sync")
    wait_for(lambda: office.status()["items"] == 1, "it is at the office")
    blue.text("sync")
    followers = [place.follower(client) for client in (red, blue)]
    wait_for(lambda: home.status()["peers"] == 3 and office.status()["peers"] == 3,
             "a follower, the link, and the one that asks")
    red.text("tag", red.json("list")[0]["id"], "rail")
    wait_for(lambda: blue.json("list")[0]["tags"] == ["rail"], "it is on the other laptop")
    for follower in followers:
        equal(follower.ends(signal.SIGTERM), 0)


@case
def a_revocation_goes_round(place):
    home, office, gate = two(place)
    lost = laptop(place, home, "lost")
    wait_for(lambda: "lost" in devices(place, office), "the office knows the laptop")
    lost.text("sync")
    lost_there = place.client("lost")
    gate.cut()
    wait_for(lambda: not link(office)["connected"], "the link is down")
    device(place, home, "revoke", "lost")
    # Home refuses it; the office has not heard yet, and is the next that it tries.
    follower = place.follower(lost_there)
    wait_for(lambda: office.status()["peers"] == 2, f"it goes to the office: {follower.said()}")
    gate.restore()
    connected(office)
    wait_for(lambda: devices(place, office)["lost"] == "revoked", "the office hears of it")
    equal(follower.ends(), 7)
    code, text = lost.fails("sync")
    equal(code, 7)
    contains(text, "does not know this device")
    # An archive can be revoked too.
    device(place, home, "revoke", "office")
    wait_for(lambda: not link(office)["connected"], "the link is down for good")
    red = laptop(place, home, "red")
    red.text("save", "http://127.0.0.1:1/red.html")
    red.text("sync")
    wait_for(lambda: "does not know this one" in link(office)["problem"], "it is refused")
    equal(office.status()["items"], 0)
    assert "red" not in devices(place, office)


@case
def an_invitation_makes_what_it_says(place):
    home = place.daemon("home", more={"daemon": {"name": "home"}}).start()
    # For a device only: no archive joins by it.
    office = place.daemon("office", more={"daemon": {"name": "office"}})
    status, said = office.join(home, home.invite())
    equal(status, 7)
    contains(said, "makes no archive")
    equal(devices(place, home), {"home": "archive"})
    # For an archive: a laptop that uses it is none.
    token = place.client("operator").json("invite", "--archive", "--control",
                                          home.control)["token"]
    red = place.client("red")
    red.text("join", "--name", "red", token)
    equal(devices(place, home), {"home": "archive", "red": "device"})
    # Used up; and nonsense.
    status, said = office.join(home, token)
    equal(status, 7)
    contains(said, "used or expired")
    status, said = office.join(home, "readsync1-nonsense")
    equal(status, 7)
    # It may still join with the right one.
    equal(office.join(home)[0], 0)
    # A library of its own is not given up for another.
    site = place.site({"/a.html": page("Otter", prose("otter"))})
    other = place.daemon("other", queues={"saved": {"type": "feed", "url": site.feed(
        ["/a.html"])}}).start()
    other.idle(1)
    status, said = other.join(home)
    contains(said, "in use")
    equal(other.stop()[0], 0)
    status, said = other.join(home)
    equal(status, 7)
    contains(said, "a library of its own")
    other.start()
    equal(other.status()["items"], 1)


@case
def a_laptop_goes_to_any_archive(place):
    home, office, _ = two(place)
    red = laptop(place, home, "red")
    wait_for(lambda: "red" in devices(place, office), "the office knows the laptop")
    red.text("sync")  # it learns of the office
    contains(red.text("status"), "paired with 'home'; archives of the library: 2\n")
    equal(home.stop()[0], 0)
    red.text("save", "http://127.0.0.1:1/red.html")
    red.text("sync")
    equal(office.status()["items"], 1)
    # It stays with the one that answered.
    home.start()
    red.text("sync")
    equal(office.stop()[0], 0)
    code, text = red.fails("sync")
    equal(code, 6)
    contains(text, "refused")


if __name__ == "__main__":
    main()
