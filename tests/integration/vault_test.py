#!/usr/bin/env python3
"""A vault that does not open says why: each cause has a line of its own, the same
from both programs, and harms nothing."""
import os
import shutil

from rig import case, contains, equal, main

URL = "https://example.org/kept"


def spoil(path, offset, content=None):
    """Change a byte, or all."""
    with open(path, "r+b") as file:
        if content is not None:
            file.truncate()
            file.write(content)
            return
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


CAUSES = {
    "wrong key": (lambda home: spoil(home + "/key", 7), "no key slot opens with this key file"),
    "no key": (lambda home: os.unlink(home + "/key"), "there is no passphrase, and no key file"),
    "damaged page": (lambda home: spoil(home + "/vault.db", 8192 + 700),
                     "page 3 of vault.db was changed or damaged"),
    "damaged keys": (lambda home: spoil(home + "/vault.keys", 60), "cut short or changed"),
    "not a vault": (lambda home: spoil(home + "/vault.db", 0, b"a text of mine\n"),
                    "vault.db is not a vault"),
    "not keys": (lambda home: spoil(home + "/vault.keys", 0, b"a text of mine\n"),
                 "not a file of vault keys"),
    "another vault's keys": (lambda home: shutil.copy(home + "/../other/vault.keys", home)
                             and shutil.copy(home + "/../other/key", home),
                             "was sealed under another key"),
    "lost keys": (lambda home: os.unlink(home + "/vault.keys"), "vault.keys is not: restore it"),
    "lost vault": (lambda home: os.unlink(home + "/vault.db"), "vault.db is not: restore it"),
}


@case
def each_cause_has_its_line(place):
    client = place.client("home")
    client.text("save", URL)
    place.client("other").text("save", URL)
    lines = set()
    for name, (harm, says) in CAUSES.items():
        home = place.path("harmed")
        shutil.copytree(place.path("home"), home)
        harm(home)
        before = dict(place.files("harmed"))
        status, line = place.client("harmed").fails("list")
        contains(line, says, name)
        equal(status, 5, name)
        lines.add(line)
        status, said = place.daemon("harmed").fails()
        contains(said, says, name)
        equal(said.strip().count("\n"), 0, f"{name}: lines")
        equal(dict(place.files("harmed")), before, f"{name}: files")
        shutil.rmtree(home)
    equal(len(lines), len(CAUSES), "different lines")
    equal(list(client.items()), [URL])


main()
