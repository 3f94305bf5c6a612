"""Protobuf from a .proto file at run time: enough of proto3 to pack and unpack the
messages of readsync.proto by the names that stand there.  A message is a dict; a field
that is absent has its zero.
"""
import re
import struct

VARINT, FIXED64, BYTES = 0, 1, 2
ZERO = {"string": "", "bytes": b"", "bool": False}


def varint(number):
    number &= 2 ** 64 - 1
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def take_varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number, at


class Field:
    def __init__(self, repeated, kind, name, number):
        self.repeated, self.kind, self.name, self.number = bool(repeated), kind, name, int(number)


class Schema:
    """All messages and enums of one file; .messages[name] lists fields, .enums[name] values."""

    def __init__(self, text):
        self.messages, self.enums = {}, {}
        words = re.findall(r"[\w.]+|[{}=;\"]", re.sub(r"//.*", "", text))
        self.read(words, 0, "")

    def read(self, words, at, outer):
        """Read declarations up to the end of the block ${outer}; return where it ends."""
        while at < len(words) and words[at] != "}":
            if words[at] == "message":
                self.messages[words[at + 1]] = []
                at = self.read(words, at + 3, words[at + 1]) + 1
            elif words[at] == "enum":
                end = words.index("}", at)
                body = words[at + 3:end]
                # Values of an inner enum are known by the name of its message too.
                name = f"{outer}.{words[at + 1]}" if outer else words[at + 1]
                self.enums[name] = dict(zip(body[0::4], map(int, body[2::4])))
                at = end + 1
            elif words[at] == "oneof":
                at = self.read(words, at + 3, outer) + 1
            elif outer and words[at] != ";":
                end = words.index(";", at)
                *repeated, kind, name, _, number = words[at:end]
                self.messages[outer].append(Field(repeated, kind, name, number))
                at = end + 1
            else:
                at = words.index(";", at) + 1
        return at

    def value(self, enum, name):
        return self.enums[enum][name]

    def pack(self, message, content):
        out = b""
        fields = {field.name: field for field in self.messages[message]}
        for name, value in sorted(content.items(), key=lambda pair: fields[pair[0]].number):
            field = fields[name]
            for one in value if field.repeated else [value]:
                out += self.pack_field(field, one)
        return out

    def pack_field(self, field, value):
        if field.kind in self.messages:
            value = self.pack(field.kind, value)
        elif field.kind == "string":
            value = value.encode()
        if isinstance(value, bytes):
            return varint(field.number << 3 | BYTES) + varint(len(value)) + value
        if field.kind == "fixed64":
            return varint(field.number << 3 | FIXED64) + struct.pack("<Q", value)
        if field.kind == "sint32":
            value = value << 1 ^ value >> 31
        return varint(field.number << 3 | VARINT) + varint(int(value))

    def unpack(self, message, data):
        content = {field.name: [] if field.repeated else None if field.kind in self.messages
                   else ZERO.get(field.kind, 0) for field in self.messages[message]}
        fields = {field.number: field for field in self.messages[message]}
        at = 0
        while at < len(data):
            key, at = take_varint(data, at)
            kind = key & 7
            if kind == BYTES:
                length, at = take_varint(data, at)
                raw, at = data[at:at + length], at + length
            elif kind == FIXED64:
                raw, at = struct.unpack("<Q", data[at:at + 8])[0], at + 8
            elif kind == VARINT:
                raw, at = take_varint(data, at)
            else:
                raise ValueError(f"a field of the wire type {kind}")
            if key >> 3 in fields:
                self.store(fields[key >> 3], raw, content)
        return content

    def store(self, field, raw, content):
        if field.repeated and field.kind not in ("string", "bytes", *self.messages) \
                and isinstance(raw, bytes):
            at = 0
            while at < len(raw):
                number, at = take_varint(raw, at)
                content[field.name].append(number)
            return
        if field.kind in self.messages:
            raw = self.unpack(field.kind, raw)
        elif field.kind == "string":
            raw = raw.decode()
        elif field.kind == "sint32":
            raw = raw >> 1 ^ -(raw & 1)
        elif field.kind == "int64" and raw >= 2 ** 63:
            raw -= 2 ** 64
        elif field.kind == "bool":
            raw = bool(raw)
        if field.repeated:
            content[field.name].append(raw)
        else:
            content[field.name] = raw
