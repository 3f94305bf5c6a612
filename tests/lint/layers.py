#!/usr/bin/env python3
"""Checks that includes only point down the layers, and that each third-party
header is included from its own place only. Prints every line that does not."""
import glob
import re
import sys

# A folder may include itself and what stands below it.
LAYERS = {
    "proto/base": 0, "proto/record": 1, "proto/wire": 2, "proto/vault": 2,
    "proto/replica": 3, "proto/sync": 4, "daemon": 5, "client": 5,
}
SIDE_BY_SIDE = {("proto/wire", "proto/vault"), ("proto/vault", "proto/wire"),
                ("daemon", "client"), ("client", "daemon")}
OWNERS = {
    "uv.h": ["daemon/", "client/link."],
    "curl/": ["daemon/fetch/"],
    "libxml/": ["daemon/page/", "daemon/source/"],
    "unicode/": ["daemon/page/"],
    "uchardet": ["daemon/page/", "daemon/source/"],
    "jansson.h": ["daemon/page/", "daemon/source/", "daemon/filter.", "client/json."],
    "sqlite3.h": ["proto/replica/", "proto/vault/"],
    "zstd.h": ["proto/replica/"],
    "sodium.h": ["proto/base/", "proto/vault/", "proto/wire/"],
    "seccomp.h": ["daemon/worker/"],
    "ini.h": ["daemon/config."],
    "qrencode.h": ["client/qr."],
    "protobuf-c/": ["proto/record/"],
    "readsync.pb-c.h": ["proto/record/", "proto/wire/", "proto/replica/", "proto/sync/", "daemon/",
                        "client/"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    for folder in LAYERS:
        if path.startswith(folder + "/"):
            return folder
    return None


def main():
    wrong = 0
    for path in sorted(glob.glob("proto/**/*.[ch]", recursive=True) +
                       glob.glob("daemon/**/*.[ch]", recursive=True) +
                       glob.glob("client/**/*.[ch]", recursive=True)):
        here = folder_of(path)
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match.group(2)
            there = folder_of(name)
            if there and (LAYERS[there] > LAYERS[here] or (here, there) in SIDE_BY_SIDE):
                print(f"{path}:{number}: {here} may not include {name}")
                wrong += 1
            for header, places in OWNERS.items():
                if name.startswith(header) and not any(path.startswith(p) for p in places):
                    print(f"{path}:{number}: {name} belongs to {', '.join(places)}")
                    wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
