#!/usr/bin/env python3
"""Checks the rules of the tree that no compiler knows: what stands at the top, how
long files and lines are, that nothing is left to do, and that headers are manuals.
Prints every place that breaks one. Runs at the top of the tree."""
import os
import re
import sys

TOP = {"LICENSE", "Makefile", "README.md", "client", "daemon", "proto", "systemd", "tests"}
NOT_OURS = {"build"}  # made, and not shipped
LINES_MAX = 900
LINES_MAX_MANUAL = 1500  # in which each sentence and macro has a line
COLUMNS_MAX = 100
COLUMNS_MAX_TESTS = 120  # where tables of pages and answers stand
CODE = (".c", ".h", ".py", ".sh", ".proto")
TEXT = CODE + (".md", ".1", ".5", ".8", "Makefile", "/run", "/deps")
# In pieces, so that this file does not break its own rule.
LEFT_TO_DO = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
PROTOTYPE = re.compile(r"^(?!static|typedef|extern|return|#)[a-z][\w\s*]*?\b\w+\(")


def files():
    for folder, folders, names in os.walk("."):
        folders[:] = sorted(name for name in folders
                            if name not in NOT_OURS and not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(folder, name)[2:]
            if path.endswith(TEXT):
                yield path


def check_top():
    for name in sorted(os.listdir(".")):
        if name not in TOP | NOT_OURS and not name.startswith("."):
            yield name, 1, "does not stand at the top of the tree"


def check_lines(path, lines):
    most = LINES_MAX_MANUAL if path[-2:] in (".1", ".5", ".8") else LINES_MAX
    if len(lines) > most:
        yield path, len(lines), f"longer than {most} lines"
    columns = COLUMNS_MAX_TESTS if path.startswith("tests/") else COLUMNS_MAX
    for number, line in enumerate(lines, 1):
        if LEFT_TO_DO.search(line):
            yield path, number, "something is left to do"
        if path.endswith(CODE) and len(line.expandtabs(8)) > columns:
            yield path, number, f"longer than {columns} columns"


def check_header(path, lines):
    """A prototype stands under a comment, or under the one before it that does."""
    explained = False
    for number, line in enumerate(lines, 1):
        if PROTOTYPE.match(line):
            if not explained:
                yield path, number, "a prototype without a comment"
        elif line == "" or line.startswith("#"):
            explained = False
        elif line.rstrip().endswith("*/") and not line[0].isalpha():
            explained = True


def check():
    yield from check_top()
    for path in files():
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        yield from check_lines(path, lines)
        if path.endswith(".h") and not path.startswith("tests/"):
            yield from check_header(path, lines)


def main():
    wrong = list(check())
    for path, number, what in wrong:
        print(f"{path}:{number}: {what}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
