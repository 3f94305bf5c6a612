"""Pages that would run a script, and what the programs make of them.

A vector is a piece of markup.  It stands in the text of an article, and, as it is, in all that
the page tells of itself: title, author, site, language, the alternative text of an image.
"""
import html
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

from rig import BUILD, prose, wait_for  # pylint: disable=wrong-import-position

OTHERS = os.path.join(HERE, "..", "..", "..", "shared", "corpus", "xss", "h5sc-vectors.txt")
ESCAPES = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([nt0\\]))")


def own():
    """The vectors of vectors.txt, bytes."""
    with open(os.path.join(HERE, "vectors.txt"), "rb") as file:
        lines = [line.rstrip(b"\n") for line in file if not line.startswith(b"#")]

    def byte(match):
        return bytes([int(match[1], 16)]) if match[1] else \
            {b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}[match[2]]
    return [ESCAPES.sub(byte, line) for line in lines if line]


def others():
    """Those that lie beside the project; none where they do not."""
    if not os.path.exists(OTHERS):
        return []
    with open(OTHERS, "rb") as file:
        found = re.findall(rb'<div id="\d+">(.*?)//\["\'`-->\]\]>\]</div>', file.read(), re.S)
    assert len(found) > 100, "the file of vectors is not as it was"
    return found


def page(vector):
    """An article with the vector in every place; bytes."""
    told = html.escape(vector.decode("utf-8", "replace").replace("\0", ""))
    before, after = (" ".join(f"<p>{text}</p>" for text in prose(word, 4))
                     for word in ("before", "after"))
    meta = "".join(f'<meta property="{name}" content="{told}">' for name in (
        "og:title", "og:site_name", "article:author", "og:description", "og:locale", "og:image"))
    linked = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle",
                         "author": {"name": html.unescape(told)},
                         "headline": html.unescape(told)}).replace("</", "<\\/")
    return (f"<!doctype html><html><head><title>{told}</title>{meta}"
            f"<script type='application/ld+json'>{linked}</script></head><body><article>"
            f"<h1>{told}</h1>{before}<figure><img src=/boat.png alt=\"{told}\">"
            f"<figcaption>{told}</figcaption></figure>").encode() + vector + \
        f"{after}<p>The end.</p></article></body></html>".encode()


def extracted(content):
    """The HTML that the extractor writes for the page."""
    done = subprocess.run([os.path.join(BUILD, "readsyncd"), "extract", "--url",
                           "https://example.org/a"], input=content, capture_output=True,
                          check=False, timeout=60)
    assert done.returncode in (0, 4), (done.returncode, done.stderr, content)
    return json.loads(done.stdout)["html"] if done.returncode == 0 else ""


def exported(place, pages):
    """What `readsync export --html` writes for each of the pages, which a reader has saved."""
    daemon = place.daemon().start()
    client = place.client().join(daemon)
    for number, content in enumerate(pages):
        client.run("save", "--page", "-", f"https://example.org/{number}", stdin=content, status=0)
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting"] == 0, "all of them are read")
    client.text("sync")
    items = client.items()
    return [client.text("export", "--html", items[f"https://example.org/{number}"]["id"])
            for number in range(len(pages))]
