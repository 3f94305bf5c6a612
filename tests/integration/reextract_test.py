#!/usr/bin/env python3
"""Goal: when the extractor gets better, so do the articles that were fetched long ago:
`readsyncd reextract` reads the stored pages again, shows what came out better, and
never lets a worse reading take the place of a better one."""
import json
import signal
import subprocess

from rig import DAEMON, WAIT, case, contains, equal, main, page, prose, wait_for


def reextract(daemon, *arguments, status=0):
    done = subprocess.run([DAEMON, "reextract", "--home", daemon.home, "--config", daemon.config, *arguments],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=WAIT, check=False)
    equal(done.returncode, status, done.stderr.decode())
    return done


def line(number, copy, text):
    """An item whose page an extractor of old has read: so, and to this text."""
    fetch = f"{number:032x}"
    url = f"https://example.org/{number}"
    return json.dumps({
        "url": url, "saved_at": "2026-01-01T00:00:00Z", "html": page(f"Page {number}", prose("harbour")),
        "fetches": [{"id": fetch, "url": url, "final_url": url, "at_ms": 1000, "content_type": "text/html",
                     "html": True}],
        "readings": [{"fetch": fetch, "at_ms": 2000, "verdict": {"copy": copy}, "words": len(text.split()),
                      "title": "Of old", "article": {"title": "Of old", "blocks": [
                          {"kind": "PARAGRAPH", "text": text}]}}]})


def archive(place, lines):
    """A daemon, not running, that has these items."""
    daemon = place.daemon().start()
    daemon.stop()
    place.client("daemon").run("import", "--jsonl", "-", stdin="\n".join(lines).encode(), status=0)
    return daemon


def readings(place):
    exported = place.client("daemon").text("export", "--jsonl").splitlines()
    return {item["url"].rsplit("/", 1)[1]: item["readings"] for item in map(json.loads, exported)}


def shown(place):
    return {url.rsplit("/", 1)[1]: item["title"] for url, item in place.client("daemon").items().items()}


@case
def old_pages_are_read_again_and_the_best_is_shown(place):
    daemon = archive(place, [line(1, "COPY_PARTIAL", "the first two lines"), line(2, "COPY_FULL", "word " * 900)])
    equal(shown(place), {"1": "Of old", "2": "Of old"})
    contains(reextract(daemon).stdout.decode(), "2 pages read again: 1 new readings are shown, 0 pages could not")
    equal(shown(place), {"1": "Page 1", "2": "Of old"}, "the longer one stays")
    found = readings(place)
    equal({number: len(made) for number, made in found.items()}, {"1": 2, "2": 2}, "none is lost")
    # What this version has read is not read again.
    equal(json.loads(reextract(daemon, "--json").stdout), {"pages": 0, "shown": 0, "failed": 0})
    equal(readings(place), found)
    daemon.start()
    daemon.idle(2)
    equal(readings_of_daemon(daemon), 4)


def readings_of_daemon(daemon):
    return daemon.status()["readings"]


@case
def a_running_daemon_is_left_alone(place):
    daemon = archive(place, [line(1, "COPY_PARTIAL", "the first two lines")]).start()
    contains(reextract(daemon, status=4).stderr.decode(), "readsyncd: ")


@case
def a_run_that_is_killed_goes_on_where_it_was(place):
    daemon = archive(place, [line(number, "COPY_PARTIAL", "so far") for number in range(1, 401)])
    # Its tables are an archive's again, after what the client did: now only readings are written.
    daemon.start()
    daemon.idle(400)
    daemon.stop()
    before = sum(len(data) for _, data in place.files("daemon"))
    process = subprocess.Popen([DAEMON, "reextract", "--home", daemon.home, "--config", daemon.config],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: sum(len(data) for _, data in place.files("daemon")) > before + 500000, "it writes")
    process.send_signal(signal.SIGKILL)
    process.wait(WAIT)
    half = sum(len(made) == 2 for made in readings(place).values())
    assert 0 < half < 400, half
    rest = json.loads(reextract(daemon, "--json").stdout)
    equal(rest, {"pages": 400 - half, "shown": 400 - half, "failed": 0})
    equal({len(made) for made in readings(place).values()}, {2})


@case
def pages_are_given_up_where_they_are_not_kept(place):
    site = place.site({"/a.html": page("On keepers", prose("keepers"))})
    queue = {"saved": {"type": "feed", "url": site.feed(["/a.html"])}}
    daemon = place.daemon(queues=queue, more={"fetch": {"keep_raw": "no"}}).start()
    daemon.idle(1)
    equal(daemon.status()["blobs"], 1, "the article alone")
    daemon.stop()
    equal(json.loads(reextract(daemon, "--json").stdout), {"pages": 0, "shown": 0, "failed": 0})
    line_of_it, = place.client("daemon").text("export", "--jsonl").splitlines()
    assert "html" not in json.loads(line_of_it)


if __name__ == "__main__":
    main()
