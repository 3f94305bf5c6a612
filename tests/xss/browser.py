#!/usr/bin/env python3
"""What is written of hostile pages, read by a browser: none of it may run a script.

Each result is a document of its own, served with a Content-Security-Policy that forbids every
script and has the browser report whatever would run, by an element, a handler or an address.  A
page around them loads a few at a time, presses all that can be pressed, moves over it and focuses
it.  The same vectors as they were written come first, to see that the reports come at all.  Ends
with 1 when a result would run anything.

    browser.py [CHROMIUM]
"""
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from hostile import exported, extracted, others, own, page
from rig import Place

SECONDS = 240
POLICY = "script-src 'none'; object-src 'none'; report-uri /report/%s"
# It waits for each document, but not for ever: some never end to load.
AROUND = """<!doctype html><meta charset=utf-8><title>around</title><body><script>
const names = %s;
const events = ['click', 'mouseover', 'mousemove', 'pointerenter', 'focus', 'blur', 'input', 'wheel',
    'keydown', 'copy', 'toggle', 'animationstart', 'error', 'load'];
function stir(inner) {
    for (const element of [...inner.querySelectorAll('*')].slice(0, 300)) {
        for (const name of events)
            element.dispatchEvent(new Event(name, {bubbles: true, cancelable: true}));
        // A web address would lead away; any other is pressed.
        const address = element.getAttribute('href') || '';
        if (element.click && !/^(https?:|mailto:|[/]|#)/i.test(address)) element.click();
    }
}
async function readSome() {
    for (let name; (name = names.shift()) !== undefined;) {
        const frame = document.createElement('iframe');
        frame.src = '/case/' + name;
        document.body.append(frame);
        await Promise.race([new Promise(done => frame.onload = done),
                            new Promise(done => setTimeout(done, 1500))]);
        try { stir(frame.contentDocument); } catch (error) { }
        frame.remove();
    }
}
(async () => {
    const last = names.pop();
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(readSome));
    names.push(last);
    await readSome();
    await fetch('/done', {method: 'POST'});
})();
</script>"""


class Reports(http.server.ThreadingHTTPServer):
    """Serves the documents, by name, and collects what is reported of each."""
    daemon_threads = True

    def __init__(self, documents):
        self.documents, self.told, self.visited = documents, {}, set()
        self.done = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, *_):
        pass  # a document that was taken away while it was read


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, body, **headers):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        kind, _, name = self.path[1:].partition("/")
        if kind == "around":
            names = json.dumps(list(self.server.documents))
            self.answer((AROUND % names).encode())
        elif kind == "case" and name in self.server.documents:
            self.server.visited.add(name)
            self.answer(self.server.documents[name],
                        Content_Security_Policy=POLICY % name)
        else:
            self.answer(b"")

    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind, _, name = self.path[1:].partition("/")
        if kind == "report":
            told = json.loads(text)["csp-report"]
            self.server.told.setdefault(name, []).append(
                (told.get("effective-directive"), told.get("blocked-uri")))
        elif kind == "done":
            self.server.done.set()
        self.answer(b"")

    def log_message(self, *_):
        pass


def read(chromium, documents):
    """Have the browser read the documents; return what was reported of each, by name."""
    server = Reports(documents)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    profile = tempfile.mkdtemp()
    browser = subprocess.Popen([
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}", "--remote-debugging-port=0",
        f"http://127.0.0.1:{server.server_address[1]}/around/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ended = server.done.wait(SECONDS)
    finally:
        browser.terminate()
        browser.wait(20)
        server.shutdown()
        shutil.rmtree(profile, ignore_errors=True)
    if not ended:
        raise SystemExit(f"browser.py: {len(server.visited)} of {len(documents)} documents were "
                         f"read within {SECONDS} s")
    return {name: server.told.get(name, []) for name in documents}


def document(fragment):
    return b"<!doctype html><meta charset=utf-8><title>result</title><body>" + fragment


def main():
    chromium = sys.argv[1] if len(sys.argv) > 1 else "chromium"
    vectors = own() + others()
    place = Place()
    try:
        pages = [page(vector) for vector in vectors]
        plain = [extracted(content).encode() for content in pages]
        whole = [text.encode() for text in exported(place, pages)]
    finally:
        place.end()
    documents = {f"as-written-{number}": document(vector) for number, vector in enumerate(vectors)}
    documents |= {f"extracted-{number}": document(text) for number, text in enumerate(plain)}
    documents |= {f"exported-{number}": text for number, text in enumerate(whole)}
    # The last to be read: what it reports comes behind all that is reported before.
    documents["last"] = document(b"<script>1</script>")
    told = read(chromium, documents)
    running = sum(bool(told[name]) for name in told if name.startswith("as-written"))
    bad = {name: found for name, found in told.items()
           if found and not name.startswith(("as-written", "last"))}
    for name, found in bad.items():
        number = int(re.search(r"\d+", name)[0])
        print(f"{name}: {found} of {vectors[number]!r}")
    print(f"{len(vectors)} vectors ({len(own())} of its own): {running} would run a script as "
          f"written, {len(bad)} in what is written of them")
    if not told["last"] or running < len(vectors) // 3:
        raise SystemExit("browser.py: too few reports came: this proves nothing")
    sys.exit(bool(bad))


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    main()
