#!/usr/bin/env python3
"""Goal: a first sync that breaks off goes on where it was, and what has come by then, the
newest, is there to be read."""
import hashlib
import json

from rig import case, equal, main, prose

ARTICLES = 300


def archive(place):
    """A daemon with a library, behind a gate; and a client that has joined it by that."""
    lines = []
    for number in range(ARTICLES):
        lines.append(json.dumps({
            "url": f"http://127.0.0.1:9/{number}", "title": f"Number {number}",
            "saved_at": f"2024-01-{1 + number // 24 % 28:02}T{number % 24:02}:00:00Z",
            "tags": [f"of {number}", "rail"], "state": "unread",
            # Compressed, this is little; what an import keeps of its own, and is noise, is not.
            "text": "\n".join(prose(f"lantern {number}")),
            "a key of its own": hashlib.shake_128(str(number).encode()).hexdigest(6000)}))
    importer = place.client("daemon")
    importer.text("import", "--jsonl", "-", stdin="\n".join(lines).encode())
    gate = place.gate()
    daemon = place.daemon(more={"daemon": {"announce": gate.address}}).start()
    gate.target = daemon.address()
    return gate, daemon


def number_of(item):
    return int(item["url"].rsplit("/", 1)[1])


def numbers(client):
    return [number_of(item) for item in client.json("list", "--limit", str(ARTICLES))]


@case
def a_break_costs_next_to_nothing(place):
    gate, daemon = archive(place)
    whole = place.client("whole").join(daemon)
    whole.text("sync")
    cost, gate.passed = gate.passed, 0
    assert cost > 1000000, f"{cost} bytes are no long first sync"
    client = place.client("broken").join(daemon)
    gate.passed, seen = 0, []
    for part in range(1, 10):
        gate.restore(limit=cost * part // 10)
        status, said = client.fails("sync")
        assert "closed the connection" in said, (status, said)
        seen.append(numbers(client))
        # The newest are here, and no gap is between them.
        equal(seen[-1], sorted(range(ARTICLES), reverse=True)[:len(seen[-1])], f"after part {part}")
    assert 20 < len(seen[0]) < ARTICLES, f"{len(seen[0])} items after a tenth of it"
    assert len(seen[-1]) > len(seen[4]), f"the items after each part: {[len(part) for part in seen]}"
    gate.restore()
    client.text("sync")
    print(f"  {gate.passed} bytes in ten sessions, {cost} in one")
    assert gate.passed < cost * 1.12, f"{gate.passed} bytes in ten sessions, {cost} in one"
    equal(client.json("sync")["blobs"], 0, "blobs that come once more")
    equal(client.items().keys(), whole.items().keys())
    equal([item for item in client.items().values() if not item["held"]], [], "articles that are missing")


@case
def the_archive_changes_between_two_sessions(place):
    gate, daemon = archive(place)
    client = place.client().join(daemon)
    gate.restore(limit=gate.passed + 300000)
    client.fails("sync")
    held = numbers(client)
    assert 0 < len(held) < ARTICLES - 1, f"{len(held)} items"
    # Another device removes what is here and tags what is not; one old item is saved again.
    gate.restore()
    other = place.client("other").join(daemon)
    other.text("sync")
    there = {number_of(item): item["id"] for item in other.items().values()}
    other.text("rm", there[held[0]])
    other.text("tag", there[0], "changed")
    other.text("rm", there[1])
    other.text("save", "http://127.0.0.1:9/1")
    other.text("sync")
    client.text("sync")
    other.text("sync")
    client.text("sync")
    equal(client.items(), other.items())
    equal(numbers(client)[0], 1, "what was saved last")


if __name__ == "__main__":
    main()
