#!/usr/bin/env python3
"""Goal: the key slots of a vault are seen to with `vault`, in both programs alike: nothing
locks the reader out, and what is taken away opens no more."""
import os
import pty
import re
import select
import signal
import subprocess
import time

from rig import CLIENT, DAEMON, WAIT, Skip, case, contains, equal, main

URL = "https://example.org/kept"
NO_KEY = "there is no passphrase, and no key file"


class Home:
    """A home with one item in it, seen to by either program."""

    def __init__(self, place, name, program):
        self.place, self.path, self.program = place, place.path(name), program
        self.conf = self.path + ".conf"
        self.opens_with()
        place.client(name).text("save", URL)

    def opens_with(self, passphrase_file=None, key_file=None):
        self.how = {"passphrase": passphrase_file, "key": key_file}
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write("[vault]\n")
            if passphrase_file:
                file.write(f"passphrase_file = {passphrase_file}\n")
            if key_file:
                file.write(f"key_file = {key_file}\n")

    def client_options(self):
        options = ["--home", self.path]
        if self.how["passphrase"]:
            options += ["--passphrase-file", self.how["passphrase"]]
        if self.how["key"]:
            options += ["--key-file", self.how["key"]]
        return options

    def command(self, *words):
        if self.program == "readsync":
            return [CLIENT, "vault", *self.client_options(), *words]
        return [DAEMON, "vault", "--home", self.path, "--config", self.conf, *words]

    def run(self, *words):
        return subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, timeout=WAIT,
                              capture_output=True, check=False)

    def vault(self, *words):
        done = self.run(*words)
        equal((done.returncode, done.stderr), (0, b""), f"{self.program} vault {words}")
        return done.stdout.decode()

    def refuses(self, status, says, *words):
        done = self.run(*words)
        line = done.stderr.decode()
        equal((done.returncode, line.count("\n")), (status, 1), f"{words}: {line}")
        contains(line, f"{self.program} vault: ")
        contains(line, says)

    def slots(self):
        """name -> what it is, in the order of the file"""
        return dict(line.split("  ", 1) for line in self.vault("slot", "list").splitlines())

    def slot(self, kind):
        return next(name for name, what in self.slots().items() if what.startswith(kind))

    def opens(self):
        done = subprocess.run([CLIENT, "list", "--json", *self.client_options()], timeout=WAIT,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode == 0 and URL in done.stdout.decode()

    def file(self, name, content):
        path = f"{self.path}.{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        return path


def homes(place):
    return [Home(place, f"home-{program}", program) for program in ("readsync", "readsyncd")]


@case
def a_passphrase_takes_the_place_of_the_key_file(place):
    for home in homes(place):
        equal(list(home.slots().values()), ["key file"])
        word = home.file("word", "correct horse\nsecond line\n")
        home.vault("passwd", word)
        equal(len(home.slots()), 2)
        contains(home.slots()[home.slot("passphrase")], "Argon2id: 3 passes over 262144 KiB")
        key_slot = home.slot("key file")
        home.refuses(5, "no other slot opens with this key file", "slot", "remove", key_slot)
        home.opens_with(word)
        contains(home.vault("slot", "remove", key_slot[:5]), f"remove {home.path}/key")
        equal(home.opens(), True)
        home.refuses(7, "the last slot", "slot", "remove", home.slot("passphrase"))
        home.opens_with()
        equal(home.opens(), False)
        os.unlink(home.path + "/key")
        # Another passphrase, in its place.
        home.opens_with(word)
        other = home.file("other", "battery staple")
        home.vault("passwd", other)
        equal(home.opens(), False)
        home.opens_with(other)
        equal((home.opens(), len(home.slots())), (True, 1))


def need_keyring(home):
    """Skip where the kernel has no keyring for us, as in many containers."""
    done = home.run("unlock", "1m")
    if done.returncode == 7:
        raise Skip(done.stderr.decode().strip())
    equal(done.returncode, 0, done.stderr)


@case
def a_passphrase_is_given_once_for_a_while(place):
    for home in homes(place):
        word = home.file("word", "correct horse")
        home.vault("passwd", word)
        home.opens_with(word)
        home.vault("slot", "remove", home.slot("key file"))
        os.unlink(home.path + "/key")
        need_keyring(home)
        contains(home.vault("info"), "\nunlocked: ")
        home.opens_with()
        equal(home.opens(), True)
        # All that opens the vault does without it; what changes its slots does not.
        home.vault("verify")
        home.vault("backup", home.path + ".copy")
        home.refuses(5, NO_KEY, "passwd", word)
        home.refuses(5, NO_KEY, "unlock")
        # What is given comes before it.
        home.opens_with(home.file("wrong", "wrong"))
        equal(home.opens(), False)
        home.opens_with()
        equal(home.vault("lock"), "")
        equal(home.opens(), False)
        home.refuses(5, NO_KEY, "verify")
        equal(home.vault("lock"), "")
        equal("unlocked" in home.vault("info"), False)
        for time in ("", "8", "h", "0m", "8x", "1.5h", "31d", "99999999999999999999h"):
            home.refuses(2, "is no time to hold a key for", "unlock", time)
        # A new key of the vault is not unlocked.
        home.opens_with(word)
        contains(home.vault("unlock"), "unlocked for 8h")
        home.vault("rekey")
        home.opens_with()
        equal(home.opens(), False)


@case
def a_daemon_starts_with_what_was_unlocked(place):
    daemon = place.daemon("home").start()
    daemon.stop()
    home = Home.__new__(Home)
    home.place, home.path, home.program = place, daemon.home, "readsyncd"
    home.conf, home.how = daemon.config, {"passphrase": None, "key": None}
    word = home.file("word", "correct horse")
    home.vault("passwd", word)
    os.unlink(daemon.home + "/key")
    equal(daemon.fails()[0], 5)
    daemon.configure(more={"vault": {"passphrase_file": word}})
    need_keyring(home)
    daemon.configure()
    daemon.start()
    # It has its key, whatever becomes of the keyring's.
    home.vault("lock")
    place.client("laptop").join(daemon).text("sync")
    daemon.stop()
    equal(daemon.fails()[0], 5)


@case
def a_recovery_key_opens_what_a_lost_key_does_not(place):
    for home in homes(place):
        shown = home.vault("slot", "add", "recovery-key")
        key = re.search(r"recovery key: ([0-9A-Z-]{39})\n", shown)[1]
        paper = home.file("paper", key.lower().replace("-", " ") + "\n")
        os.unlink(home.path + "/key")
        equal(home.opens(), False)
        home.opens_with(home.file("slip", key[:-1] + ("7" if key[-1] != "7" else "8")))
        home.refuses(5, "passphrase; if it was meant for the recovery key, it was mistyped", "verify")
        home.opens_with(paper)
        equal(home.opens(), True)
        # It is no passphrase, and with it a new one is set.
        home.refuses(2, "is a recovery key", "passwd", paper)
        word = home.file("word", "correct horse")
        home.vault("passwd", word)
        home.opens_with(word)
        equal(home.opens(), True)
        home.vault("slot", "remove", home.slot("recovery key"))
        home.vault("slot", "add", "recovery-key")
        home.opens_with(paper)
        equal(home.opens(), False)


@case
def a_recovery_key_that_nobody_saw_opens_nothing(place):
    for home in homes(place):
        gone, closed = os.pipe()
        os.close(gone)
        for output, reason in ((os.open("/dev/full", os.O_WRONLY), "no space left"),
                               (closed, "input/output error")):
            done = subprocess.run(home.command("slot", "add", "recovery-key"), stdout=output,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  timeout=WAIT, check=False)
            os.close(output)
            contains(done.stderr.decode(), f"the recovery key could not be shown: {reason}")
            equal((done.returncode, done.stderr.count(b"\n")), (1, 1))
            equal(list(home.slots().values()), ["key file"])
        equal(home.opens(), True)


@case
def a_key_file_lies_anywhere(place):
    for home in homes(place):
        stick = home.path + ".stick"
        home.vault("slot", "add", "key-file", stick)
        equal((os.stat(stick).st_mode & 0o777, os.stat(stick).st_size), (0o600, 32))
        home.opens_with(key_file=stick)
        first = next(iter(home.slots()))
        home.vault("slot", "remove", first)
        os.unlink(home.path + "/key")
        equal(home.opens(), True)
        contains(home.vault("info"), "slots: 1\n")
        # A file that is there is used, and none is left behind by a failure.
        home.refuses(2, "is no key file", "slot", "add", "key-file", home.file("text", "a text"))
        home.opens_with()
        home.refuses(5, "no key file", "slot", "add", "key-file", home.path + ".other")
        equal(os.path.exists(home.path + ".other"), False)


@case
def what_opens_it_already_gets_no_second_slot(place):
    """Which would go on opening it when the first is removed."""
    for home in homes(place):
        word = home.file("word", "correct horse")
        home.refuses(1, "it opens the vault already", "slot", "add", "key-file", home.path + "/key")
        home.vault("slot", "add", "passphrase", word)
        home.refuses(1, "it opens the vault already", "slot", "add", "passphrase", word)
        equal(len(home.slots()), 2)


@case
def a_key_file_that_others_may_read_is_warned_of(place):
    for home in homes(place):
        key = home.path + "/key"
        equal("can be used by others" in home.vault("info"), False)
        listed = [CLIENT, "list", *home.client_options()]
        for mode, warned in ((0o600, False), (0o640, True), (0o604, True), (0o400, False)):
            os.chmod(key, mode)
            done = subprocess.run(listed, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=WAIT, check=True)
            said = done.stderr.decode()
            equal(said.count("\n"), int(warned), said)
            if warned:
                contains(said, f"readsync: warning: the key file {key} can be used by others "
                         f"(mode {mode:o}): chmod 600 it")
                contains(home.vault("info"), "can be used by others")
    daemon = place.daemon("home").start()
    daemon.stop()
    os.chmod(daemon.home + "/key", 0o644)
    daemon.start()
    contains(daemon.log(), "warning: key-file-shared ")


@case
def it_says_what_is_wrong(place):
    for home in homes(place):
        home.refuses(2, "no such command as 'turn'", "turn")
        home.refuses(2, "no such command as 'slot add'", "slot", "add")
        home.refuses(2, "an argument is missing", "slot", "remove")
        home.refuses(2, "one argument too many: 'b'", "passwd", "a", "b")
        home.refuses(3, "no slot's name begins with 'zz'", "slot", "remove", "zz")
        home.refuses(3, "not found", "passwd", home.path + ".none")
        home.refuses(2, "its first line is empty", "passwd", home.file("empty", "\nword\n"))
        home.refuses(2, "at most 1024 bytes", "passwd", home.file("long", "x" * 1025))
        home.refuses(1, "a directory, and not a file", "passwd", home.path)
        home.refuses(1, "a directory, and not a file", "slot", "add", "key-file", home.path)
        home.refuses(3, "no terminal", "passwd")
        contains(home.vault("info"), f"{home.path}/key, whoever has this directory reads")
        equal(len(home.slots()), 1)
        commands = (["backup", home.path + ".copy"], ["info"], ["lock"], ["passwd", home.file("word", "one")],
                    ["rekey"], ["slot", "add", "recovery-key"], ["slot", "list"], ["slot", "remove", "a"],
                    ["unlock"], ["verify"])
        for name in ("vault.keys", "vault.db"):
            os.rename(f"{home.path}/{name}", home.path + ".away")
            for words in commands:
                home.refuses(5, f"{name} is not: restore it", *words)
            equal(sorted(os.listdir(home.path)), sorted({"key", "vault.keys", "vault.db"} - {name}))
            os.rename(home.path + ".away", f"{home.path}/{name}")
        # A home that was never made, or whose name was mistyped.
        home.path += ".none"
        for words in commands:
            home.refuses(3, f"there is no vault in {home.path}\n", *words)
        equal(os.path.exists(home.path), False)


@case
def a_running_daemon_does_not_stand_in_the_way(place):
    daemon = place.daemon("home").start()
    home = Home.__new__(Home)
    home.place, home.path, home.program = place, daemon.home, "readsyncd"
    home.conf, home.how = daemon.config, {"passphrase": None, "key": None}
    word = home.file("word", "correct horse")
    home.vault("passwd", word)
    daemon.stop()
    daemon.configure(more={"vault": {"passphrase_file": word}})
    daemon.start()
    equal(len(home.slots()), 2)


@case
def a_credential_is_the_key_file(place):
    folder = place.path("credentials")
    os.mkdir(folder)
    with open(folder + "/readsync.key", "wb") as file:
        file.write(os.urandom(32))
    daemon = place.daemon("home")
    os.environ["CREDENTIALS_DIRECTORY"] = folder
    try:
        daemon.start()
        daemon.stop()
        equal(os.path.exists(daemon.home + "/key"), False)
        done = subprocess.run([DAEMON, "vault", "--home", daemon.home, "--config", daemon.config,
                               "verify"], capture_output=True, timeout=WAIT, check=False)
        equal(done.returncode, 0, done.stderr)
        # What the configuration names comes before it.
        daemon.configure(more={"vault": {"key_file": folder + "/none"}})
        contains(daemon.fails()[1], f"no key file {folder}/none")
        daemon.configure()
        daemon.start()
        daemon.stop()
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]
    status, said = daemon.fails()
    equal(status, 5)
    contains(said, f"no key file {daemon.home}/key")


