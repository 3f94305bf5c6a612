#!/usr/bin/env python3
"""The installed package under a real systemd: does the unit, with all that it forbids,
start a daemon that fetches, reads, keeps, reloads and stops?

`make boot` runs this as root.  It needs debootstrap (which fetches Debian 12 once, into
build/boot), systemd-nspawn, and a kernel that lets both work; where one is missing, it
says so and counts a skip.
"""
import json
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "integration"))
from rig import BUILD, CASES, Skip, case, contains, equal, page, prose, rss, wait_for  # noqa: E402

SYSTEM = os.path.join(ROOT, "build", "boot", "system")
PACKAGES = ("systemd,systemd-sysv,dbus,libuv1,libcurl4,libsqlite3-0,libsodium23,libprotobuf-c1,libzstd1,"
            "libxml2,libicu72,libuchardet0,libjansson4,libinih1,libseccomp2,libqrencode4,python3-minimal")
# Of the container, not of the service: locked memory, and address filters of the unit.
BOOT = r"""
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd
umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 1
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec systemd-nspawn --register=no --keep-unit --private-network --console=read-only \
    --capability=CAP_IPC_LOCK,CAP_BPF,CAP_PERFMON --system-call-filter="@memlock @keyring bpf" -bD "$1"
"""
CONFIG = """[daemon]
listen = 127.0.0.1:7323
[fetch]
allow_address = 127.0.0.1
[queue saved]
type = feed
url = http://127.0.0.1:8080/feed.xml
every = 1s
"""
SERVER = """import socket
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 8080))
server.listen(16)
while True:
    peer = server.accept()[0]
    path = peer.recv(4096).split()[1].decode()
    body = open("/srv/site" + path, "rb").read()
    kind = "application/rss+xml" if path.endswith("xml") else "text/html"
    peer.sendall(f"HTTP/1.1 200 OK\\r\\nContent-Type: {kind}\\r\\nContent-Length: {len(body)}\\r\\n"
                 "Connection: close\\r\\n\\r\\n".encode() + body)
    peer.close()
"""


def write(path, text):
    path = os.path.join(SYSTEM, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Machine:
    """Debian with the package installed, booted in a container without a network."""

    def __init__(self):
        missing = [tool for tool in ("debootstrap", "systemd-nspawn", "unshare", "nsenter")
                   if shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin") is None]
        if os.geteuid() != 0 or missing:
            raise Skip(f"needs root, and: {' '.join(missing) or 'nothing else'}")
        if not os.path.exists(SYSTEM):
            fresh = SYSTEM + ".new"
            shutil.rmtree(fresh, ignore_errors=True)
            subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", fresh],
                           check=True, stdout=subprocess.DEVNULL)
            os.rename(fresh, SYSTEM)
        self.install()
        self.process = subprocess.Popen(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", BOOT, "boot", SYSTEM],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.leader = wait_for(self.find_leader, "the container's process 1")
        wait_for(lambda: self.run("systemctl is-system-running", check=False).strip() in
                 ("running", "degraded"), "the boot")

    def install(self):
        for name in ("var/lib/readsync", "etc/readsync", "root/reader"):
            shutil.rmtree(os.path.join(SYSTEM, name), ignore_errors=True)
        write("etc/readsync/readsyncd.conf", CONFIG)
        write("srv/serve.py", SERVER)
        write("srv/site/a.html", page("The ferry book", prose("ferry")))
        write("srv/site/feed.xml", rss(["http://127.0.0.1:8080/a.html"]))
        subprocess.run(["make", "-s", "install", f"DESTDIR={SYSTEM}", "PREFIX=/usr"], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["systemd-sysusers", f"--root={SYSTEM}"], check=True)
        subprocess.run(["systemctl", "-q", f"--root={SYSTEM}", "enable", "readsyncd"], check=True)

    def find_leader(self):
        if self.process.poll() is not None:
            raise Skip("this kernel boots no container")
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="utf-8") as file:
            for pid in file.read().split():
                with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
                    if name.read().strip() == "systemd":
                        return pid
        return None

    def run(self, command, check=True):
        done = subprocess.run(["nsenter", "-t", self.leader, "-a", "sh", "-c", command], timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}: {done.stderr.decode()}\n" +
                                 self.run("journalctl -u readsyncd -n 20 --no-pager", check=False))
        return done.stdout.decode()

    def stop(self):
        self.run("systemctl poweroff", check=False)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.kill(int(self.leader), 9)
            self.process.wait(30)


