#!/usr/bin/env python3
"""The filters over every labelled page and feed, where ../shared is: each ends by itself
with a result or a named refusal, no script comes out, and the scores are what they were.

Without ../shared all of it is left out, and counted so."""
import base64
import concurrent.futures
import glob
import gzip
import json
import os
import re
import subprocess
import sys

from rig import DAEMON, Skip, case, equal, main

CORPUS = "../shared/corpus"
TOOLS = "../shared/tools"
SECONDS = 30  # of one page
# No part of an attribute's value can look like these: quotes in it are escaped.
ACTIVE = re.compile(r"""<(script|style|iframe|object|embed|svg|form|meta|link|base)\b|<[^>]*\son\w+\s*=|"""
                    r"""(href|src)\s*=\s*"?\s*(javascript|data|vbscript):""", re.I)
SETS = ["scrapinghub", "wcxb", "mozilla", "trafilatura"]


def corpus(part):
    folder = os.path.join(CORPUS, part)
    if not os.path.isdir(folder):
        raise Skip(f"{folder} is not here")
    return folder


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        return file.read()


def filtered(command, name, data, *arguments):
    """Run a filter; return what is wrong with what it did, or None."""
    try:
        done = subprocess.run([DAEMON, command, *arguments], input=data, capture_output=True,
                              timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"{name}: still running after {SECONDS} s"
    if done.returncode not in (0, 1):
        return f"{name}: status {done.returncode}: {done.stderr[-200:]}"
    if done.returncode == 1:
        return None if done.stderr.count(b"\n") == 1 and not done.stdout else f"{name}: {done.stderr[:200]}"
    try:
        found = json.loads(done.stdout)
    except ValueError as error:
        return f"{name}: {error}"
    active = ACTIVE.search(found.get("html", ""))
    return f"{name}: {active.group(0)!r} in html" if active else None


def all_of(jobs):
    """Run filtered(*job) for each job, two at a time; fail when something was wrong."""
    jobs = list(jobs)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        wrong = [why for why in pool.map(lambda job: filtered(*job), jobs) if why]
    if wrong or not jobs:
        raise AssertionError(f"{len(wrong)} of {len(jobs)}: " + "; ".join(why[:300] for why in wrong[:5]))


def pages(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*", "source.html*"))):
        yield os.path.basename(os.path.dirname(path)), read(path)


@case
def every_labelled_page_is_read(_):
    all_of(("extract", name, page, "--url", "https://example.org/a/b")
           for part in SETS for name, page in pages(corpus(f"extraction/{part}")))


@case
def every_page_with_a_wall_is_read_in_each_session(_):
    all_of(("extract", f"{name} {session}", page, "--url", "https://example.org/a/b",
            "--session", session)
           for name, page in pages(corpus("paywall")) for session in ("in", "out", "unknown"))


@case
def every_feed_is_read(_):
    all_of(("feed", os.path.basename(path), read(path), "--url", "https://example.org/feed")
           for path in sorted(glob.glob(os.path.join(corpus("feeds"), "*.xml"))))


def vectors(value):
    """Every text that a file of vectors holds, as it is and as base64."""
    if isinstance(value, str):
        yield value.encode()
        try:
            yield base64.b64decode(value, validate=True)
        except ValueError:
            pass
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from vectors(inner)


@case
def no_vector_runs(_):
    around = b"<html><body><article><p>Words of a text that is long enough to be kept, here.</p>%s" \
             b"<p>More words of a text that is long enough to be kept, and there.</p></article>"
    texts = []
    for path in sorted(glob.glob(os.path.join(corpus("xss"), "*"))):
        data = read(path)
        texts += vectors(json.loads(data)) if path.endswith(".json") else [data]
    texts = [text for text in texts if b"<" in text or b"script" in text]
    all_of(("extract", f"vector {i}", around % text, "--url", "https://example.org/")
           for i, text in enumerate(texts))


def score(*command):
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=300,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr[-500:]}")
    return done.stdout


@case
def news_pages_score_what_they_must(_):
    found = score(f"{TOOLS}/score.py", corpus("extraction/scrapinghub"), "--jobs", "2", "--", DAEMON,
                  "extract", "--url")
    f1 = float(re.search(r"^F1 ([0-9.]+)", found, re.M).group(1))
    equal(f1 >= 0.97, True, f"F1 {f1}")


@case
def feeds_score_what_they_must(_):
    found = score(f"{TOOLS}/score_feeds.py", corpus("feeds"), "--", DAEMON, "feed")
    right, crashed = re.search(r"(\d+) of 55 right.*crashed (\d+)", found).groups()
    equal((int(right) >= 50, crashed), (True, "0"), found[-200:])


@case
def verdicts_score_what_they_must(_):
    found = score(f"{TOOLS}/score_paywall.py", corpus("paywall"), "--", DAEMON, "extract")
    accuracy = float(re.search(r"copy accuracy ([0-9.]+)", found).group(1))
    leaks = re.search(r"leaks of hidden_text (\d+)", found).group(1)
    equal((accuracy >= 0.95, leaks), (True, "0"), f"accuracy {accuracy}, leaks")


main()
