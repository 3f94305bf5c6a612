#!/usr/bin/env python3
"""The demonstration does what it says, with the bundled pages and with a page of the
user's choice, ends by itself, and says so when the page cannot be had."""
import os
import shutil
import subprocess
import sys

from rig import case, contains, equal, main, page, prose, wait_for

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run_demo(place, *arguments):
    """Run it with a build folder of its own, so that the one of `make demo` stays."""
    build = place.path("build")
    if not os.path.isdir(build):
        os.makedirs(build)
        for program in ("readsyncd", "readsync"):
            shutil.copy(os.path.join(os.environ.get("BUILD", "build"), program), build)
    done = subprocess.run([sys.executable, os.path.join(TOP, "tests", "demo.py"), *arguments],
                          cwd=place.folder, env={**os.environ, "BUILD": "build"}, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


def processes_in(folder):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd").startswith(folder):
                found.append(pid)
        except OSError:
            continue  # it has ended, or is not ours
    return found


@case
def the_bundled_pages_are_shown(place):
    before = sorted(os.listdir(place.folder))
    status, output = run_demo(place)
    equal(status, 0, output)
    contains(output, "Read offline: \"What the tide mill taught an engineer about patience\"")
    contains(output, "images in it: 1")
    contains(output, "has reached the daemon")
    contains(output, "finds nothing")
    wait_for(lambda: not processes_in(place.folder), "no process is left", 5)
    equal(sorted(os.listdir(place.folder)), before + ["build"], "files beside the build folder")


@case
def a_page_of_the_users_choice_is_shown(place):
    site = place.site({"/mine.html": page("A page of mine", prose("heather"))})
    status, output = run_demo(place, site.url("/mine.html"))
    equal(status, 0, output)
    contains(output, "Read offline: \"A page of mine\"")


@case
def a_page_that_cannot_be_had_is_named(place):
    status, output = run_demo(place, "http://127.0.0.1:1/nothing.html")
    equal(status, 1, output)
    contains(output, "demo: the page cannot be fetched")
    contains(output, "onnect")
    status, output = run_demo(place, "not-a-url")
    equal(status, 2, output)
    wait_for(lambda: not processes_in(place.folder), "no process is left", 5)


if __name__ == "__main__":
    main()
