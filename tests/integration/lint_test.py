#!/usr/bin/env python3
"""The goal: the checks of tests/lint find what they are there for, and nothing in the tree."""
import os
import subprocess
import tempfile

LAYERS = os.path.abspath("tests/lint/layers.py")
TREE = os.path.abspath("tests/lint/tree.py")
# In pieces, so that this file does not break the rule.
LEFT = "TO" "DO"

CASES = [
    # name, the check, file, its text, what must be said of it
    ("a layer above is not included", LAYERS, "proto/base/x.c",
     '#include "proto/wire/frame.h"\n', "x.c:1: proto/base may not include proto/wire/frame.h"),
    ("wire and vault stand apart", LAYERS, "proto/wire/x.c",
     '\n#include "proto/vault/keys.h"\n', "x.c:2: proto/wire may not include"),
    ("vault and wire stand apart", LAYERS, "proto/vault/x.h",
     '#include "proto/wire/frame.h"\n', "may not include"),
    ("the daemon includes nothing of the client", LAYERS, "daemon/peer/x.c",
     '#include "client/link.h"\n', "daemon/peer may not include client/link.h"),
    ("a folder of the daemon includes nothing above it", LAYERS, "daemon/source/x.c",
     '#include "daemon/peer/round.h"\n', "daemon/source may not include daemon/peer/round.h"),
    ("nor the daemon's own files", LAYERS, "daemon/peer/x.c",
     '#include "daemon/pipeline.h"\n', "daemon/peer may not include daemon/pipeline.h"),
    ("the client includes nothing of the daemon", LAYERS, "client/view/x.c",
     ' # include "daemon/base/log.h"\n', "client/view may not include daemon/base/log.h"),
    ("a folder of the client includes nothing above it", LAYERS, "client/jsonl/x.c",
     '#include "client/json.h"\n', "client/jsonl may not include client/json.h"),
    ("a library is included from its folder only", LAYERS, "daemon/peer/x.c",
     "#include <curl/curl.h>\n", "curl/curl.h belongs to daemon/fetch/"),
    ("the lowest layer knows libc and sodium only", LAYERS, "proto/base/x.c",
     '#include "readsync.pb-c.h"\n', "readsync.pb-c.h belongs to"),
    ("an unknown library has no place", LAYERS, "client/x.c",
     "#include <openssl/ssl.h>\n", "openssl/ssl.h has no place"),
    ("what points down is let through", LAYERS, "proto/wire/x.c",
     '#include <string.h>\n#include <sodium.h>\n#include "proto/base/err.h"\n', None),
    ("nothing else stands at the top", TREE, "src/x.c", "", "src:1: does not stand at the top"),
    ("no file is too long", TREE, "proto/x.md", "\n" * 901, "longer than 900 lines"),
    ("no line is too long", TREE, "client/x.c", "\t" * 5 + "x" * 61 + "\n", "longer than 100"),
    ("nothing is left to do", TREE, "daemon/x.c", f"/* {LEFT}: more */\n", "left to do"),
    ("every prototype has its comment", TREE, "proto/base/x.h",
     "/** one(): says. */\nint one(void);\n\nconst char *two(int a,\n    int b);\n",
     "x.h:4: a prototype without a comment"),
    ("what keeps the rules is let through", TREE, "proto/base/x.h",
     "/*\n * one(), two():\n * Say.\n */\nint one(int a,\n    int b);\nint two(void);\n", None),
]


def run(check, folder):
    done = subprocess.run([check], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    return done.returncode, done.stdout


def run_case(check, path, text):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.dirname(os.path.join(folder, path)))
        with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
            file.write(text)
        return run(check, folder)


def main():
    failed = False
    for name, check, path, text, said in CASES:
        status, output = run_case(check, path, text)
        good = status == 1 and said in output if said else (status, output) == (0, "")
        failed |= not good
        print(f"ok {name}" if good else f"not ok {name}: status {status}, {output!r}")
    for check in LAYERS, TREE:
        status, output = run(check, ".")
        failed |= status != 0
        name = f"this tree passes {os.path.basename(check)}"
        print(f"ok {name}" if status == 0 else f"not ok {name}: {output}")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
