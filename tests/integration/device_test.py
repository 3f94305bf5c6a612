#!/usr/bin/env python3
"""Goal: the list of devices is the archive's, and a revoked device is out at once."""
import re

from rig import Skip, case, contains, equal, main, page, prose, wait_for
from stranger import SCHEMA, Closed, Exchange, Replica


def archive(place):
    site = place.site({"/heron.html": page("Heron", prose("heron"))})
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": site.feed(["/heron.html"])}},
                          more={"daemon": {"name": "the archive"}}).start()
    daemon.idle(1)
    return daemon


def operator(place, daemon):
    """A device command at the daemon's control socket; .fails and .text of a client."""
    client = place.client("operator")

    def run(*words, fails=False):
        arguments = [*words, "--control", daemon.control]
        return (client.fails if fails else client.text)("device", *arguments)
    return run


def devices(place, daemon):
    listed = place.client("operator").json("device", "list", "--control", daemon.control)
    return {device["name"]: (device["archive"], device["revoked"]) for device in listed}


def ask(connection, kind, **content):
    connection.send("request", kind=SCHEMA.value("Request.Kind", kind), **content)
    return connection.expect("response")


@case
def devices_are_listed_renamed_and_revoked(place):
    daemon = archive(place)
    device = operator(place, daemon)
    red = place.client("red")
    red.text("join", "--name", "red", daemon.invite())
    place.client("blue").text("join", "--name", "blue", daemon.invite())
    equal(devices(place, daemon), {"the archive": (True, False), "red": (False, False),
                                   "blue": (False, False)})
    device("rename", "red", "crimson laptop")
    device("revoke", "blue")
    equal(devices(place, daemon), {"the archive": (True, False), "crimson laptop": (False, False),
                                   "blue": (False, True)})
    # Revoked already: nothing to do.  Renaming it is refused.
    device("revoke", "blue")
    equal(device("rename", "blue", "green", fails=True)[0], 7)
    lines = device("list").splitlines()
    equal([line.split()[1:] for line in lines],
          [["revoked", "blue"], ["device", "crimson", "laptop"], ["archive", "the", "archive"]])
    # The beginning of a key does as well, if it is one.
    key = lines[1].split()[0]
    device("rename", key, "red")
    equal(device("revoke", key[:3], fails=True)[0], 3)
    equal(device("revoke", "nobody", fails=True)[0], 3)
    for name in ("", "a\tb", "n" * 65):
        equal(device("rename", "red", name, fails=True)[0], 2)
    for words in (("list", "red"), ("rename", "red"), ("revoke",), ("nonsense",)):
        equal(device(*words, fails=True)[0], 2)
    for words in (("revoke", "the archive"), ("rename", "the archive", "x")):
        code, text = device(*words, fails=True)
        equal(code, 7)
        contains(text, "archive itself")
    # A device has its own copy of the list, and reads it without a daemon.
    red.text("sync")
    equal(sorted(device["name"] for device in red.json("device", "list")),
          ["blue", "red", "the archive"])
    # The daemon starts again with all this.
    equal(daemon.stop()[0], 0)
    daemon.start()
    equal(devices(place, daemon)["blue"], (False, True))


@case
def two_devices_of_one_name_are_told_apart(place):
    daemon = archive(place)
    device = operator(place, daemon)
    for home in ("one", "two"):
        place.client(home).text("join", "--name", "laptop", daemon.invite())
    code, text = device("revoke", "laptop", fails=True)
    equal(code, 3)
    contains(text, "more than one device")
    key = device("list").splitlines()[0].split()[0]
    device("revoke", key)
    # One is left that the name can mean.
    device("rename", "laptop", "the other")
    equal(sorted(line.split(None, 2)[2] for line in device("list").splitlines()),
          ["laptop", "the archive", "the other"])


def memory(process):
    """All that it may write to, piece by piece."""
    try:
        with open(f"/proc/{process.pid}/maps", encoding="ascii") as maps, \
             open(f"/proc/{process.pid}/mem", "rb", 0) as content:
            for first, last in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps.read(), re.M):
                content.seek(int(first, 16))
                yield content.read(int(last, 16) - int(first, 16))
    except PermissionError as error:
        raise Skip("the memory of a process may not be read here") from error