@case
def a_home_of_another_user_is_left_alone(place):
    if os.geteuid() != 0:
        raise Skip("only root can give a home away")
    for home in homes(place):
        os.chown(home.path, 65534, 65534)
        word = home.file("word", "correct horse")
        home.refuses(7, "belongs to user nobody: run this as that user", "passwd", word)
        equal(len(home.slots()), 1)


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 4]))


@case
def verify_tells_sound_from_damaged(place):
    for home in homes(place):
        lines = home.vault("verify").splitlines()
        equal([line.split(":")[0] for line in lines], ["pages", "structure", "blobs", "tables"])
        for page in range(2, os.path.getsize(home.path + "/vault.db") // 4096 + 1):
            flip(home.path + "/vault.db", page * 4096 - 1000)
            done = home.run("verify")
            flip(home.path + "/vault.db", page * 4096 - 1000)
            equal(done.returncode, 5, f"page {page}")
            # Where SQLite cannot open it at all, that is the one line.
            contains((done.stdout + done.stderr).decode(), f"page {page} ")
        os.unlink(home.path + "/vault.db")
        os.unlink(home.path + "/vault.keys")
        home.refuses(3, f"there is no vault in {home.path}", "verify")


@case
def a_running_daemon_is_backed_up_and_comes_back(place):
    daemon = place.daemon("home").start()
    laptop = place.client("laptop").join(daemon)
    laptop.text("save", URL)
    laptop.text("sync")
    backup = place.path("copy")
    run = [DAEMON, "vault", "--home", daemon.home, "--config", daemon.config]
    done = subprocess.run([*run, "backup", backup], capture_output=True, timeout=WAIT, check=True)
    contains(done.stdout.decode(), "copy: whole")
    # It goes on, and its log comes into the database again at the end.
    laptop.text("save", URL + "/later")
    laptop.text("sync")
    equal(daemon.stop()[0], 0)
    equal(os.path.exists(daemon.home + "/vault.db-wal"), False)
    address, key = daemon.address(), place.path("key")
    os.rename(daemon.home + "/key", key)
    for name in ("vault.db", "vault.keys"):
        os.unlink(f"{daemon.home}/{name}")
    daemon.configure(more={"vault": {"key_file": key}, "daemon": {"listen": address}})
    done = subprocess.run([*run, "restore", backup], capture_output=True, timeout=WAIT, check=True)
    contains(done.stdout.decode(), f"{daemon.home}: made from {backup}")
    daemon.start()
    equal(daemon.status()["items"], 1)
    # What it had lost comes back from the laptop, once each has seen what happened.
    for _ in range(3):
        laptop.run("sync")
    equal(daemon.status()["items"], 2)


@case
def a_backup_that_needs_a_key_file_says_so(place):
    for home in homes(place):
        told = home.vault("backup", home.path + ".first")
        contains(told, f"a copy of {home.path}/key")
        key_file = home.path + ".key"
        os.rename(home.path + "/key", key_file)
        home.opens_with(key_file=key_file)
        contains(home.vault("backup", home.path + ".second"), f"a copy of {key_file}")
        home.vault("slot", "add", "recovery-key")
        equal(home.vault("backup", home.path + ".third").splitlines(),
              [f"{home.path}.third: whole; it opens with what opens the vault now"])
        # The key of another vault; the file that it is tried on is the one that was named.
        backup, home.path = home.path + ".third", home.path + ".again"
        home.opens_with(key_file=place.path("wrong"))
        with open(place.path("wrong"), "wb") as file:
            file.write(bytes(32))
        home.refuses(5, f"{backup}: no key slot opens with this key file", "restore", backup)


@case
def a_restore_that_was_cut_short_is_told_and_goes_on(place):
    for home in homes(place):
        home.vault("slot", "add", "recovery-key")
        home.opens_with(key_file=place.path(f"{home.program}.key"))
        os.rename(home.path + "/key", place.path(f"{home.program}.key"))
        backup = home.path + ".backup"
        home.vault("backup", backup)
        os.unlink(home.path + "/vault.db")
        # As a kill leaves it while the pages are copied.
        os.rename(home.path + "/vault.keys", home.path + "/vault.keys.restored")
        home.file("part", "x" * 4096)
        os.rename(home.path + ".part", home.path + "/vault.db.part")
        told = f"a restore of {home.path} has not come to its end: if it was cut short, run it again"
        for words in (["info"], ["slot", "list"], ["unlock"], ["verify"]):
            home.refuses(5, told, *words)
        done = subprocess.run([CLIENT, "list", *home.client_options()], timeout=WAIT, capture_output=True, check=False)
        equal(done.returncode, 5)
        contains(done.stderr.decode(), told)
        status, said = place.daemon(f"home-{home.program}", more={"vault": {"key_file": home.how["key"]}}).fails()
        equal(status, 5)
        contains(said, told)
        equal(sorted(os.listdir(home.path)), ["vault.db.part", "vault.keys.restored"])
        home.vault("restore", backup)
        equal((home.opens(), sorted(os.listdir(home.path))), (True, ["vault.db", "vault.keys"]))


@case
def verify_needs_the_vault_to_itself(place):
    daemon = place.daemon("home").start()
    done = subprocess.run([DAEMON, "vault", "--home", daemon.home, "--config", daemon.config,
                           "verify"], capture_output=True, timeout=WAIT, check=False)
    equal(done.returncode, 4, done.stderr)
    contains(done.stderr.decode(), "is in use by another program")


@case
def a_new_key_shuts_out_old_copies(place):
    for home in homes(place):
        with open(home.path + "/vault.keys", "rb") as file:
            old_keys = file.read()
        home.vault("slot", "add", "recovery-key")
        home.refuses(7, "there are 2 slots", "rekey")
        home.vault("slot", "remove", home.slot("recovery key"))
        old_id = home.vault("info").splitlines()[0]
        contains(home.vault("rekey"), "has a new key")
        equal((home.opens(), home.vault("info").splitlines()[0] == old_id), (True, False))
        equal(sorted(os.listdir(home.path)), ["key", "vault.db", "vault.keys"])
        with open(home.path + "/vault.keys", "wb") as file:
            file.write(old_keys)
        home.refuses(5, "was sealed under another key", "verify")


def at_terminal(command, answers):
    """Run a command at a terminal of its own; each answer is given when its prompt stands
    there.  Return (status, all that it showed)."""
    pid, terminal = pty.fork()
    if pid == 0:
        # As a shell at a terminal starts it; whoever started the tests may ignore the signal.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(command[0], command)
    shown, end = b"", time.monotonic() + WAIT
    answers = list(answers)
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 0.1)
        try:
            more = os.read(terminal, 4096) if ready else None
        except OSError:  # it has ended
            break
        shown += more or b""
        if answers and shown.endswith(answers[0][0].encode()):
            os.write(terminal, answers.pop(0)[1].encode())
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


