#!/usr/bin/env python3
"""A site that others wrote: a MediaWiki that only its members read, whose login is guarded by a
token against forgery.  Of Debian's packages, with a database of its own."""
from server import PhpSite
from rig import case, contains, equal, main, prose, wait_for

MEDIAWIKI = "/usr/share/mediawiki"
USER, PASSWORD = "Reader", "correct horse battery"

SETTINGS = """
$wgGroupPermissions['*']['read'] = false;
$wgGroupPermissions['*']['createaccount'] = false;
$wgWhitelistRead = ['Special:UserLogin'];
$wgMainCacheType = CACHE_NONE; $wgSessionCacheType = CACHE_DB; $wgJobRunRate = 0;
"""


class MediaWiki(PhpSite):
    """The wiki at .url, until stop."""

    def __init__(self, place):
        super().__init__(place, "mediawiki", MEDIAWIKI)
        settings = f"{self.root}/LocalSettings.php"
        self.run("rm", "-f", settings)
        self.maintain("install", "--dbtype=sqlite", f"--dbpath={self.folder}", f"--server={self.url}",
                      "--scriptpath=", "--lang=en", "--skins=Vector", "--pass=not for readers", "A wiki", "Editor")
        with open(settings, "a", encoding="utf-8") as file:
            file.write(SETTINGS)
        self.maintain("createAndPromote", USER, PASSWORD)
        for name in ("One", "Two"):
            self.maintain("edit", "--user=Editor", name, stdin="\n\n".join(prose("member", 12)).encode())
        self.serve("/index.php?title=Special:UserLogin")

    def maintain(self, script, *arguments, stdin=None):
        self.run(self.interpreter, f"{self.root}/maintenance/{script}.php", *arguments, stdin=stdin)


@case
def a_members_page_of_mediawiki(place):
    wiki = MediaWiki(place)
    daemon = place.daemon(more={"fetch": {"spacing": "0s"}}).start()
    client = place.client().join(daemon)

    def save(name):
        client.text("save", f"{wiki.url}/index.php?title={name}")
        client.text("sync")

    def copies():
        client.text("sync")
        return sorted(item["copy"] for item in client.items().values())

    save("One")
    daemon.idle(1)
    equal(copies(), ["blocked"], "a stranger is asked to log in")
    item = next(iter(client.items().values()))["id"]
    contains(client.json("why", item)["advice"], f"readsync site login {wiki.host}")
    login = (f"{wiki.url}/index.php?title=Special:UserLogin",)
    done = client.run("site", "--json", "login", wiki.host, *login, stdin=f"{USER}\nwrong\n".encode(), status=7)
    contains(done.stdout.decode(), "the user or the password was refused")
    client.run("site", "--json", "login", wiki.host, *login, stdin=f"{USER}\n{PASSWORD}\n".encode(), status=0)
    wait_for(lambda: copies() == ["full"], "it is repaired")
    contains(client.text("read", next(iter(client.items().values()))["id"]), "keepers of the member")
    equal(client.json("site", "list")[0]["session"], "works")
    save("Two")
    wait_for(lambda: copies() == ["full", "full"], "another one is read with the session")


if __name__ == "__main__":
    main()
