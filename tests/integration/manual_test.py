#!/usr/bin/env python3
"""Goal: the manual pages and the completion tell of all that the programs take.

What the programs print for --help, the table of configuration keys, the variables
that are read, and the exit statuses are looked up in the pages; the completion is
run by bash.
"""
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
failed = False


def report(name, problems):
    global failed
    failed |= bool(problems)
    print(f"not ok {name}: {'; '.join(sorted(problems))}" if problems else f"ok {name}", flush=True)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def help_of(program, *command):
    done = subprocess.run([os.path.join(BUILD, program), *command, "--help"], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=20)
    return done.stdout.decode()


def options_in(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]*)", text))


def commands_in(text):
    return re.findall(r"^  ([a-z]+)  +\S", text, re.M)


def section(page, *names):
    """The text of the named sections of a page."""
    parts = re.split(r"^\.Sh (.*)$", page, flags=re.M)
    return "".join(text for name, text in zip(parts[1::2], parts[2::2]) if name.strip('"') in names)


def options_told(text):
    """The long options that an mdoc text tells of."""
    return set(re.findall(r"(?:Fl|\|) -([a-z][a-z-]*)", text))


def client_commands():
    return {name: options_in(help_of("readsync", name).split("\nOptions:\n")[1])
            for name in commands_in(help_of("readsync"))}


def client_synopses(page):
    """The options that the page names with each command: from its item up to the next."""
    found = {}
    for item in re.split(r"^\.It ", section(page, "COMMANDS"), flags=re.M)[1:]:
        # An item that goes over several lines stands between Xo and Xc.
        head = item.split(".Xc")[0] if item.startswith("Xo ") else item.split("\n")[0]
        name = re.search(r"Cm ([a-z]+)", head)
        if name:
            found[name.group(1)] = options_told(head)
    return found


def check_client(page, commands):
    common = set.intersection(*commands.values())
    synopses = client_synopses(page)
    described = options_told("".join(re.findall(r"^\.It (Fl .*)$", section(page, "OPTIONS"), re.M)))
    problems = set()
    for name, options in commands.items():
        if name not in synopses:
            problems.add(f"the command {name} is missing")
            continue
        problems |= {f"{name} --{option} is missing" for option in
                     options - common - synopses[name]}
        problems |= {f"{name} --{option} is told, and is none" for option in
                     synopses[name] - options}
    problems |= {f"the command {name} is told, and is none" for name in set(synopses) - set(commands)}
    every = set.union(*commands.values())
    problems |= {f"--{option} is not described" for option in every - described}
    problems |= {f"--{option} is described, and is none" for option in described - every}
    return problems


def check_daemon(page):
    text = help_of("readsyncd")
    told = options_told(page)
    known = options_in(text)
    problems = set()
    for name in commands_in(text):
        if f".Cm {name}\n" not in page or f".It Cm {name}\n" not in page:
            problems.add(f"the command {name} is missing")
        known |= options_in(help_of("readsyncd", name))
    problems |= {f"--{option} is missing" for option in known - told}
    return problems | {f"--{option} is told, and is none" for option in told - known}


def check_configuration(page):
    """Every key stands in the page under its section, and no other does."""
    keys = {(name.lower(), key) for name, key in re.findall(
        r"\{ CONFIG_SECTION_([A-Z]+), \"([a-z_]+)\"", read("daemon/config/config_key.c"))}
    told = set()
    for name, text in re.findall(r"^\.Ss The sections? ([a-z]+)\n(.*?)(?=^\.S[sh] )", page,
                                 re.M | re.S):
        told |= {(name, key) for key in re.findall(r"^\.It Li ([a-z_]+) No =", text, re.M)}
    problems = {f"{key} in [{name}] is missing" for name, key in keys - told}
    if not keys:
        problems.add("daemon/config/config_key.c has no key that this test can read")
    return problems | {f"{key} in [{name}] is told, and is none" for name, key in told - keys}


def check_statuses(page):
    """The statuses that the programs end with, by the table in proto/base/err.c."""
    ends = set(re.findall(r"^\t\{ RS_[A-Z]+, (\d+), ", read("proto/base/err.c"), re.M))
    header = set(re.findall(r"(?:^ \*  |  +)(\d) [a-z]", read("proto/base/err.h").split(
        "rs_err_exit_status(err):")[1].split("*/")[0], re.M))
    told = set(re.findall(r"^\.It (\d+)$", section(page, "EXIT STATUS"), re.M))
    problems = {f"the status {status} is missing" for status in (ends | header) - told}
    if len(ends) < 2 or len(header) < 2:
        problems.add("proto/base/err.[ch] has no statuses that this test can read")
    return problems | {f"the status {status} is told, and is none" for status in told - ends}


def variables_of(folder):
    sources = glob.glob(os.path.join(ROOT, folder, "**", "*.c"), recursive=True)
    return set(re.findall(r'getenv\("([A-Z_]+)"\)', "".join(read(path) for path in sources)))


