#!/usr/bin/env python3
"""Hostile markup: of pages that would run a script, nothing that could is in what is written.

Here every element, attribute and address of the output is held against a list; `make xss` has
a browser read it too."""
import html.parser
import os
import re
import sys

from rig import Skip, case, main

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "xss"))

from hostile import exported, extracted, others, own, page  # pylint: disable=wrong-import-position

# All that the renderer of articles knows; the head of an exported page has a few more.
BODY = {
    "a": {"href", "id"}, "abbr": set(), "article": set(), "aside": {"id"}, "b": set(),
    "blockquote": set(),
    "br": set(), "cite": set(), "code": {"class"}, "dd": {"id"}, "del": set(), "div": {"dir"},
    "dl": set(), "dt": set(), "em": set(), "figcaption": set(), "figure": {"id"}, "footer": set(),
    "h1": {"id"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "h5": {"id"}, "h6": {"id"},
    "header": set(), "hr": set(), "i": set(), "img": {"src", "alt"}, "kbd": set(),
    "li": {"id", "value"}, "mark": set(), "ol": {"start"}, "p": {"id", "class"}, "pre": {"id"},
    "q": set(), "s": set(), "section": set(), "small": set(), "span": {"id"}, "strong": set(),
    "sub": set(), "sup": set(), "table": {"id"}, "tbody": set(), "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"}, "time": set(), "tr": set(), "u": set(), "ul": set(), "ins": set(),
    "var": set(), "samp": set(), "caption": set(), "thead": set(), "tfoot": set()}
EVERYWHERE = {"lang", "dir"}
HEAD = {"html": {"lang", "dir"}, "meta": {"charset", "http-equiv", "content", "name"},
        "style": set(), "title": set(), "head": set(), "body": set(), "main": set()}
ADDRESS = re.compile(r"(https?://[^\s\"<>`\\]+|mailto:[^\s\"<>`\\]+|#[^\s\"<>]*)\Z")
IMAGE = re.compile(r"(https?://[^\s\"<>`\\]+|data:image/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]*)\Z")


class Checker(html.parser.HTMLParser):
    """Collects what is on no list."""

    def __init__(self, lists):
        super().__init__(convert_charrefs=True)
        self.lists, self.faults = lists, []

    def handle_starttag(self, tag, attrs):
        allowed = self.lists.get(tag)
        if allowed is None:
            self.faults.append(f"<{tag}>")
            return
        for name, value in attrs:
            if name not in allowed | EVERYWHERE:
                self.faults.append(f"<{tag} {name}>")
            elif name == "href" and not ADDRESS.match(value or ""):
                self.faults.append(f"href={value}")
            elif name == "src" and not IMAGE.match(value or ""):
                self.faults.append(f"src={value}")

    def handle_comment(self, data):
        self.faults.append(f"<!--{data}-->")

    def handle_decl(self, decl):
        if decl.lower() != "doctype html":
            self.faults.append(f"<!{decl}>")

    def unknown_decl(self, data):
        self.faults.append(f"<![{data}]>")

    def handle_pi(self, data):
        self.faults.append(f"<?{data}>")


def faults(text, lists):
    checker = Checker(lists)
    checker.feed(text)
    checker.close()
    return checker.faults


def check(vectors, texts, lists):
    bad = [(vector, found) for vector, text in zip(vectors, texts)
           if (found := faults(text, lists))]
    assert not bad, bad[:5]


@case
def the_list_lets_nothing_through(_):
    for text in ("<script>", "<p onclick=x>", "<a href='javascript:x'>", "<a href=' https://a'>",
                 "<a href=data:x>", "<img src=data:image/svg+xml;base64,x>", "<svg>", "<!--x-->",
                 "<a href='//a'>", "<p style=x>", "<iframe>", "<form>", "<base href=x>", "<style>",
                 "<a href='https://a\"b'>"):
        assert faults(text, BODY), text
    assert not faults('<p>a<a href="https://a/">b</a><img src="https://a/" alt="&quot;">', BODY)


@case
def own_vectors_are_extracted_without_a_script(_):
    vectors = own()
    assert len(vectors) >= 150
    texts = [extracted(page(vector)) for vector in vectors]
    # Most of them leave the article around them as it was.
    assert sum("before" in text for text in texts) > len(texts) * 9 // 10
    check(vectors, texts, BODY)


@case
def own_vectors_are_exported_without_a_script(place):
    vectors = own()
    check(vectors, exported(place, [page(vector) for vector in vectors]), BODY | HEAD)


@case
def vectors_of_others_are_extracted_without_a_script(_):
    vectors = others()
    if not vectors:
        raise Skip("no vectors of others lie beside the project; its own were used alone")
    check(vectors, [extracted(page(vector)) for vector in vectors], BODY)


if __name__ == "__main__":
    main()
