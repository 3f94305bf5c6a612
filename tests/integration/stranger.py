"""A client of readsync in another language, written from PROTOCOL.md and readsync.proto
alone: what it needs and does not find there is missing there.  It keeps everything
in memory.
"""
import base64
import ctypes
import hashlib
import ipaddress
import os
import re
import socket
import struct
import time

from noise import Handshake, public_key
from schema import Schema

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


PROTOCOL = read("proto/PROTOCOL.md")
SCHEMA = Schema(read("proto/readsync.proto"))
WAIT = 60
MESSAGE_MAX = 65519
ZSTD = ctypes.CDLL("libzstd.so.1")


class Closed(Exception):
    """The other end closed the connection."""


class Control:
    """The control socket of a rig.Daemon, without a client around it."""

    def __init__(self, daemon):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(daemon.control)

    def ask(self, kind, **more):
        body = SCHEMA.pack("Message", {"request": {
            "kind": SCHEMA.value("Request.Kind", kind), **more}})
        self.socket.sendall(struct.pack(">H", len(body)) + body)
        head = self.take(2)
        return SCHEMA.unpack("Message", self.take(struct.unpack(">H", head)[0]))["response"]

    def take(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise AssertionError("the daemon closed the connection")
            data += piece
        return data

    def close(self):
        self.socket.close()


def blake2b(size, *parts, key=b"", person=b""):
    return hashlib.blake2b(b"".join(parts), digest_size=size, key=key, person=person).digest()


def name_hash(key, *parts):
    """PROTOCOL.md, "Hello": H(key: K; part, part, ...)."""
    return blake2b(16, *(struct.pack("<Q", len(part)) + part for part in parts), key=key)


# ------------------------------------------------------------------ invitations


class Invitation:
    """ "The invitation"."""

    def __init__(self, text):
        version, encoded = re.fullmatch(r"readsync([1-9]\d*)-([\w-]+)", text.strip()).groups()
        if version != "1":
            raise ValueError("made by a newer program")
        data = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        body, checksum = data[:-4], data[-4:]
        if blake2b(32, b"readsync1-", body)[:4] != checksum:
            raise ValueError("changed in copying")
        self.key, self.seed, self.addresses = body[:32], body[32:48], []
        at = 49
        for _ in range(body[48]):
            self.addresses.append(body[at + 1:at + 1 + body[at]].decode("ascii"))
            at += 1 + body[at]
        if at != len(body):
            raise ValueError("not an invitation")

    def psk(self):
        return blake2b(32, self.seed, person=b"readsync1-invite")


# ------------------------------------------------------------------ connections


class Connection:
    """Preamble, frames, handshake, messages."""

    def __init__(self, address, static, peer_key, psk=None, source=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host.strip("[]"), int(port)), WAIT,
                                               source and (source, 0))
        self.socket.settimeout(WAIT)
        preamble = b"RS\1" + (b"\2" if psk else b"\1")
        handshake = Handshake(True, static, preamble, psk)
        self.socket.sendall(preamble)
        self.write(handshake.write_1())
        handshake.read_2(self.read())
        if handshake.peer_static != peer_key:
            self.close()
            raise ValueError("another archive than expected")
        self.write(handshake.write_3())
        self.sending, self.receiving = handshake.split()

    def write(self, body):
        self.socket.sendall(struct.pack(">H", len(body)) + body)

    def take(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Closed(f"after {len(data)} of {count} bytes")
            data += piece
        return data

    def read(self):
        return self.take(struct.unpack(">H", self.take(2))[0])

    def send(self, kind, /, **content):
        self.write(self.sending.seal(b"", SCHEMA.pack("Message", {kind: content})))

    def receive(self):
        """(the name of the member, its content); None for what a later version sends."""
        message = SCHEMA.unpack("Message", self.receiving.open(b"", self.read()))
        return next(((kind, content) for kind, content in message.items() if content is not None),
                    (None, None))

    def expect(self, kind):
        found, content = self.receive()
        if found != kind:
            raise AssertionError(f"{found} came, expected {kind}: {content}")
        return content

    def close(self):
        self.socket.close()


# ---------------------------------------------------------------------- replica


class Replica:
    """One device: its key, what it knows of its archive, its records and blobs."""

    def __init__(self):
        self.static, self.origin = os.urandom(32), os.urandom(16)
        self.library = self.secret = self.archive_key = self.addresses = None
        self.registers = {}  # (kind, entity, field) -> record
        self.vector = {}  # origin -> sequence
        self.clocks = {}  # origin -> clock of the write with that sequence
        self.clock = 0
        self.blobs = {}
        self.snapshot = None  # one under way: {"source", "cursor", "begun"}

    def join(self, token, name="stranger"):
        """ "Joining"."""
        invitation = Invitation(token)
        connection = Connection(invitation.addresses[0], self.static, invitation.key,
                                invitation.psk())
        welcome = connection.expect("welcome")
        self.library, self.secret = welcome["library"], welcome["library_secret"]
        self.archive_key, self.addresses = invitation.key, invitation.addresses
        connection.send("join", name=name, device=self.origin)
        response = connection.expect("response")
        connection.close()
        if response["code"] != 0:
            raise AssertionError(response)
        return welcome

    def connect(self):
        return Connection(self.addresses[0], self.static, self.archive_key)

    # ------------------------------------------------------------------ records

    def apply(self, record):
        """Of two writes, that with the greater (clock, origin) stays."""
        self.clock = max(self.clock, record["clock"])
        name = (record["kind"], record["entity"], record["field"])
        held = self.registers.get(name)
        if held is None or (record["clock"], record["origin"]) > (held["clock"], held["origin"]):
            self.registers[name] = record

    def write(self, kind, entity, field, value):
        self.clock = max(int(time.time() * 1000) << 16, self.clock + 1)
        sequence = self.vector[self.origin] = self.vector.get(self.origin, 0) + 1
        self.clocks[self.origin] = self.clock
        self.apply({"kind": SCHEMA.value("Record.Kind", kind), "entity": entity, "field": field,
                    "value": value, "clock": self.clock, "origin": self.origin,
                    "sequence": sequence})

    def value(self, kind, entity, field):
        record = self.registers.get((SCHEMA.value("Record.Kind", kind), entity, field))
        return None if record is None else record["value"]

    def entities(self, kind):
        number = SCHEMA.value("Record.Kind", kind)
        return sorted({entity for found, entity, _ in self.registers if found == number})

    def save(self, url, *tags):
        """ "An item": write what saves one; return its id."""
        item = name_hash(self.secret, b"\1", canonical(url).encode())
        self.write("ITEM", item, "saved", str(int(time.time() * 1000)).encode())
        self.write("ITEM", item, "url", url.encode())
        self.write("ITEM", item, "present", b"1")
        for tag in tags:
            self.write("ITEM", item, f"tag/{tag}", b"1")
        return item

    def add_page(self, item, url, page):
        """ "A fetch": a page of the reader's own."""
        frame = zstd_frame(page)
        blob = blake2b(32, frame)
        self.blobs[blob] = frame
        self.write("FETCH", os.urandom(16), "fetch", SCHEMA.pack("Fetch", {
            "item": item, "url": url, "final_url": url, "at_ms": int(time.time() * 1000),
            "content_type": "text/html", "page": blob, "page_size": len(page)}))

    def items(self):
        """Shown items by URL."""
        return {self.value("ITEM", item, "url").decode(): item for item in self.entities("ITEM")
                if self.value("ITEM", item, "url") and self.value("ITEM", item, "present") != b"0"}

    def tags(self, item):
        return sorted(field[4:] for kind, entity, field in self.registers
                      if kind == 1 and entity == item and field.startswith("tag/")
                      and self.value("ITEM", item, field) == b"1")

    def best(self, item):
        """ "A reading": the best of an item's, or None."""
        best, readings = None, []
        for entity in self.entities("READING"):
            value = self.value("READING", entity, "reading")
            reading = None if value is None else SCHEMA.unpack("Reading", value)
            if reading and reading["item"] == item:
                own = (self.value("READING", entity, "verdict") or b"").decode().upper()
                copy = SCHEMA.enums["Copy"].get(f"COPY_{own}", 0) or reading["verdict"]["copy"]
                readings.append({**reading, "entity": entity, "copy": copy})
        for reading in sorted(readings, key=lambda one: (one["at_ms"], one["entity"])):
            if reading["entity"] == self.value("ITEM", item, "prefer"):
                return reading
            if best is None or reading["copy"] > best["copy"] or (
                    reading["copy"] == best["copy"] and reading["words"] * 100 >= best["words"] * 80):
                best = reading
        return best

    def wanted(self):
        """Articles of best readings that are not here."""
        readings = [self.best(item) for item in self.items().values()]
        return [reading["article"] for reading in readings
                if reading and reading["article"] and reading["article"] not in self.blobs]

    def digest(self):
        digest = bytes(16)
        for origin, sequence in sorted(self.vector.items()):
            digest = name_hash(digest, origin, struct.pack("<Q", sequence),
                               struct.pack("<Q", self.clocks[origin]))
        return digest

    def entries(self, sequences):
        return [{"origin": origin, "sequence": sequence, "clock": self.clocks[origin]}
                for origin, sequence in sorted(sequences.items())]

    def sync(self):
        return Exchange(self, self.connect()).run()


class Exchange:
    """ "The exchange", as an initiator that closes when both are idle."""
    features, initiator = 3, True
    compressed = 0  # messages that came so

    def __init__(self, replica, connection):
        self.replica, self.connection = replica, connection
        self.peer = {}  # what the peer holds or was sent
        self.taking = self.giving = None  # a snapshot: what will have been brought by it
        self.asked, self.absent, self.unacknowledged = {}, set(), set()
        self.acknowledged = {}  # of what was sent, by the peer
        self.sizes = {}
        self.seen = []  # the kinds of all messages that came
        self.more = False
        self.idle_said = self.idle_heard = False

    def send(self, kind, **content):
        if kind in ("records", "snapshot") and self.features & self.hello["features"] & 2:
            packed = SCHEMA.pack("Message", {kind: content})
            self.connection.send("compressed", frame=zstd_frame(packed))
        else:
            self.connection.send(kind, **content)
        self.idle_said = kind == "idle"

    def receive(self):
        """As of a Connection, out of a frame when it comes in one."""
        kind, content = self.connection.receive()
        if kind != "compressed":
            return kind, content
        if not self.features & 2:
            raise AssertionError("compressed for one who does not know that")
        self.compressed += 1
        message = SCHEMA.unpack("Message", zstd_content(content["frame"], MESSAGE_MAX))
        return next((kind, message[kind]) for kind in ("records", "snapshot")
                    if message[kind] is not None)

    def greet(self):
        """Returns whether there is anything to do."""
        replica, digest = self.replica, self.replica.digest()
        wants = bool(replica.wanted())
        self.send("hello", version=1, features=self.features, device=replica.origin,
                  library=replica.library, digest=digest, wants=wants,
                  now_ms=int(time.time() * 1000))
        hello = self.hello = self.connection.expect("hello")
        self.seen.append("hello")
        if hello["version"] < 1 or hello["library"] not in (b"", replica.library):
            raise AssertionError(hello)
        if hello["digest"] in (b"", digest):
            self.peer = dict(replica.vector)
            return wants or hello["wants"]
        self.exchange_vectors()
        return True

    def exchange_vectors(self):
        asks = self.send_vector()
        more, entries, begun = True, [], []
        while more:
            vector = self.connection.expect("vector")
            self.seen.append("vector")
            entries += vector["entries"]
            begun += vector["begun"]
            more = vector["more"]
        self.peer = {entry["origin"]: entry["sequence"] for entry in entries}
        self.decide(asks, vector, entries, begun)

    # ------------------------------------------------------------------ "Snapshot"

    def send_vector(self):
        """Returns how a snapshot is asked for."""
        replica, known = self.replica, self.hello["features"] & self.features & 1
        others = set(replica.vector) - {replica.origin}
        asks = 0 if not known else 2 if replica.snapshot else 0 if others else 1
        more = {}
        if asks and replica.snapshot and replica.snapshot["source"] == self.hello["device"]:
            more = {"cursor": replica.snapshot["cursor"], "begun": replica.snapshot["begun"]}
        self.send("vector", entries=replica.entries(replica.vector), snapshot=asks, **more)
        return asks

    def decide(self, asks, vector, entries, begun):
        """Who is given a snapshot, if anybody is."""
        replica, known = self.replica, self.hello["features"] & self.features & 1
        theirs = vector["snapshot"] if known else 0
        if asks > theirs or (asks == theirs == 1 and self.initiator):
            held = replica.snapshot
            if not (held and held["source"] == self.hello["device"] and held["cursor"] and
                    all(self.peer.get(entry["origin"], 0) >= entry["sequence"]
                        for entry in held["begun"])):
                held = {"source": self.hello["device"], "cursor": b"", "begun": entries}
            self.taking = held
            self.more = True
        elif theirs > asks or theirs == 1:
            # This one gives all in one message, or again from the beginning.
            self.giving = dict(replica.vector)
            if vector["cursor"] and all(replica.vector.get(entry["origin"], 0) >= entry["sequence"]
                                        for entry in begun):
                self.giving = {entry["origin"]: entry["sequence"] for entry in begun}

    def on_snapshot(self, content):
        replica = self.replica
        if self.taking is None:
            raise AssertionError("a snapshot that was not asked for")
        for record in content["records"]:
            replica.apply({**record, "origin": content["origins"][record["origin"]]})
        replica.snapshot = {**self.taking, "cursor": content["cursor"]}
        if not content["last"]:
            return
        for entry in self.taking["begun"]:
            if entry["sequence"] > replica.vector.get(entry["origin"], 0):
                replica.vector[entry["origin"]] = entry["sequence"]
                replica.clocks[entry["origin"]] = entry["clock"]
        self.send("acknowledge", entries=[{**entry, "clock": 0} for entry in self.taking["begun"]])
        replica.snapshot = self.taking = None
        self.more = False

    def send_snapshot(self):
        records = list(self.replica.registers.values())
        origins = list({record["origin"] for record in records})
        self.send("snapshot", origins=origins, cursor=b"all", last=True, records=[
            {**record, "origin": origins.index(record["origin"])} for record in records])
        self.peer.update((origin, max(sequence, self.peer.get(origin, 0)))
                         for origin, sequence in self.giving.items())
        self.unacknowledged |= set(self.giving.items())
        self.giving = None

    def send_records(self):
        """All that the peer lacks, in one message: a test writes little."""
        if self.giving is not None:
            self.send_snapshot()
        replica = self.replica
        through = {origin: sequence for origin, sequence in replica.vector.items()
                   if sequence > self.peer.get(origin, 0)}
        if not through:
            return
        records = sorted((record for record in replica.registers.values()
                          if record["sequence"] > self.peer.get(record["origin"], 0)),
                         key=lambda record: (record["origin"], record["sequence"]))
        origins = sorted({record["origin"] for record in records})
        self.send("records", origins=origins, last=True, records=[
            {**record, "origin": origins.index(record["origin"])} for record in records],
            through=replica.entries(through))
        self.peer.update(through)
        self.unacknowledged |= set(through.items())

    def on_records(self, content):
        if self.taking is not None:
            raise AssertionError("Records before the end of the snapshot")
        for record in content["records"]:
            origin = content["origins"][record["origin"]]
            self.replica.apply({**record, "origin": origin})
        for entry in content["through"]:
            self.replica.vector[entry["origin"]] = entry["sequence"]
            self.replica.clocks[entry["origin"]] = entry["clock"]
            self.peer[entry["origin"]] = entry["sequence"]
        self.more = not content["last"]
        self.send("acknowledge", entries=[{**entry, "clock": 0} for entry in content["through"]])

    def on_acknowledge(self, content):
        for entry in content["entries"]:
            self.unacknowledged.discard((entry["origin"], entry["sequence"]))
        self.unacknowledged -= set(content["blobs"])

    def on_wants(self, content):
        for i, blob in enumerate(content["blobs"]):
            data = self.replica.blobs.get(blob)
            if data is None:
                self.send("chunk", blob=blob, absent=True)
                continue
            offset = content["offsets"][i] if content["offsets"] else 0
            while offset < len(data):
                piece = data[offset:offset + 60000]
                self.send("chunk", blob=blob, offset=offset, size=len(data), data=piece)
                offset += len(piece)
            self.unacknowledged.add(blob)

    def on_chunk(self, content):
        blob = content["blob"]
        if content["absent"]:
            self.absent.add(blob)
            del self.asked[blob]
            return
        if content["offset"] != len(self.asked[blob]):
            raise AssertionError("a piece that is not the next")
        self.asked[blob] += content["data"]
        if len(self.asked[blob]) == content["size"]:
            data = self.asked.pop(blob)
            if blake2b(32, data) != blob:
                raise AssertionError("a blob with another hash")
            self.replica.blobs[blob] = data
            self.send("acknowledge", blobs=[blob])

    def step(self):
        """Say whatever can be said now."""
        self.send_records()
        wanted = [blob for blob in self.replica.wanted()
                  if blob not in self.asked and blob not in self.absent]
        if wanted and not self.more:
            self.asked.update((blob, b"") for blob in wanted)
            self.send("wants", blobs=wanted)
        if not (self.idle_said or self.asked or self.unacknowledged or self.more):
            self.send("idle")

    def run_until_idle(self):
        """Returns the kinds of the messages that came."""
        if self.greet():
            while True:
                self.step()
                if self.idle_said and self.idle_heard:
                    break
                kind, content = self.receive()
                self.seen.append(kind)
                self.idle_heard = kind == "idle"
                if kind == "failure":
                    raise AssertionError(content)
                if kind not in (None, "idle"):
                    getattr(self, f"on_{kind}")(content)
        return self.seen

    def run(self):
        self.run_until_idle()
        self.connection.close()
        return self.seen


def zstd_content(frame, most):
    """What a frame holds, which is at most so many bytes."""
    room = ctypes.create_string_buffer(most)
    size = ZSTD.ZSTD_decompress(room, ctypes.c_size_t(most), frame, ctypes.c_size_t(len(frame)))
    if not 0 <= size <= most:
        raise AssertionError("no frame, or too long a one")
    return room.raw[:size]


def zstd_frame(content):
    """RFC 8878: one frame of stored blocks that states the size of its content."""
    out = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(content))
    for at in range(0, len(content), 65536):
        block = content[at:at + 65536]
        last = at + len(block) == len(content)
        out += struct.pack("<I", len(block) << 3 | last)[:3] + block
    return out


