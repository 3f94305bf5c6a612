#!/usr/bin/env python3
"""Goal: a page that takes more than its worker may have is read three times, days apart if need
be, and not a fourth; then it is kept with the reason. The clocks of the programs are turned
(turned_clock.c)."""
import base64
import os
import random
import re

from rig import BUILD, Skip, case, contains, equal, free_port, main, wait_for

CLOCK = os.path.join(BUILD, "tests/integration/turned_clock.so")
@case
def three_times_and_no_more(place):
    if re.search("[at]san", BUILD):
        raise Skip("a sanitizer's build has no bound on a worker's memory")
    assert os.path.exists(CLOCK), f"{CLOCK} is not there: make check builds it"
    os.environ.update(LD_PRELOAD=CLOCK, READSYNC_TURNED_DAYS="0")
    daemon = place.daemon(more={"daemon": {"listen": f"127.0.0.1:{free_port()}"}}).start()
    client = place.client().join(daemon)
    noise = base64.b64encode(random.Random(1).randbytes(12 * 1024 * 1024)).decode()
    client.text("save", "http://127.0.0.1:9/page", "--page", "-", stdin=f"<p>{noise}".encode())
    client.text("sync")

    def tries():
        return re.findall(r"(try-failed|kept-without-article) item=.*reason=\"([^\"]*)\"", daemon.log())
    failed = ("try-failed", "out of memory")
    for day in (1, 2, 3):
        wait_for(lambda d=day: len(tries()) == d, f"try {day}")
        daemon.stop()
        os.environ["READSYNC_TURNED_DAYS"] = str(day)
        daemon.start()
    equal(tries(), [failed, failed, ("kept-without-article", "out of memory")])
    status = daemon.status()
    equal((status["items"], status["waiting"], status["failing"]), (1, 0, 0))
    client.text("sync")
    item, = client.items().values()
    contains(client.text("why", item["id"]), "There is no article: out of memory")


if __name__ == "__main__":
    main()