def show(machine, name):
    return machine.run(f"systemctl show -P {name} readsyncd").strip()


def listed(machine):
    machine.run("readsync sync --home /root/reader --control /run/readsync/control.sock")
    return {item["title"]: item["copy"] for item in
            json.loads(machine.run("readsync list --json --home /root/reader"))}


@case
def the_service_starts_and_root_invites(machine):
    equal(show(machine, "ActiveState"), "active")
    contains(json.loads(machine.run("readsync invite --json --home /root/reader"))["token"], "readsync1-")
    equal(machine.run("stat -c %a:%U /var/lib/readsync /run/readsync/control.sock /var/lib/readsync/key"),
          "700:readsync\n600:readsync\n600:readsync\n")
    machine.run("! setpriv --reuid=nobody --clear-groups readsync invite --home /tmp/nobody"
                " --control /run/readsync/control.sock")


@case
def it_fetches_reads_and_keeps_what_it_forbids_itself_nothing_for(machine):
    machine.run("systemd-run -q --unit=site python3 /srv/serve.py")
    wait_for(lambda: listed(machine) == {"The ferry book": "full"}, "the page of the queue")
    # Keys in locked memory; every process behind a filter, the workers behind two.
    for line in machine.run("grep -h VmLck /proc/$(systemctl show -P MainPID readsyncd)/status").splitlines():
        assert int(line.split()[1]) > 0, line
    filters = machine.run("for p in $(pidof readsyncd); do echo $(grep -c worker /proc/$p/cmdline)"
                          " $(sed -n 's/Seccomp_filters:.//p' /proc/$p/status); done").split("\n")[:-1]
    daemon = max(int(line.split()[1]) for line in filters if line.startswith("0"))
    workers = [int(line.split()[1]) for line in filters if line.startswith("1")]
    assert daemon > 0 and workers and min(workers) > daemon, filters


@case
def it_reloads_and_says_what_is_wrong(machine):
    pid = show(machine, "MainPID")
    machine.run("systemctl reload readsyncd")
    equal((show(machine, "ActiveState"), show(machine, "MainPID")), ("active", pid))
    write("etc/readsync/readsyncd.conf", CONFIG + "evry = 1s\n")
    machine.run("systemctl reload readsyncd")
    wait_for(lambda: "readsyncd.conf:9: " in machine.run("journalctl -u readsyncd -p err -o cat --no-pager"),
             "the line of the error in the journal, as an error")
    equal(show(machine, "MainPID"), pid)
    write("etc/readsync/readsyncd.conf", CONFIG)


@case
def what_is_kept_survives_a_kill_and_a_restart(machine):
    machine.run("systemctl stop site; kill -9 $(systemctl show -P MainPID readsyncd)")
    wait_for(lambda: show(machine, "NRestarts") == "1" and show(machine, "ActiveState") == "active",
             "the restart after a kill")
    machine.run("systemctl stop readsyncd")
    equal((show(machine, "Result"), show(machine, "ExecMainStatus")), ("success", "0"))
    machine.run("systemctl start readsyncd")
    equal(listed(machine), {"The ferry book": "full"})
    contains(machine.run("readsync read --home /root/reader "
                         "$(readsync list --json --home /root/reader | grep -o '\"id\": *\"[0-9a-f]*' |"
                         " grep -o '[0-9a-f]*$')"), "keepers of the ferry")


@case
def a_wrong_configuration_is_not_tried_again(machine):
    write("etc/readsync/readsyncd.conf", "[demon]\n")
    machine.run("! systemctl restart readsyncd")
    equal((show(machine, "ExecMainStatus"), show(machine, "ActiveState")), ("2", "failed"))


def main():
    try:
        machine = Machine()
    except Skip as skip:
        print(f"skip boot: {skip}")
        return 0
    failed = 0
    try:
        for function in CASES:
            try:
                function(machine)
                print(f"ok {function.__name__}", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"not ok {function.__name__}: {str(error)[:2000]}", flush=True)
    finally:
        machine.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    assert os.path.exists(os.path.join(ROOT, BUILD, "readsyncd")), "make all comes first"
    sys.exit(main())