# --------------------------------------------------------------- canonical form


def listed(start, end):
    """The words in backquotes between two phrases of PROTOCOL.md."""
    text = re.sub(r"\s+", " ", PROTOCOL)
    text = text[text.index(start) + len(start):]
    return re.findall(r"`([^`]+)`", text[:text.index(end)])


SHARED = listed("Shared hosts:", "Parameters that")
DROPPED = listed("whatever follows):", "Beside them")
PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!'()*")


class NoAddress(ValueError):
    """Not something that can be saved."""


def encode(part, keep):
    """Step 6, without the segments."""
    out, at = "", 0
    while at < len(part):
        encoded = re.match(rb"%([0-9A-Fa-f]{2})", part[at:])
        byte = int(encoded.group(1), 16) if encoded else part[at]
        if byte in PLAIN or (not encoded and byte in keep):
            out += chr(byte)
        else:
            out += f"%{byte:02X}"
        at += 3 if encoded else 1
    return out


def lower(point):
    if 0x41 <= point <= 0x5a or (0xc0 <= point <= 0xde and point != 0xd7) or \
            0x391 <= point <= 0x3a9 or 0x410 <= point <= 0x42f:
        return chr(point + 32)
    return chr(point + 80) if 0x400 <= point <= 0x40f else chr(point)


