#!/usr/bin/env python3
"""The main job, shown on this machine: make demo, or make demo URL=https://...

A queue (a feed of saved links, served here), a daemon that fetches, judges and keeps what
it lists, and a second machine, played by a client with a home of its own, that pairs,
syncs, and reads with every server stopped.  Everything lies in BUILD/demo, which is
made anew and left to be looked at; the daemon and the site end with this program.
"""
import os
import re
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "integration"))
from rig import BUILD, Client, Daemon, Site, free_port, wait_for  # noqa: E402

SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")
FOLDER = os.path.join(BUILD, "demo")
FETCH_LIMIT = 75  # seconds for a page of the user's choice: a fetch may take 60
IMAGE_LIMIT = 15  # seconds for its images, as far as they come
TAG = "for-the-train"


class Failed(Exception):
    """The demonstration cannot go on; the text says why and what to do."""


class Screen:
    """Numbered steps with the time that each took."""

    def __init__(self):
        self.colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self.number = 0
        self.times = []

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def step(self, text, action):
        self.number += 1
        begun = time.monotonic()
        result = action()
        took = time.monotonic() - begun
        self.times.append((text, took))
        print(f"{self.paint(1, f'{self.number:2}. {text}')}  {self.paint(2, f'{took * 1000:.0f} ms')}",
              flush=True)
        return result

    def show(self, text, lines=None):
        rows = text.rstrip("\n").split("\n")
        for row in rows[:lines]:
            print(f"      {row}")
        if lines is not None and len(rows) > lines:
            print(f"      {self.paint(2, f'... and {len(rows) - lines} lines more')}")
        print(flush=True)