@case
def an_invitation_that_was_given_out_is_not_in_the_memory(place):
    daemon = archive(place)
    token = daemon.invite().encode()
    assert any(daemon.control.encode() in piece for piece in memory(daemon.process))
    # What allocators write into what is freed need not hide the rest.
    for part in (token[20:44], token[50:74]):
        equal([piece.index(part) for piece in memory(daemon.process) if part in piece], [])
    place.client().text("join", token.decode())


@case
def a_revoked_device_is_out_at_once(place):
    daemon = archive(place)
    device = operator(place, daemon)
    lost = Replica()
    lost.join(daemon.invite(), name="lost")
    # One connection amid an exchange, one that has only asked, one that has said nothing.
    exchange = Exchange(lost, lost.connect())
    exchange.run_until_idle()
    asked, silent = lost.connect(), lost.connect()
    equal(ask(asked, "STATUS")["code"], 0)
    other = place.client("other")
    other.text("join", "--name", "other", daemon.invite())
    wait_for(lambda: daemon.status()["peers"] == 4, "three connections, and the one that asks")
    device("revoke", "lost")
    for connection in (exchange.connection, asked, silent):
        kind, content = connection.receive()
        while kind == "records":  # of the list of devices, which changed before
            kind, content = connection.receive()
        equal((kind, content["code"]), ("failure", 15))
        try:
            raise AssertionError(f"the connection is open: {connection.receive()}")
        except Closed:
            connection.close()
    wait_for(lambda: daemon.status()["peers"] == 1, "all are closed")
    lost.save("http://127.0.0.1:1/after.html")
    try:
        Exchange(lost, lost.connect()).run()
        raise AssertionError("a revoked device was let in")
    except Closed:
        pass
    # Others are not disturbed, and a restart forgets nothing.
    other.text("sync")
    equal(len(other.items()), 1)
    daemon.stop()
    daemon.start()
    lost.addresses = [daemon.address()]
    try:
        lost.connect().receive()
        raise AssertionError("a revoked device was let in after a restart")
    except Closed:
        pass
    equal(devices(place, daemon)["lost"], (False, True))


@case
def a_revoked_key_does_not_come_back(place):
    daemon = archive(place)
    client = place.client("lost")
    client.text("join", "--name", "lost", daemon.invite())
    operator(place, daemon)("revoke", "lost")
    code, text = client.fails("sync")
    equal(code, 7)
    contains(text, "does not know this device")
    contains(text, "unless it was revoked")
    code, text = client.fails("join", "--name", "found", daemon.invite())
    equal(code, 7)
    contains(text, "was revoked, which is for ever")
    equal(client.fails("sync")[0], 7)
    equal(devices(place, daemon)["lost"], (False, True))


@case
def a_paired_device_cannot_change_the_list(place):
    daemon = archive(place)
    thief, owner = Replica(), Replica()
    thief.join(daemon.invite(), name="thief")
    owner.join(daemon.invite(), name="owner")
    thief.sync()
    # Neither by records of its own, nor in the name of the archive, nor by asking.
    entity = next(entity for entity in thief.entities("DEVICE")
                  if thief.value("DEVICE", entity, "name") == b"owner")
    thief.write("DEVICE", entity, "revoked", b"1")
    thief.write("DEVICE", entity, "name", b"robbed")
    thief.write("DEVICE", bytes(16), "key", b"\x55" * 32)
    item = thief.save("http://127.0.0.1:1/thief.html")
    thief.sync()
    connection = thief.connect()
    listed = ask(connection, "DEVICES")
    equal([(device["name"], device["archive"], device["revoked"]) for device in listed["devices"]],
          [("owner", False, False), ("the archive", True, False), ("thief", False, False)])
    key = listed["devices"][0]["key"]
    equal(ask(connection, "REVOKE", device=key)["code"], 21)
    equal(ask(connection, "RENAME", device=key, name="robbed")["code"], 21)
    connection.close()
    equal(sorted(devices(place, daemon)), ["owner", "the archive", "thief"])
    # What it may write went through, and the next exchange has nothing to do.
    owner.sync()
    assert item in owner.items().values()
    assert owner.value("DEVICE", entity, "revoked") is None
    thief.sync()
    equal(thief.sync(), ["hello"])


if __name__ == "__main__":
    main()
