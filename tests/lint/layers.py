#!/usr/bin/env python3
"""Checks that includes only point down the layers, and that each third-party
header is included from its own place only. Prints every line that does not.
Runs at the top of the tree."""
import glob
import re
import sys

# A folder may include itself and what stands below it; never the other program.
LAYERS = {
    "proto/base": 0, "proto/record": 1, "proto/wire": 2, "proto/vault": 2,
    "proto/replica": 3, "proto/sync": 4,
    "daemon/base": 5, "daemon/fetch": 6, "daemon/page": 6, "daemon/config": 7, "daemon/feed": 7,
    "daemon/rule": 7,
    "daemon/worker": 8, "daemon/session": 9, "daemon/source": 9, "daemon/peer": 10, "daemon": 11,
    "client/jsonl": 5, "client/view": 5, "client": 6,
}
# Where each third-party header may be included. "proto/readsync.proto" makes the last one.
OWNERS = {
    "curl/": ["daemon/fetch/"],
    "ini.h": ["daemon/config/"],
    "jansson.h": ["daemon/page/", "daemon/feed/", "daemon/session/", "daemon/filter.",
                  "daemon/lint.", "client/json.", "client/jsonl/"],
    "libpsl.h": ["daemon/fetch/"],
    "libxml/": ["daemon/page/", "daemon/feed/", "daemon/rule/"],
    "protobuf-c/": ["proto/record/"],
    "qrencode.h": ["client/qr."],
    "seccomp.h": ["daemon/worker/"],
    "sodium.h": ["proto/base/", "proto/vault/", "proto/wire/"],
    "sqlite3.h": ["proto/replica/", "proto/vault/"],
    "uchardet/": ["daemon/page/"],
    "unicode/": ["daemon/page/", "daemon/rule/"],
    "uv.h": ["daemon/", "client/link."],
    "zstd.h": ["proto/replica/"],
    "readsync.pb-c.h": ["proto/record/", "proto/wire/", "proto/replica/", "proto/sync/",
                        "daemon/", "client/"],
}
# Of C11, POSIX and Linux.
SYSTEM = re.compile(r"(arpa|linux|net|netinet|sys)/\w+\.h|(assert|ctype|dirent|errno|fcntl|float|"
                    r"getopt|inttypes|langinfo|libgen|limits|locale|malloc|math|netdb|poll|"
                    r"pthread|pwd|sched|semaphore|signal|spawn|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdio_ext|"
                    r"stdlib|string|strings|syslog|termios|time|unistd|wchar|wctype)\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def folder_of(path):
    return next((path[:end] for end in range(len(path), 0, -1)
                 if path[end:end + 1] == "/" and path[:end] in LAYERS), None)


def is_below(there, here):
    """Side by side means apart: wire and vault, fetch and page."""
    program = there.split("/")[0]
    return LAYERS[there] < LAYERS[here] and program in ("proto", here.split("/")[0])


def fault_of(path, quote, name):
    """Says what is wrong with one include, or nothing."""
    here, there = folder_of(path), folder_of(name)
    if there:
        if quote == "<":
            return f"{name} is ours, and stands in quotes"
        fits = there == here or is_below(there, here)
        return None if fits else f"{here} may not include {name}"
    for header, places in OWNERS.items():
        if name.startswith(header):
            owned = any(path.startswith(place) for place in places)
            return None if owned else f"{name} belongs to {', '.join(places)}"
    return None if SYSTEM.fullmatch(name) else f"{name} has no place; give it one in {sys.argv[0]}"


def main():
    wrong = 0
    for path in sorted(path for folder in ("proto", "daemon", "client")
                       for path in glob.glob(folder + "/**/*.[ch]", recursive=True)):
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                fault = fault_of(path, match[1], match[2]) if match else None
                if fault:
                    print(f"{path}:{number}: {fault}")
                    wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
