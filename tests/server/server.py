#!/usr/bin/env python3
"""A small web server that misbehaves on request, for tests on loopback.

usage: server.py [--root DIR] [--tls PEM]

Prints its port (chosen by the kernel) and serves until standard input ends, so
that it cannot outlive the test that started it.  Every connection has a
thread, and ends with its answer unless that is /keep.

  /files/NAME         a file below DIR
  /page               a small page with ETag "v1" and Last-Modified; 304 when asked
  /text?TEXT          TEXT as text/plain
  /echo               the request's own lines, and its body
  /basic              401, and what /echo gives to who says reader:secret (RFC 7617)
  /bytes/N            N bytes, with a Content-Length
  /gzip/N             N zero bytes, gzipped
  /status/N?LINE      status N, with the header LINE if any
  /redirect?URL       302 to URL
  /chain/N            N redirects, then a page
  /loop               a redirect to itself
  /hold/N             a page after N milliseconds
  /peak               how many /hold were open at once, at most
  /count              how many requests there were before this one
  /keep               the number of the connection, which stays open
  /leave              the same, but closes it after all, without saying so
  /silent             takes the request and never answers
  /drip               a byte every 50 ms, for ever
  /endless            bytes for ever, as fast as they are taken
  /headers            headers for ever
  /short              ends before its Content-Length
  /long               goes on after its Content-Length
  /raw                bytes that are not HTTP
  /garbled            a body that is not the gzip it says it is
  /encoding           a Content-Encoding that nobody knows
  /reset              resets the connection amid the body
  /hangup             closes without a byte
"""

import argparse
import base64
import gzip
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

LAST_MODIFIED = "Sat, 03 Jan 2004 10:00:00 GMT"
PAGE = b"<!doctype html><title>A page</title><p>Words of the page.</p>\n"
REASONS = {200: "OK", 302: "Found", 304: "Not Modified", 404: "Not Found"}


class Counters:
    def __init__(self):
        self.lock = threading.Lock()
        self.connections = self.requests = self.holding = self.peak = 0

    def add_connection(self):
        with self.lock:
            self.connections += 1
            return self.connections

    def add_request(self):
        with self.lock:
            self.requests += 1

    def hold(self, change):
        with self.lock:
            self.holding += change
            self.peak = max(self.peak, self.holding)


