#!/usr/bin/env python3
"""Goal: what a reader removes is forgotten in the end, by all, and a device that was away for a
year does not bring it back. The clocks of all programs are turned (turned_clock.c)."""
import json
import os
import time
import types

import stranger
from rig import BUILD, case, equal, free_port, main, prose
from stranger import Replica

CLOCK = os.path.join(BUILD, "tests/integration/turned_clock.so")
KEPT, GONE, MINE = (f"http://127.0.0.1:9/{name}" for name in ("kept", "gone", "mine"))


def turn(days):
    """What is started from now on sees a day that is so far ahead."""
    os.environ["READSYNC_TURNED_DAYS"] = str(days)
    stranger.time = types.SimpleNamespace(time=lambda: time.time() + days * 24 * 60 * 60)


def begin():
    assert os.path.exists(CLOCK), f"{CLOCK} is not there: make check builds it"
    os.environ["LD_PRELOAD"] = CLOCK
    # In a build with its runtime that one is not the first.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    turn(0)


def end():
    for name in ("LD_PRELOAD", "READSYNC_TURNED_DAYS"):
        os.environ.pop(name, None)
    stranger.time = time


def save(client, *urls):
    lines = [json.dumps({"url": url, "title": url[-4:], "tags": ["rail"],
                         "text": "\n".join(prose(url[-4:]))}) for url in urls]
    client.text("import", "--jsonl", "-", stdin="\n".join(lines).encode())


def newcomer(daemon):
    """All that is told of the item that is gone to a device that comes new, as it goes."""
    replica = Replica()
    replica.join(daemon.invite())
    replica.sync()
    return replica, [name for name in replica.registers if name[1] == newcomer.item]


def half_a_year_later(daemon, here, days):
    """The days on which the daemon runs, and a device comes, until nothing more is to be forgotten."""
    for day in days:
        turn(day)
        daemon.start()
        here.text("sync")
        daemon.stop()


@case
def a_year_turns_and_nothing_comes_back(place):
    begin()
    try:
        # It is found again after each start.
        daemon = place.daemon(more={"daemon": {"listen": f"127.0.0.1:{free_port()}"}}).start()
        here, away = place.client("here").join(daemon), place.client("away").join(daemon)
        save(here, KEPT, GONE)
        here.text("sync")
        away.text("sync")
        gone = here.items()[GONE]["id"]
        newcomer.item = bytes.fromhex(gone)
        here.text("tag", gone, "river")
        here.text("rm", gone)
        here.text("sync")
        _, told = newcomer(daemon)
        assert len(told) > 3, f"a device that comes soon hears that it is gone: {told}"
        daemon.stop()
        # One who is away says more of it, and saves something else.
        turn(10)
        away.text("tag", gone, "late")
        save(away, MINE)
        # Of the devices that are waited for, all have heard of it; the others are not waited for.
        half_a_year_later(daemon, here, (200, 202, 204, 206))
        turn(207)
        daemon.start()
        replica, told = newcomer(daemon)
        equal(told, [], "what is told of it to who comes now")
        equal(sorted(replica.items()), [KEPT])
        daemon.stop()
        # Back after a year, they hold what others have forgotten, and do not know that it is gone.
        turn(400)
        daemon.start()
        equal(sorted(away.items()), [GONE, KEPT, MINE])
        away.text("sync")
        here.text("sync")
        equal(sorted(away.items()), [KEPT, MINE])
        equal(sorted(here.items()), [KEPT, MINE])
        replica, told = newcomer(daemon)
        equal(sorted(replica.items()), [KEPT, MINE])
        # It may be saved again, and is a new one.
        save(away, GONE)
        away.text("sync")
        here.text("sync")
        equal(here.items()[GONE]["tags"], ["rail"])
        for client in (here, away):
            client.text("vault", "verify")
    finally:
        end()


if __name__ == "__main__":
    main()
