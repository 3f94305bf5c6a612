#!/usr/bin/env python3
"""The goal: no way in which a test program can go wrong passes tests/run unseen."""
import os
import subprocess
import tempfile

CASES = [
    # name, kind, program, the line of totals, what else must be said
    ("what passes is counted", "py", "print('ok a'); print('ok b')",
     "2 passed, 0 failed, 0 skipped", "PASS"),
    ("a failing case fails", "py", "print('ok a'); print('not ok b: why'); exit(1)",
     "1 passed, 1 failed, 0 skipped", "not ok b: why"),
    ("a skipped case says why", "py", "print('ok a'); print('skip b: no server')",
     "1 passed, 0 failed, 1 skipped", "b: no server"),
    ("a failing case fails even with status 0", "py", "print('not ok b: why')",
     "0 passed, 2 failed, 0 skipped", "status 0"),
    ("a program without a case fails", "py", "pass",
     "0 passed, 1 failed, 0 skipped", "after 0 cases"),
    ("a crash after good cases fails", "py", "print('ok a', flush=True); import os; os.abort()",
     "1 passed, 1 failed, 0 skipped", "SIGABRT"),
    ("an exception after good cases fails", "py", "print('ok a'); raise KeyError('lost')",
     "1 passed, 1 failed, 0 skipped", "lost"),
    ("a process left behind fails, and is ended", "py",
     "import subprocess; print('ok a', subprocess.Popen(['sleep', '1000']).pid, sep=': ')",
     "1 passed, 1 failed, 0 skipped", "left processes behind"),
    ("a cmocka program is counted", "sh",
     "echo '[==========] Running 3 test(s).'; echo '[       OK ] a'; echo '[       OK ] a';"
     "echo 'SKIPPED: no vectors'; echo '[  SKIPPED ] b'; echo '[==========] 3 test(s) run.';"
     "echo '[  SKIPPED ] b'",
     "2 passed, 0 failed, 1 skipped", "b: no vectors"),
    ("a newer cmocka's program is counted", "sh",
     "echo '[==========] reading ahead: Running 2 test(s).'; echo '[       OK ] a'; echo '[  FAILED  ] b';"
     "echo '[==========] reading ahead: 2 test(s) run.'; echo '[  FAILED  ] b'; exit 1",
     "1 passed, 1 failed, 0 skipped", "status 1"),
    ("a cmocka case that fails is counted once", "sh",
     "echo '[==========] Running 2 test(s).'; echo '[       OK ] a'; echo '[  FAILED  ] b';"
     "echo '[==========] 2 test(s) run.'; echo '[  FAILED  ] b'; exit 1",
     "1 passed, 1 failed, 0 skipped", "status 1"),
    ("a cmocka program that ends early fails", "sh",
     "echo '[==========] Running 2 test(s).'; echo '[       OK ] a'",
     "1 passed, 1 failed, 0 skipped", "announced 2 cases and ran 1"),
    ("a missing program fails", None, None,
     "0 passed, 1 failed, 0 skipped", "No such file"),
]


def run(folder, kind, text):
    """Runs one made program and gives the runner's status and output."""
    program = os.path.join(folder, "tests", "program" + (".py" if kind == "py" else ""))
    os.makedirs(os.path.dirname(program), exist_ok=True)
    if text is not None:
        with open(program, "w", encoding="utf-8") as file:
            file.write(text if kind == "py" else "#!/bin/sh\n" + text)
        os.chmod(program, 0o755)
    done = subprocess.run(["tests/run", program], env={**os.environ, "BUILD": folder},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def main():
    failed = False
    for name, kind, text, totals, said in CASES:
        with tempfile.TemporaryDirectory() as folder:
            status, output = run(folder, kind, text)
            with open(os.path.join(folder, "log", "summary"), encoding="utf-8") as file:
                summary = file.read()
        good = (output.splitlines()[-1] == totals and summary == totals + "\n" and
                said in output and (status == 0) == (", 0 failed" in totals))
        failed |= not good
        print(f"ok {name}" if good else f"not ok {name}: status {status}, {output!r}")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