def host_name(raw):
    """Step 4."""
    if raw.startswith(b"["):
        try:
            address = ipaddress.IPv6Address(raw[1:-1].decode())
        except ValueError:
            raise NoAddress("no IPv6 address") from None
        if int(address) >> 32 == 0xffff or 0xffff < int(address) < 1 << 32:
            start = "::ffff:" if int(address) >> 32 else "::"
            return f"[{start}{ipaddress.IPv4Address(int(address) & 0xffffffff)}]"
        return f"[{address}]"
    if re.search(rb"%(?![0-9A-Fa-f]{2})", raw):
        raise NoAddress("a bad escape")
    raw = re.sub(rb"%(..)", lambda found: bytes([int(found.group(1), 16)]), raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise NoAddress("not UTF-8") from None
    labels = re.split("[.\u3002\uff0e\uff61]", "".join(lower(ord(letter)) for letter in text))
    if labels[-1] == "":
        labels.pop()
    for i, label in enumerate(labels):
        if not label or re.search(r"[\x00-\x7f]", re.sub("[a-z0-9_-]", "", label)):
            raise NoAddress("no host")
        if not label.isascii():
            labels[i] = "xn--" + label.encode("punycode").decode()
        if len(labels[i]) > 63:
            raise NoAddress("a long label")
    host = ".".join(labels)
    if not host or len(host) > 253:
        raise NoAddress("no host")
    return host


def without_variants(host):
    """Step 5."""
    while host.count(".") >= 2:
        for label in ("www.", "m.", "mobile.", "amp."):
            if host.startswith(label) and (label == "www." or host[len(label):] not in SHARED):
                host = host[len(label):]
                break
        else:
            break
    if host.count(".") == 3 and host[host.index("."):].startswith(".m.wik") and host.endswith(".org"):
        host = host.replace(".m.", ".", 1)
    return host


def without_dots(path):
    kept = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "".join("/" + segment for segment in kept)


def unwrap(host, path):
    """Step 7; the host, the path, and whether it was a cache."""
    found = False
    while True:
        cache = None
        if host == "google.com":
            cache = re.match(r"/amp/(?:s/)?([^/]+)(.*)", path, re.S)
        elif host.endswith(".cdn.ampproject.org"):
            cache = re.match(r"/[cv]/(?:s/)?([^/]+)(.*)", path, re.S)
        if not cache or "." not in cache.group(1) or "%" in cache.group(1):
            return host, path, found
        try:
            host = without_variants(host_name(cache.group(1).encode()))
        except NoAddress:
            return host, path, found
        path, found = cache.group(2), True


def without_endings(path):
    """Step 8."""
    while True:
        before = path
        path = path.rstrip("/")
        if path.endswith("/amp") and len(path) > 4:
            path = path[:-4]
        else:
            path = re.sub(r"(?<=[^/.])\.amp(\.html)?$", lambda found: found.group(1) or "", path)
        if path == before:
            return path


def is_dropped(parameter):
    name, _, value = parameter.lower().partition("=")
    if any(name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
           for pattern in DROPPED):
        return True
    return (name == "amp" and value in ("", "1", "true")) or \
        (name in ("outputtype", "output") and value == "amp")


def canonical(url):
    """ "Item ids": the canonical form, version 1, step by step."""
    text = url.encode().strip(bytes(range(0x21)))
    text = text.translate(None, b"\t\n\r")
    if len(text) > 4096:
        raise NoAddress("too long")
    path_end = re.search(rb"[?#]|$", text).start()
    text = text[:path_end].replace(b"\\", b"/") + text[path_end:]
    parts = re.fullmatch(rb"https?://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", text, re.I | re.S)
    if not parts:
        raise NoAddress("not http or https")
    authority, path, query, fragment = (part or b"" for part in parts.groups())
    authority = authority.rpartition(b"@")[2]
    host, port = re.fullmatch(rb"(.*?)(?::([^:\]]*))?", authority, re.S).groups()
    host = host_name(host)
    if port and (not port.isdigit() or int(port) > 65535):
        raise NoAddress("no port")
    port = int(port) if port else 0
    host, path, cached = unwrap(without_variants(host), without_dots(encode(path, b"/:@$&+,;=")))
    form = f"https://{host}"
    if port not in (0, 80, 443) and not cached:
        form += f":{port}"
    form += without_endings(path) or "/"
    kept = [parameter for parameter in encode(query, b"/:@$&+,;=?").split("&")
            if parameter and not is_dropped(parameter)]
    if kept:
        form += "?" + "&".join(kept)
    if len(fragment) >= 2 and fragment[:1] in b"!/":
        form += "#" + encode(fragment, b"/:@$&+,;=?")
    if len(form) > 4096:
        raise NoAddress("too long")
    return form
