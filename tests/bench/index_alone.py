#!/usr/bin/env python3
"""What SQLite's FTS5 takes for a folder of texts: nothing is stored, sealed or sent but its index.

usage: tests/bench/index_alone.py FOLDER DATABASE

The settings are those of the vault and of its index (proto/vault/vault.c,
proto/replica/schema.c); the tokenizer is the one that ours wraps.
"""
import os
import sqlite3
import sys
import time

AT_A_TIME = 1000  # texts in a transaction, about as in a first sync
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "locking_mode=EXCLUSIVE", "cache_size=-16384")
SETTINGS = {"pgsz": 4012, "hashsize": 8388608, "automerge": 16, "crisismerge": 1000}


def read(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            yield file.read()


def main():
    folder, path = sys.argv[1:]
    texts = list(read(folder))
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE VIRTUAL TABLE search USING fts5 (body, content = '')")
    database.executemany("INSERT INTO search (search, rank) VALUES (?, ?)", SETTINGS.items())
    begun = time.monotonic()
    for first in range(0, len(texts), AT_A_TIME):
        database.execute("BEGIN")
        database.executemany("INSERT INTO search (rowid, body) VALUES (?, ?)",
                             enumerate(texts[first:first + AT_A_TIME], first))
        database.execute("COMMIT")
    database.close()
    print(f"FTS5 alone, of SQLite {sqlite3.sqlite_version}: {time.monotonic() - begun:.3f} s")


main()