class Exchange:
    """One request and the connection to answer it on."""

    def __init__(self, connection, number, lines, body, counters, root):
        self.connection = connection
        self.connection_number = number
        self.keep = False
        self.lines = lines
        self.body = body  # as much as came along with the lines
        self.counters = counters
        self.root = root
        self.target = lines[0].split(" ")[1] if lines[0].count(" ") == 2 else "/"
        self.path, _, query = self.target.partition("?")
        self.query = urllib.parse.unquote(query)
        self.headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines[1:])
        }

    def send(self, data):
        self.connection.sendall(data)

    def head(self, status=200, *fields):
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", *fields]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def answer(self, body, status=200, content_type="text/html; charset=utf-8", *fields):
        self.head(status, f"Content-Type: {content_type}", f"Content-Length: {len(body)}",
                  "Connection: close", *fields)
        self.send(body)

    def number(self):
        return int(self.path.rsplit("/", 1)[1])

    # One method for each first word of a path.

    def do_files(self):
        name = os.path.normpath("/" + urllib.parse.unquote(self.path[len("/files/"):]))
        try:
            with open(self.root + name, "rb") as file:
                body = file.read()
        except OSError:
            return self.answer(b"no such file\n", 404)
        kind = "application/rss+xml" if name.endswith((".xml", ".rss")) else "text/html"
        self.answer(body, 200, kind)

    def do_page(self):
        same = (self.headers.get("if-none-match") == '"v1"'
                or self.headers.get("if-modified-since") == LAST_MODIFIED)
        if same:
            return self.head(304, 'ETag: "v1"', "Connection: close")
        self.answer(PAGE, 200, "text/html; charset=utf-8", 'ETag: "v1"',
                    f"Last-Modified: {LAST_MODIFIED}")

    def do_text(self):
        self.answer(self.query.encode(), 200, "text/plain")

    def do_echo(self):
        body = self.body
        while len(body) < int(self.headers.get("content-length", 0)):
            body += self.connection.recv(65536) or b"\0" * (1 << 20)
        self.answer("\n".join([*self.lines, ""]).encode() + body, 200, "text/plain")

    def do_basic(self):
        wanted = "Basic " + base64.b64encode(b"reader:secret").decode()
        if self.headers.get("authorization") == wanted:
            return self.do_echo()
        self.answer(b"who are you?\n", 401, "text/html", 'WWW-Authenticate: Basic realm="a"')

    def do_bytes(self):
        self.answer(b"x" * self.number())

    def do_gzip(self):
        self.answer(gzip.compress(bytes(self.number()), 9), 200, "text/html",
                    "Content-Encoding: gzip")

    def do_status(self):
        fields = [self.query] if self.query else []
        self.answer(b"the body of an error\n", self.number(), "text/html", *fields)

    def do_redirect(self):
        self.answer(b"", 302, "text/html", f"Location: {self.query}")

    def do_chain(self):
        left = self.number()
        self.answer(b"", 302, "text/html",
                    f"Location: /chain/{left - 1}" if left > 1 else "Location: /page")

    def do_loop(self):
        self.answer(b"", 302, "text/html", "Location: /loop")

    def do_hold(self):
        self.counters.hold(1)
        time.sleep(self.number() / 1000)
        self.counters.hold(-1)
        self.answer(PAGE)

    def do_peak(self):
        self.answer(str(self.counters.peak).encode())

    def do_count(self):
        self.answer(str(self.counters.requests - 1).encode())

    def do_keep(self):
        self.keep = True
        body = str(self.connection_number).encode()
        self.head(200, "Content-Type: text/plain", f"Content-Length: {len(body)}")
        self.send(body)

    def do_leave(self):
        self.do_keep()
        self.keep = False

    def do_silent(self):
        self.connection.recv(1)

    def do_drip(self):
        self.head(200, "Content-Type: text/html", "Connection: close")
        while True:
            self.send(b"x")
            time.sleep(0.05)

    def do_endless(self):
        self.head(200, "Content-Type: text/html", "Connection: close")
        while True:
            self.send(b"word " * 10000)

    def do_headers(self):
        self.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.send(b"X-Filler: " + b"x" * 4000 + b"\r\n")

    def do_short(self):
        self.head(200, "Content-Length: 1000", "Connection: close")
        self.send(b"far less than that")

    def do_long(self):
        self.head(200, "Content-Length: 4", "Connection: close")
        self.send(b"four and more")

    def do_raw(self):
        self.send(b"220 mail.example.org ESMTP\r\n")

    def do_garbled(self):
        self.answer(b"not at all gzip", 200, "text/html", "Content-Encoding: gzip")

    def do_encoding(self):
        self.answer(b"whatever", 200, "text/html", "Content-Encoding: rot13")

    def do_reset(self):
        self.head(200, "Content-Length: 1000", "Connection: close")
        self.send(b"the beginning")
        # Lingering for no time at all turns the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def do_hangup(self):
        pass

    def run(self):
        word = self.path.split("/")[1] if "/" in self.path else ""
        method = getattr(self, f"do_{word}", None)
        if method is None:
            return self.answer(b"nothing here\n", 404)
        method()


def read_request(connection):
    request = b""
    while b"\r\n\r\n" not in request:
        data = connection.recv(65536)
        if not data or len(request) > 1 << 20:
            return None
        request += data
    head, _, body = request.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), body


def serve(connection, counters, root):
    number = counters.add_connection()
    keep = True
    try:
        while keep:
            request = read_request(connection)
            if request is None:
                return
            counters.add_request()
            exchange = Exchange(connection, number, *request, counters, root)
            exchange.run()
            keep = exchange.keep
    except (OSError, ValueError):
        pass  # the client went away, or asked for no number: nothing to tell
    finally:
        connection.close()


def accept(listener, context, root):
    counters = Counters()

    def start(connection):
        if context is not None:
            try:
                connection = context.wrap_socket(connection, server_side=True)
            except (ssl.SSLError, OSError):
                connection.close()
                return
        serve(connection, counters, root)

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=start, args=(connection,), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default="/nonexistent")
    parser.add_argument("--tls", help="a PEM file with key and certificate")
    arguments = parser.parse_args()
    context = None
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.tls)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=accept, args=(listener, context, arguments.root),
                     daemon=True).start()
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