@case
def at_a_terminal_it_asks(place):
    new, again, unlock = "New passphrase: ", "The same once more: ", "Passphrase of the vault: "
    for home in homes(place):
        status, shown = at_terminal(home.command("passwd"), [(new, "a word\n"), (again, "a world\n")])
        equal(status, 2, shown)
        contains(shown, "the two differ")
        equal(len(home.slots()), 1)
        status, shown = at_terminal(home.command("passwd"), [(new, "a word\n"), (again, "a word\n")])
        equal((status, "a word" in shown), (0, False), shown)
        # The key file in the home opens its own slot: ask for another key to remove that.
        remove = home.command("slot", "remove", home.slot("key file"))
        other = "Another passphrase, or the recovery key: "
        equal(at_terminal(remove, [(other, "wrong\n")])[0], 5)
        equal(len(home.slots()), 2)
        equal(at_terminal(remove, [(other, "a word\n")])[0], 0)
        os.unlink(home.path + "/key")
        show = [CLIENT, "list", *home.client_options()]
        status, shown = at_terminal(show, [(unlock, "a word\n")])
        equal(status, 0, shown)
        contains(shown, URL)
        status, shown = at_terminal(show, [(unlock, "wrong\n")])
        equal(status, 5, shown)
        contains(shown, "no key slot opens with this passphrase")
        # Ended at the prompt, by the signal that the key sends.
        status, shown = at_terminal(home.command("passwd"), [(new, "\x03")])
        equal(status, -2, shown)


main()