class Demo:
    def __init__(self, url):
        self.url = url
        self.screen = Screen()
        self.site = self.daemon = None
        self.links = []
        self.laptop = Client(os.path.join(FOLDER, "laptop"))
        # What a person on the daemon's machine would type; its replica is a third home.
        self.operator = Client(os.path.join(FOLDER, "operator"))

    def client(self, _):
        """What rig.Daemon asks for when it wants to speak to its control socket."""
        return self.operator

    def start_site(self):
        files = {}
        for name in sorted(os.listdir(SITE)):
            with open(os.path.join(SITE, name), "rb") as file:
                files["/" + name] = file.read()
        self.site = Site(files)
        self.links = [self.url] if self.url else [name for name in files if name.endswith(".html")]
        self.site.feed(self.links)

    def make_daemon(self):
        # One port, so that the laptop finds the daemon again after a restart.
        return Daemon(self, os.path.join(FOLDER, "daemon"),
                      queues={"saved": {"type": "feed", "url": self.site.url("/feed.xml")}},
                      more={"daemon": {"listen": f"127.0.0.1:{free_port()}", "log_titles": "yes"}})

    def keep_all(self):
        """Wait until every link is a kept reading; a page that cannot be had ends it."""
        count = len(self.links)

        def settled():
            status = self.daemon.status()
            if status["failing"] > 0 or any(queue["problem"] for queue in status["queues"]):
                raise Failed(self.reason())
            return status["items"] == count and status["waiting"] == 0
        wait_for(settled, f"{count} kept readings", FETCH_LIMIT)

    def keep_images(self):
        """Give the images their time; those of the user's page may never come."""
        end = time.monotonic() + (IMAGE_LIMIT if self.url else FETCH_LIMIT)
        while self.daemon.status()["waiting_images"] > 0 and time.monotonic() < end:
            time.sleep(0.05)

    def export(self, item):
        """Write the article as a page beside the homes; tell where, its size, its images."""
        path = os.path.join(FOLDER, "article.html")
        html = self.laptop.text("export", "--html", item["id"])
        with open(path, "w", encoding="utf-8") as file:
            file.write(html)
        return path, len(html.encode()), html.count('src="data:image/')

    def reason(self):
        told = re.findall(r"(?:try-failed|poll-failed) .*", self.daemon.log())
        return "the page cannot be fetched: " + (told[-1] if told else "see the log")

    def choose(self):
        """The item that is read: the user's, or the longest."""
        items = list(self.laptop.items().values())
        item = max(items, key=lambda found: found["words"])
        if item["copy"] not in ("full", "partial", "teaser"):
            why = self.laptop.json("why", item["id"])
            raise Failed(f"{item['url']} gave no article: {why['refusal'] or why['copy']}")
        return item

    def search_files(self, words):
        """Look for the words in every byte of every file of the homes."""
        size = files = 0
        for home in ("daemon", "laptop", "operator"):
            for folder, _, names in os.walk(os.path.join(FOLDER, home)):
                for name in names:
                    path = os.path.join(folder, name)
                    if not os.path.isfile(path):
                        continue  # a socket
                    with open(path, "rb") as file:
                        content = file.read().lower()
                    files, size = files + 1, size + len(content)
                    for word in words:
                        if word.lower().encode() in content:
                            raise Failed(f"{path} holds the word {word!r} in the clear")
        return files, size

    def run(self):
        screen = self.screen
        screen.step("A site with saved pages, and a feed that lists them, on loopback", self.start_site)
        self.daemon = self.make_daemon()
        screen.step("readsyncd starts with a vault of its own", self.daemon.start)
        screen.step("It polls the feed, fetches, judges, extracts and seals", self.keep_all)
        screen.step("And the images that the articles show", self.keep_images)
        token = screen.step("readsync invite: a token for another machine", self.daemon.invite)
        screen.show(token)
        screen.step("The other machine: readsync join TOKEN", lambda: self.laptop.text("join", token))
        sync = screen.step("readsync sync", lambda: self.laptop.json("sync"))
        screen.show(f"{sync['items']} items, {sync['readings']} readings, {sync['blobs']} texts and images; "
                    f"{sync['received_bytes']} bytes received, {sync['sent_bytes']} sent")

        screen.step("The daemon and the site are stopped", self.stop_servers)
        listing = screen.step("readsync list, without a network", lambda: self.laptop.text("list"))
        screen.show(listing)
        item = self.choose()
        article = screen.step("readsync read, without a network",
                              lambda: self.laptop.text("read", item["id"][:8], "--width", "78"))
        screen.show(article, 14)
        path, size, images = screen.step("readsync export --html: one page for any browser, without a network",
                                         lambda: self.export(item))
        screen.show(f"{path}: {size} bytes, images in it: {images}")
        gated = self.gated(item)["id"][:8]
        verdict = screen.step("readsync why, without a network",
                              lambda: self.laptop.text("why", gated))
        screen.show(verdict, 12)
        screen.step(f"readsync tag {item['id'][:4]} {TAG}, without a network",
                    lambda: self.laptop.text("tag", item["id"], TAG))

        screen.step("The daemon is back", self.daemon.start)
        screen.step("readsync sync", lambda: self.laptop.text("sync"))
        self.operator.text("sync", "--control", self.daemon.control)
        tags = self.operator.items()[item["url"]]["tags"]
        if TAG not in tags:
            raise Failed(f"the daemon has the tags {tags}, and not {TAG}")
        words = self.secret_words(item, article)
        files, size = screen.step("Every file of all homes is searched for words of the article",
                                  lambda: self.search_files(words))
        self.stop_servers()
        self.report(item, words, files, size)

    def gated(self, item):
        """The item whose verdict is shown: one that is not whole, where there is one."""
        items = self.laptop.items().values()
        return next((found for found in items if found["copy"] not in ("full", "unknown")), item)

    @staticmethod
    def secret_words(item, article):
        """Long words of the article, and its title and address."""
        long_words = sorted(set(re.findall(r"[^\W\d_]{7,}", article)), key=len, reverse=True)
        return long_words[:200] + [item["title"], item["url"]]

    def report(self, item, words, files, size):
        print(f"\nDone in {sum(took for _, took in self.screen.times):.1f} s:")
        for text, took in self.screen.times:
            print(f"  {took * 1000:8.0f} ms  {text}")
        print(f"Read offline: \"{item['title']}\", {item['words']} words, {item['copy']}.")
        print(f"The tag {TAG}, set offline, has reached the daemon.")
        print(f"A search of all {files} files ({size} bytes) for {len(words)} words of the article finds "
              "nothing.")
        print(f"Everything is in {FOLDER}; nothing is left running.")

    def stop_servers(self):
        if self.site is not None:
            self.site.stop()
            self.site = None
        if self.daemon is not None:
            self.daemon.stop()


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else None
    if url is not None and not re.match(r"https?://[^/\s]+", url):
        print(f"demo: '{url}' is no web address; give one like URL=https://example.org/article",
              file=sys.stderr)
        sys.exit(2)
    # An end from outside is an end like any other: nothing stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    demo = Demo(url)
    try:
        demo.run()
    except (Failed, AssertionError) as problem:
        print(f"demo: {problem}\ndemo: the daemon's log is {FOLDER}/daemon.log", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        demo.stop_servers()


if __name__ == "__main__":
    main()
