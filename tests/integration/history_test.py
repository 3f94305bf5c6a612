#!/usr/bin/env python3
"""What was ever read of an item, how it changed, and the reader's own word on it."""
from publisher import Publisher
from rig import case, contains, equal, main, page, prose, wait_for


def keep(client, item, url, text):
    """Give the item a page that the reader saved, and wait for what is made of it."""
    before = len(client.json("history", item))
    client.text("save", "--page", "-", url, stdin=text.encode())
    wait_for(lambda: (client.text("sync"), len(client.json("history", item)))[1] > before,
             "it is read")


@case
def the_reader_s_own_word_is_told_wherever_the_copy_is(place):
    publisher = Publisher(place, ["/one"])
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": publisher.site.feed(["/one"])}})
    daemon.start()
    client = place.client().join(daemon)
    daemon.idle(1)
    client.text("sync")
    item = client.items()[publisher.url("/one")]["id"]
    contains(client.text("read", item), "This copy is a teaser")
    client.text("mark", item, "full")
    for arguments in (["read", item], ["export", "--html", item], ["export", "--markdown", item]):
        told = client.text(*arguments)
        assert "a teaser" not in told, told
    equal(client.json("read", item)["copy"], "full")
    told = client.text("why", item)
    contains(told, "This copy is the whole article. You marked it so; judged by what was seen, it "
             "is called teaser.")
    assert "If your own browser" not in told and "readsync site login" not in told, told
    told = client.json("why", item)
    equal((told["copy"], told["marked"], told["judged"], told["advice"]), ("full", "full", "teaser", ""))
    client.text("mark", item, "none")
    told = client.json("why", item)
    equal((told["copy"], told["marked"], told["judged"]), ("teaser", "unknown", "teaser"))
    contains(client.text("why", item), "This copy is a teaser, the beginning only. It has")


@case
def a_worse_copy_is_kept_and_not_shown(place):
    publisher = Publisher(place, ["/one"])
    url = publisher.url("/one")
    daemon = place.daemon(queues={"saved": {"type": "feed", "url": publisher.site.feed(["/one"])}})
    daemon.start()
    client = place.client().join(daemon)
    daemon.idle(1)
    client.text("sync")
    item = client.items()[url]["id"]
    equal([one["copy"] for one in client.json("history", item)], ["teaser"])
    paragraphs = prose("one")
    keep(client, item, url, page("One", paragraphs))
    paragraphs[2] = paragraphs[2].replace("letter of its council", "diary of its mayor")
    keep(client, item, url, page("One", paragraphs))
    keep(client, item, url, page("One", paragraphs[:2]))
    found = client.json("history", item)
    equal([(one["number"], one["best"]) for one in found],
          [(4, False), (3, True), (2, False), (1, False)])
    told = client.text("history", item).splitlines()
    contains(told[1], "3* ")
    contains(told[1], "changed")
    contains(told[3], "without a login")
    # What changed, and only that paragraph.
    told = client.text("diff", item)
    contains(told, "than any [-letter-] {+diary+} of its [-council.-] {+mayor.+}")
    assert "4th year" not in told, told
    contains(client.run("diff", item, "3", "3", status=0).stderr.decode(), "have the same text")
    contains(client.fails("diff", item, "9")[1], "there is no reading '9'")
    contains(client.fails("diff", item, "1", "x")[1], "there is no reading 'x'")
    # The reader knows better, and so do their other devices.
    client.text("mark", item, "partial", "3")
    equal([one["number"] for one in client.json("history", item) if one["best"]], [2])
    client.text("sync")
    other = place.client("other").join(daemon)
    other.text("sync")
    equal([one["number"] for one in other.json("history", item) if one["best"]], [2])
    contains(client.text("history", item), "marked partial")
    client.text("mark", item, "none", "3")
    client.text("prefer", item, "1")
    equal([one["number"] for one in client.json("history", item) if one["best"]], [1])
    equal([one["number"] for one in client.json("history", item) if one["preferred"]], [1])
    equal(["preferred" in line for line in client.text("history", item).splitlines()],
          [False, False, False, True])
    client.text("prefer", item, "none")
    assert "preferred" not in client.text("history", item)
    equal([one["number"] for one in client.json("history", item) if one["best"]], [3])
    for arguments, status in ((["mark", item, "whole"], 2), (["mark", item, "full", "7"], 3),
                              (["prefer", item, "0"], 3), (["history", "ffff"], 3)):
        equal(client.fails(*arguments)[0], status, arguments)


if __name__ == "__main__":
    main()