def check_variables(page, folder):
    read_here = variables_of(folder)
    told = set(re.findall(r"[A-Z][A-Z_]{3,}", " ".join(re.findall(
        r"^\.It Ev (.*)$", section(page, "ENVIRONMENT"), re.M))))
    locale = {"LC_ALL", "LC_CTYPE", "LANG"}
    return {f"{name} is missing" for name in read_here - told} | \
           {f"{name} is told, and is not read" for name in told - read_here - locale}


def complete(words, home):
    """What bash offers for the last of ${words}."""
    script = ". client/completion.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))\n" \
        "compopt() { :; }; _readsync; printf '%s\\n' \"${COMPREPLY[@]}\""
    done = subprocess.run(["bash", "-c", script, "bash", os.path.join(BUILD, "readsync"), *words],
                          cwd=ROOT, env={**os.environ, "READSYNC_HOME": home}, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return set(done.stdout.decode().split("\n")) - {""}


def check_completion(commands):
    problems = set()
    with tempfile.TemporaryDirectory() as home:
        offered = {word for word in complete([""], home) if not word.startswith("--")}
        problems |= {f"the command {name} is missing" for name in set(commands) - offered}
        problems |= {f"the command {name} is offered, and is none" for name in offered - set(commands)}
        for name, options in commands.items():
            offered = {word[2:] for word in complete([name, "--"], home)}
            problems |= {f"{name} --{option} is missing" for option in options - offered}
            problems |= {f"{name} --{option} is offered, and is none" for option in offered - options}
    return problems


def save(home, *words):
    subprocess.run([os.path.join(BUILD, "readsync"), "save", "--home", home, *words], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=60)


def check_vault(page):
    """Every command of vault, as --help lists them, has its item."""
    told = set(re.findall(r"^\.It Cm vault ([a-z -]*[a-z])", section(page, "VAULT"), re.M))
    listed = set(re.findall(r"^  ([a-z][a-z -]*?[a-z])(?:  | \[| [A-Z]|$)", help_of("readsync", "vault").split(
        "\nOptions:\n")[0], re.M))
    return {f"vault {name} is missing" for name in listed - told} | \
           {f"vault {name} is told, and is none" for name in told - listed}


def check_completion_of_items():
    """Ids, tags and files where they are wanted; nothing, and no home, where there is none."""
    with tempfile.TemporaryDirectory() as folder:
        home, none = os.path.join(folder, "home"), os.path.join(folder, "none")
        save(home, "--tag", "economy", "--tag", "two words", "https://example.org/a")
        save(home, "https://example.org/b")
        page = os.path.join(folder, "page.html")
        with open(page, "w", encoding="utf-8"):
            pass
        ids = complete(["read", ""], home)
        slot = subprocess.run([os.path.join(BUILD, "readsync"), "vault", "slot", "list", "--home", home],
                              check=True, stdout=subprocess.PIPE, timeout=20).stdout.decode()[:8]
        one = next(iter(ids), "")
        cases = [
            ("two ids", len(ids) == 2 and all(re.fullmatch("[0-9a-f]{8}", word) for word in ids)),
            ("the id that is begun", complete(["why", one], home) == {one}),
            ("no second id to read", complete(["read", one, ""], home) == set()),
            ("a second id to archive", len(complete(["archive", one, ""], home)) == 2),
            ("an id behind an option", len(complete(["read", "--width", "40", ""], home)) == 2),
            ("tags behind an id", {shlex.split(word)[0] for word in complete(
                ["tag", one, ""], home)} == {"economy", "two words"}),
            ("tags behind --tag", complete(["list", "--tag", "e"], home) == {"economy"}),
            ("a file behind --page", complete(["save", "--page", page[:-1]], home) == {page}),
            ("commands of vault", complete(["vault", ""], home) == set(re.findall(
                r"^  ([a-z]+) ", help_of("readsync", "vault").split("\nOptions:\n")[0], re.M))),
            ("kinds of slots", complete(["vault", "slot", "add", ""], home) ==
             {"key-file", "passphrase", "recovery-key"}),
            ("slots to remove", complete(["vault", "slot", "remove", ""], home) == {slot}),
            ("a file for a slot", complete(["vault", "slot", "add", "key-file", page[:-1]], home)
             == {page}),
            ("no home, no ids", complete(["read", ""], none) == set()),
            ("no home is made", not os.path.exists(none)),
            ("a named home", len(complete(["read", "--home", home, ""], none)) == 2),
        ]
        return {name for name, good in cases if not good}


def main():
    client, daemon = read("client/readsync.1"), read("daemon/readsyncd.8")
    commands = client_commands()
    report("readsync(1) tells of every command and option", check_client(client, commands))
    report("readsync(1) tells of every command of vault", check_vault(client))
    report("readsyncd(8) tells of every command and option", check_daemon(daemon))
    report("readsyncd.conf(5) tells of every key",
           check_configuration(read("daemon/readsyncd.conf.5")))
    report("readsync(1) tells of every exit status", check_statuses(client))
    report("readsyncd(8) tells of every exit status", check_statuses(daemon))
    report("readsync(1) tells of every variable", check_variables(client, "client"))
    report("readsyncd(8) tells of every variable", check_variables(daemon, "daemon"))
    report("the completion offers every command and option", check_completion(commands))
    report("the completion offers items, tags and files", check_completion_of_items())
    sys.exit(failed)


if __name__ == "__main__":
    main()
