"""The Noise handshakes of PROTOCOL.md in plain Python, written from the Noise
specification, RFC 7748 and RFC 8439 and from nothing of readsync's own: slow, not
constant in time, and for tests alone.
"""
import hashlib
import hmac
import os
import struct

PRIME = 2 ** 255 - 19


class NoiseError(Exception):
    """A message that does not authenticate, or a key that gives no secret."""


# ------------------------------------------------------------ X25519, RFC 7748


def x25519(scalar, point):
    """Section 5, with the ladder as it stands there."""
    k = int.from_bytes(scalar, "little") & ~7 & ~(1 << 255) | 1 << 254
    u = int.from_bytes(point, "little") & ~(1 << 255)
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap != bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % PRIME, u * (da - cb) ** 2 % PRIME
        x2, z2 = aa * bb % PRIME, e * (aa + 121665 * e) % PRIME
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


def public_key(private):
    return x25519(private, (9).to_bytes(32, "little"))


def shared_secret(private, public):
    secret = x25519(private, public)
    if secret == bytes(32):
        raise NoiseError("an X25519 result of zeros")
    return secret


# ------------------------------------------------- ChaCha20-Poly1305, RFC 8439


def chacha20_block(key, counter, nonce):
    start = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    x = start[:]

    def quarter(a, b, c, d):
        for left, right, other, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[left] = x[left] + x[right] & 0xffffffff
            mixed = x[other] ^ x[left]
            x[other] = (mixed << bits | mixed >> 32 - bits) & 0xffffffff

    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        for row in range(4):
            quarter(row, 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4)
    return struct.pack("<16I", *(a + b & 0xffffffff for a, b in zip(x, start)))


def chacha20(key, nonce, data):
    blocks = (len(data) + 63) // 64
    stream = b"".join(chacha20_block(key, 1 + i, nonce) for i in range(blocks))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    total = 0
    for i in range(0, len(message), 16):
        total = (total + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2 ** 130 - 5)
    return (total + int.from_bytes(key[16:], "little") & 2 ** 128 - 1).to_bytes(16, "little")


def tag(key, nonce, associated, sealed):
    padded = b"".join(part + bytes(-len(part) % 16) for part in (associated, sealed))
    lengths = struct.pack("<QQ", len(associated), len(sealed))
    return poly1305(chacha20_block(key, 0, nonce)[:32], padded + lengths)


class Cipher:
    """Noise's CipherState: a key, and a nonce that counts."""

    def __init__(self, key):
        self.key, self.count = key, 0

    def nonce(self):
        self.count += 1
        return bytes(4) + struct.pack("<Q", self.count - 1)

    def seal(self, associated, text):
        nonce = self.nonce()
        sealed = chacha20(self.key, nonce, text)
        return sealed + tag(self.key, nonce, associated, sealed)

    def open(self, associated, message):
        nonce, sealed = self.nonce(), message[:-16]
        if tag(self.key, nonce, associated, sealed) != message[-16:]:
            raise NoiseError("a message does not authenticate")
        return chacha20(self.key, nonce, sealed)


# ----------------------------------------------------------- Noise, revision 34


def hkdf(chain, secret, count):
    temporary = hmac.digest(chain, secret, "sha256")
    outputs, last = [], b""
    for i in range(count):
        last = hmac.digest(temporary, last + bytes([i + 1]), "sha256")
        outputs.append(last)
    return outputs


class Handshake:
    """The initiator's or the responder's half of XX, or with a psk of XXpsk3."""

    def __init__(self, initiator, static, prologue, psk=None, ephemeral=None):
        name = b"Noise_XX%s_25519_ChaChaPoly_SHA256" % (b"psk3" if psk else b"")
        self.hash = name.ljust(32, b"\0") if len(name) <= 32 else hashlib.sha256(name).digest()
        self.chain = self.hash
        self.cipher = None
        self.mix_hash(prologue)
        self.initiator, self.static, self.psk = initiator, static, psk
        self.ephemeral = ephemeral or os.urandom(32)
        self.peer_static = self.peer_ephemeral = None

    def mix_hash(self, data):
        self.hash = hashlib.sha256(self.hash + data).digest()

    def mix_key(self, secret):
        self.chain, key = hkdf(self.chain, secret, 2)
        self.cipher = Cipher(key)

    def seal(self, text):
        sealed = text if self.cipher is None else self.cipher.seal(self.hash, text)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        text = sealed if self.cipher is None else self.cipher.open(self.hash, sealed)
        self.mix_hash(sealed)
        return text

    def agree(self, token):
        """ee, es or se: the first letter is the initiator's key, the second the responder's."""
        mine, theirs = token if self.initiator else token[::-1]
        private = self.static if mine == "s" else self.ephemeral
        public = self.peer_static if theirs == "s" else self.peer_ephemeral
        self.mix_key(shared_secret(private, public))

    def mix_psk(self):
        if self.psk:
            self.chain, data, key = hkdf(self.chain, self.psk, 3)
            self.mix_hash(data)
            self.cipher = Cipher(key)

    def mix_ephemeral(self, key):
        self.mix_hash(key)
        if self.psk:
            self.mix_key(key)

    def write_e(self):
        key = public_key(self.ephemeral)
        self.mix_ephemeral(key)
        return key

    def read_e(self, key):
        self.peer_ephemeral = key
        self.mix_ephemeral(key)

    def write_1(self):
        return self.write_e() + self.seal(b"")

    def read_1(self, message):
        self.read_e(message[:32])
        self.open(message[32:])

    def write_2(self):
        message = self.write_e()
        self.agree("ee")
        message += self.seal(public_key(self.static))
        self.agree("es")
        return message + self.seal(b"")

    def read_2(self, message):
        self.read_e(message[:32])
        self.agree("ee")
        self.peer_static = self.open(message[32:80])
        self.agree("es")
        self.open(message[80:])

    def write_3(self):
        message = self.seal(public_key(self.static))
        self.agree("se")
        self.mix_psk()
        return message + self.seal(b"")

    def read_3(self, message):
        self.peer_static = self.open(message[:48])
        self.agree("se")
        self.mix_psk()
        self.open(message[48:])

    def split(self):
        """(the cipher to send with, the cipher to receive with)"""
        first, second = (Cipher(key) for key in hkdf(self.chain, b"", 2))
        return (first, second) if self.initiator else (second, first)
