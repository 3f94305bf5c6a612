#!/usr/bin/env python3
"""The story of a subscription: a stranger's teaser, the reader's session, the repair, the
session's end, the notice, its renewal; and no full copy is ever lost meanwhile."""
import base64
import hashlib
import json
import os
import re
import select
import urllib.parse

from publisher import DECLARED, PASSWORD, USER, Publisher, html
from rig import CLIENT, WAIT, case, contains, equal, fork_on_terminal, main, prose, wait_for


def cookies(value, host="127.0.0.1"):
    return f"{host}\tFALSE\t/\tFALSE\t0\tsession\t{value}\n".encode()


def copies(client):
    client.text("sync")
    return {url.rsplit("/", 1)[1]: item["copy"] for url, item in client.items().items()}


def begin(place, paths, login="form"):
    publisher = Publisher(place, paths, login)
    daemon = place.daemon(f"{login}-daemon", more={"fetch": {"spacing": "0s"}}, queues={
        "saved": {"type": "feed", "url": publisher.site.feed(paths)}}).start()
    client = place.client(f"{login}-client").join(daemon)
    daemon.idle(len(paths))
    return publisher, daemon, client


@case
def a_session_repairs_what_a_stranger_got(place):
    publisher, daemon, client = begin(place, ["/one", "/two"])
    equal(copies(client), {"one": "teaser", "two": "teaser"})
    publisher.sessions.add("a")
    told = client.json("site", "cookies", "-", stdin=cookies("a"))[0]
    equal(told["session"], "untried")
    wait_for(lambda: copies(client) == {"one": "full", "two": "full"}, "both are repaired")
    equal(client.json("site", "list")[0]["session"], "works")
    # What a stranger was told of the page's age was not asked again.
    asked = [headers for path, headers in publisher.site.seen if path == "/one"]
    equal([headers.get("If-None-Match") for headers in asked], [None, None])
    item = client.items()[publisher.site.url("/one")]
    contains(client.text("why", item["id"]), "fetched with your subscription")
    contains(client.text("why", item["id"]), "greets a reader who is logged in")
    contains(daemon.log(), "session-works")


@case
def an_expired_session_is_told_once_and_loses_nothing(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    text = client.text("read", client.items()[publisher.site.url("/one")]["id"])
    # It ends; three more articles are saved.
    publisher.sessions.clear()
    for name in ("two", "three", "four"):
        publisher.site.pages[f"/{name}"] = publisher.article
        client.text("save", publisher.site.url(f"/{name}"))
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 2, "no further try is made")
    found = copies(client)
    equal(sorted(found.values()), ["full", "teaser", "unknown", "unknown"], found)
    equal(daemon.log().count("session-expired"), 1)
    site = client.json("site", "list")[0]
    equal((site["session"], site["problem"]), ("broken", "the session has expired"))
    contains(client.text("site", "list"), "127.0.0.1  does not work (the session has expired)")
    equal(daemon.status()["sites_stopped"], 1)
    contains(place.client("operator").text("status", "--control", daemon.control),
             "sessions that do not work: 1; see readsync site list")
    client.run("site", "test", "127.0.0.1", publisher.url("/one"), status=7)
    contains(client.text("site", "list"), "last tried: logged out")
    waiting = [item for item in client.items().values() if item["waits"]]
    equal(len(waiting), 3, waiting)
    contains(client.text("why", waiting[0]["id"]), "the session at 127.0.0.1 does not work")
    tried = [item for item in waiting if item["copy"] == "teaser"]
    contains(client.text("why", tried[0]["id"]), "fetched with your session, which did not work")
    contains(client.text("list"), "! ")
    # A refetch of the whole one waits too, and the copy stays.
    tried = publisher.site.count("/one")
    client.text("sync")
    equal(client.text("read", client.items()[publisher.site.url("/one")]["id"]), text)
    equal(publisher.site.count("/one"), tried)
    # It is renewed: everything of the site that is not whole is fetched again.
    publisher.sessions.add("b")
    # What was said of the old one is not said of the new.
    assert "logged out" not in client.text("site", "cookies", "-", stdin=cookies("b"))
    wait_for(lambda: set(copies(client).values()) == {"full"}, "all are repaired")
    equal(daemon.status()["sites_stopped"], 0)
    equal([item["waits"] for item in client.items().values()], [""] * 4)
    equal(publisher.site.count("/one"), tried, "what was whole is not fetched again")


@case
def signed_in_elsewhere_stops_until_the_reader_says_go_on(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    publisher.busy = True
    for name in ("two", "three"):
        publisher.site.pages[f"/{name}"] = publisher.article
        client.text("save", publisher.site.url(f"/{name}"))
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 1, "the other one waits")
    contains(daemon.log(), "signed-in-elsewhere")
    assert client.json("site", "list")[0]["held"]
    publisher.busy = False
    client.text("site", "resume", "127.0.0.1")
    wait_for(lambda: set(copies(client).values()) == {"full"}, "it goes on")


def write_rule(place, name, text):
    folder = os.path.join(place.path(name), "sites")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "127.0.0.1.txt"), "w", encoding="utf-8") as file:
        file.write(text)


@case
def a_rule_adds_to_a_login_what_scripts_would(place):
    """The form has a stale token; the good one is on another page, or in a script's answer."""
    publisher, _, client = begin(place, ["/one"])
    site = publisher.site
    site.pages.update({
        "/bare": html("Log in", "<form method=post action=/session><input type=hidden name=csrf "
                                "value=stale><input name=email><input type=password name=secret>"
                                "<input type=hidden name=kept value=yes></form>"),
        "/token": lambda request: request.answer(200, html("Token", f"<script>var t = {{'csrf': "
                                                                    f"'{publisher.token()}'}}</script>"))})
    # What is typed is not the rule's to say.
    rule = (f"login_uri: {site.url('/bare')}\nlogin_extra_fields: remember=1\n"
            "login_extra_fields: email=nobody\nlogin_extra_fields: secret=nothing\n")
    where = f"request_html('{site.url('/token')}')"
    for field, status, said in (
            (f"xpath('//input[@name=\"csrf\"]', {where})", 7, "the field 'csrf' that the site's rule"),
            (f"xpath('//p', request_html('{site.url('/token').replace('127.0.0.1', 'a.localhost')}'))",
             7, "a field of the login at another site"),
            (f"xpath('//input[@name=\"csrf\"]', request_html('{site.url('/login')}'))", 0, "logged in"),
            (f"preg_match('/.csrf.: .([0-9a-f]+)/', {where})", 0, "logged in")):
        tries = publisher.tries
        write_rule(place, "form-daemon", f"{rule}login_extra_fields: csrf=@={field}\n")
        done = log_in(client, publisher)
        equal(done.returncode, status, done)
        contains(json.loads(done.stdout)[0]["outcome"], said)
        equal(publisher.tries, tries + (status == 0))
        if status == 0:
            equal((publisher.sent["remember"], publisher.sent["kept"]), ("1", "yes"))
        client.text("site", "logout", "127.0.0.1")


def has_no_secret(where, content, publisher):
    """Neither the password nor a session's cookie, in no spelling that one writes them in."""
    for secret in (PASSWORD, *publisher.sessions):
        for spelling in (secret, urllib.parse.quote(secret), urllib.parse.quote_plus(secret),
                         base64.b64encode(secret.encode()).decode().rstrip("="),
                         secret.encode().hex()):
            assert spelling.encode() not in content, (where, spelling)


def log_in(client, publisher, *way, user=USER, password=PASSWORD, **more):
    return client.run("site", "--json", "login", "127.0.0.1", *way,
                      stdin=f"{user}\n{password}\n".encode(), **more)


@case
def a_login_by_form_repairs_what_a_stranger_got(place):
    for login, way in (("form", ["/login"]), ("steps", ["/login"]),
                       ("json", ["/api/login", "json", "email", "secret"])):
        publisher, daemon, client = begin(place, ["/one"], login)
        equal(copies(client), {"one": "teaser"})
        way[0] = publisher.url(way[0])
        told = json.loads(log_in(client, publisher, *way, status=0).stdout)[0]
        equal((told["session"], told["outcome"], told["user"]),
              ("works", "logged in: the page greets you", USER), login)
        wait_for(lambda client=client: copies(client) == {"one": "full"}, "it is repaired")
        equal(publisher.tries, 1, login)
        for part in ("cmdline", "environ"):
            with open(f"/proc/{daemon.process.pid}/{part}", "rb") as file:
                has_no_secret(part, file.read(), publisher)
        with open(f"/proc/{daemon.process.pid}/limits", encoding="utf-8") as file:
            contains(file.read(), "Max core file size        0                    0")
        for what in (("site", "list"), ("--json", "site", "list"), ("status",), ("export", "--jsonl"),
                     ("export", "--html", client.items()[publisher.url("/one")]["id"])):
            has_no_secret(what, client.text(*what).encode(), publisher)
        has_no_secret("log", daemon.log().encode(), publisher)
        daemon.stop()
        for name, content in place.files(f"{login}-daemon", f"{login}-client"):
            has_no_secret(name, content, publisher)


@case
def a_password_by_http_repairs_too(place):
    publisher, daemon, client = begin(place, ["/one"], "basic")
    equal(copies(client), {"one": "blocked"})
    done = log_in(client, publisher, "http", password="wrong", status=7)
    contains(json.loads(done.stdout)[0]["outcome"], "logged out: ")
    done = log_in(client, publisher, "http", status=0)
    contains(json.loads(done.stdout)[0]["outcome"], "logged in: ")
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    assert daemon.alive()


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def knows_by_digest(request):
    """RFC 7616, section 3.4, with MD5 and qop=auth."""
    given = request.headers.get("Authorization", "")
    field = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
    first = md5(f"{USER}:members:{PASSWORD}")
    second = md5(f"GET:{request.path}")
    return given.startswith("Digest ") and field.get("response") == md5(
        f"{first}:n0nce:{field['nc']}:{field['cnonce']}:auth:{second}")


@case
def a_password_by_http_digest_repairs_and_is_never_sent_itself(place):
    publisher, daemon, client = begin(place, ["/one"], "basic")
    publisher.knows = knows_by_digest
    answer = publisher.article
    publisher.site.pages["/one"] = lambda request: answer(request) if knows_by_digest(request) else \
        request.answer(401, "Who are you?", WWW_Authenticate=
                       'Digest realm="members", nonce="n0nce", qop="auth", algorithm=MD5')
    done = log_in(client, publisher, "http", status=0)
    contains(json.loads(done.stdout)[0]["outcome"], "logged in: ")
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    sent = [headers["Authorization"] for _, headers in publisher.site.seen if "Authorization" in headers]
    assert sent and all(one.startswith("Digest ") for one in sent), sent
    assert daemon.alive()


@case
def a_password_is_typed_without_an_echo(place):
    publisher, _, client = begin(place, ["/one"])
    pid, terminal = fork_on_terminal()
    if pid == 0:
        os.execv(CLIENT, [CLIENT, "site", "--home", client.home, "login", "127.0.0.1",
                          publisher.url("/login")])
    shown = b""
    typed = [(b"User: ", USER), (b"Password: ", PASSWORD)]
    try:
        while select.select([terminal], [], [], WAIT)[0]:
            shown += os.read(terminal, 1000)
            if typed and typed[0][0] in shown:
                os.write(terminal, typed.pop(0)[1].encode() + b"\n")
    except OSError:  # the other side is closed
        pass
    os.close(terminal)
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, shown)
    contains(shown.decode(), USER)
    assert PASSWORD.encode() not in shown, shown
    equal(publisher.sent["secret"], PASSWORD)


@case
def a_refused_login_is_tried_once(place):
    publisher, daemon, client = begin(place, ["/one", "/two"])
    done = log_in(client, publisher, publisher.url("/login"), password="wrong", status=7)
    equal(json.loads(done.stdout)[0]["outcome"], "the user or the password was refused")
    contains(daemon.log(), 'login-failed reason="user or password refused"')
    client.text("sync")
    wait_for(lambda: client.json("site", "list")[0]["session"] == "broken", "it is told")
    client.text("save", publisher.url("/three"))
    client.text("sync")
    wait_for(lambda: daemon.status()["waiting_for_reader"] == 1, "nothing more is tried")
    equal(publisher.tries, 1)
    # The right one goes on where it stood.
    publisher.site.pages["/three"] = publisher.article
    log_in(client, publisher, publisher.url("/login"), status=0)
    wait_for(lambda: set(copies(client).values()) == {"full"}, "all are repaired")


@case
def where_a_login_leads_need_not_be_open(place):
    publisher, _, client = begin(place, ["/one"])
    publisher.site.pages["/home"] = lambda request: request.answer(403, html("No", "<p>Not here."))
    done = log_in(client, publisher, publisher.url("/login"), status=0)
    equal(json.loads(done.stdout)[0]["outcome"], "logged in: the page greets you")


@case
def a_login_in_json_that_is_refused_with_status_200_is_told(place):
    publisher, daemon, client = begin(place, ["/one"], "json")
    refused = "the user or the password was refused"
    way = [publisher.url("/api"), "json", "email", "secret"]
    answers = []
    publisher.site.pages["/api"] = lambda request: request.answer(
        200, answers[-1], "application/json", **publisher.begin())
    for answer, outcome in (
            ('{"error": "Wrong password."}', f"{refused}; the site says: Wrong password."),
            ('{"success": false}', refused),
            ('{"errors": [{"message": "<b>Not<\\/b>\\u001b[2J you\\n"}]}', f"{refused}; the site says: Not [2J you"),
            ('{"status": "error", "message": "%s"}' % ("x" * 500), f"{refused}; the site says: {'x' * 160}"),
            # Nor a part of the password, which a cut leaves, or another spelling of it.
            ('{"error": "%s is wrong"}' % PASSWORD, refused), ('{"error": "%s"}' % ("x " * 75 + PASSWORD), refused),
            ('{"error": "%s"}' % PASSWORD.replace(" ", "  ").upper(), refused),
            ('{"error": "%s"}' % urllib.parse.quote(PASSWORD), refused)):
        answers.append(answer)
        count = publisher.site.count("/api")
        done = log_in(client, publisher, *way, status=7)
        equal(json.loads(done.stdout)[0]["outcome"], outcome)
        equal(client.json("site", "list")[0]["session"], "broken", answer)
        equal(publisher.site.count("/api"), count + 1, answer)
        has_no_secret(answer, done.stdout + done.stderr + daemon.log().encode(), publisher)
    done = client.run("site", "login", "127.0.0.1", *way, stdin=f"{USER}\n{PASSWORD}\n".encode(), status=7)
    contains(done.stdout.decode() + done.stderr.decode(), refused)
    for answer in ('{"error": null}', '{"errors": []}', '{"success": true}', "", "\x00\x01", "<p>Hello."):
        answers.append(answer)
        done = log_in(client, publisher, *way, status=0)
        equal(json.loads(done.stdout)[0]["outcome"], "logged in: the page greets you", answer)
    # With a status that says so too, and with one that says less, the words are told as well.
    for status, answer, outcome in (
            (401, '{"error": "Wrong password."}', f"{refused}; the site says: Wrong password."),
            (400, '{"errors": ["Not you"]}', f"{refused}; the site says: Not you"),
            (403, "<p>No.", f"{refused} (403)"), (422, "", f"{refused} (422)"),
            (400, "<p>What?", "the site answered 400"),
            (403, "<div class=g-recaptcha></div>", "the login was refused; the page asks whether a person is "
                                                   "there: use readsync site cookies")):
        publisher.site.pages["/api"] = lambda request, status=status, answer=answer: request.answer(
            status, answer, "application/json")
        done = log_in(client, publisher, *way, status=7)
        equal(json.loads(done.stdout)[0]["outcome"], outcome)
    publisher.site.pages["/api"] = lambda request: request.answer(200, '{"ok": true}', "application/json")
    client.text("site", "forget", "127.0.0.1")
    done = log_in(client, publisher, *way, status=7)
    equal(json.loads(done.stdout)[0]["outcome"], "the site took the password and set no cookie")


@case
def a_login_that_leads_astray_is_named(place):
    other = place.site({"/take": lambda request: request.answer(200, "thanks")})
    thief = other.url("/take").replace("127.0.0.1", "thief.localhost")
    publisher, daemon, client = begin(place, ["/one"])
    forms = {
        "/to-another-site": f"<form method=post action='{thief}'>",
        "/into-an-address": "<form action=/login>",
        "/redirected": "<form method=post action=/away>",
        "/for-ever": "<form method=post action=/for-ever>",
        "/guarded": "<div class=cf-turnstile></div><form method=post action=/forbidden>",
        "/mailed": "<form method=post action=/code>",
        "/texted": "<form method=post action=/login/code>",
        "/captcha": "<div class=h-captcha></div><p>Are you there?",
        "/gone": "<p>The login has moved."}
    for path, form in forms.items():
        fields = "<input name=user><input type=password name=p></form>" if "<form" in form else ""
        publisher.site.pages[path] = html("Log in", form + fields)
    publisher.site.pages["/for-ever"] = lambda request: request.answer(
        302, "", Location="/for-ever", Set_Cookie="a=b")
    for path in ("/forbidden", "/robots"):
        publisher.site.pages[path] = lambda request: request.answer(
            403, html("Just a moment...", "<p>Enable JavaScript and cookies to continue.</p>"))
    for path, name in (("/code", "code"), ("/login/code", "login_code")):
        publisher.site.pages[path] = lambda request, name=name: request.answer(200, html(
            "Check your mail", "<p>We have sent you a code.</p><form method=post action=/login/code>"
            f"<input name={name}></form>"), Set_Cookie="begun=1")
    publisher.site.pages["/by-http"] = lambda request: request.answer(
        401, "Who are you?", WWW_Authenticate='Basic realm="members"')
    publisher.site.pages["/broken"] = lambda request: request.answer(500, "Not now.")
    publisher.site.pages["/away"] = lambda request: request.answer(307, "", Location=thief)
    for path, part in (
            ("/to-another-site", "another site: http://thief.localhost"),
            ("/into-an-address", "into an address"),
            ("/redirected", "another site: http://thief.localhost"),
            ("/for-ever", "in a circle"),
            ("/captcha", "whether a person is there"),
            ("/guarded", "asks whether a person is there"),
            ("/robots", "use readsync site cookies"),
            ("/mailed", "a second factor"),
            ("/texted", "a second factor"),
            ("/gone", "there is no form to log in by"),
            ("/missing", "answered 404"),
            ("/by-http", "by HTTP: readsync site login 127.0.0.1 http"),
            ("/broken", "answered 500: try again later, or use readsync site cookies")):
        done = log_in(client, publisher, publisher.url(path), status=7)
        contains(json.loads(done.stdout)[0]["outcome"], part, path)
    # Nor does a rule send it there.
    folder = os.path.join(place.path("form-daemon"), "sites")
    os.makedirs(folder)
    with open(os.path.join(folder, "127.0.0.1.txt"), "w", encoding="utf-8") as file:
        file.write(f"login_uri: {thief}\nlogin_username_field: user\n")
    log_in(client, publisher, status=7)
    equal(other.seen, [], "what the other site was sent")
    equal(publisher.tries, 0)
    for arguments, part in ((["", "json"], "the address of the login is wanted"),
                            (["x", "json", "a"], "is wanted"), (["nothing"], "address"),
                            (["http://example.org/login"], "wanted, https://")):
        done = log_in(client, publisher, *arguments, status=2)
        contains(done.stderr.decode(), part)
    assert daemon.alive()


@case
def a_session_that_no_page_greets_is_proved_by_comparing(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.greets = False
    done = client.run("site", "test", "127.0.0.1", publisher.url("/one"), status=3)
    contains(done.stdout.decode(), "given no session")
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    # Without a proof the closed part is not kept; so what the page does not tell is tested, once.
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    site, = client.json("site", "list")
    contains(site["outcome"], "words with your session")
    daemon.idle(1)
    # The fetch, and the two of the test, and the fetch that it leads to.
    equal(publisher.site.count("/one"), 1 + 4)
    done = client.run("site", "--json", "test", "127.0.0.1", status=0)
    contains(json.loads(done.stdout)[0]["outcome"], "words with your session")
    # Nor does what another site shows, however it greets.
    publisher.site.pages["/off"] = lambda request: request.answer(302, "", Location=publisher.url(
        "/greeting").replace("127.0.0.1", "other.localhost"))
    publisher.site.pages["/greeting"] = html("Hello", "<a href=/out>Log out</a><p>" + " ".join(prose("hello")))
    done = client.run("site", "test", "127.0.0.1", publisher.url("/off"), status=3)
    contains(done.stdout.decode(), "leads to another site: http://other.localhost")
    # What failed for a stranger tells nothing, and neither does a free article.
    publisher.site.pages["/flaky"] = lambda request: publisher.article(request) if \
        publisher.knows(request) else request.answer(403, html("No", "<p>Go away, please."))
    done = client.run("site", "test", "127.0.0.1", publisher.url("/flaky"), status=3)
    contains(done.stdout.decode(), "for another reason")
    # What fails for the reader too is told, and no stranger is sent after it.
    for path, status, part in (("/dead", 404, "the server says that the page is gone"),
                               ("/pay", 402, "the server asks for payment"), ("/broken", 500, "the server failed")):
        publisher.site.pages[path] = lambda request, status=status: request.answer(status, "<p>No.")
        done = client.run("site", "test", "127.0.0.1", publisher.url(path), status=3)
        contains(done.stdout.decode(), "unknown: with your session no article came: ")
        contains(done.stdout.decode(), part)
        equal(publisher.site.count(path), 1)
    publisher.site.pages["/free"] = html("Free", "<article><h1>Free</h1>" + "".join(
        f"<p>{text}</p>" for text in prose("free")) + "</article>")
    done = client.run("site", "test", "127.0.0.1", publisher.url("/free"), status=3)
    contains(done.stdout.decode(), "strangers get the whole")
    publisher.sessions.clear()
    done = client.run("site", "test", "127.0.0.1", publisher.url("/one"), status=7)
    contains(done.stdout.decode(), "logged out")
    _, line = client.fails("site", "test", "127.0.0.1", "https://example.org/")
    contains(line, "the address of an article at 127.0.0.1")


@case
def a_session_of_which_nothing_tells_is_tested_once(place):
    publisher, daemon, client = begin(place, ["/one"])
    closed = html("One", f"<article><h1>One</h1><p>{prose('one')[0]}</p></article><p>This article is for "
                         "subscribers.</p>", DECLARED)
    for path in ("/one", "/two"):
        publisher.site.pages[path] = closed
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: client.json("site", "list")[0]["outcome"] != "", "it is tested")
    contains(client.json("site", "list")[0]["outcome"], "is not whole, with your session or without")
    client.text("save", publisher.url("/two"))
    client.text("sync")
    wait_for(lambda: publisher.site.count("/two") == 1, "it is fetched")
    daemon.idle(2)
    client.text("sync")
    contains(client.text("why", client.items()[publisher.url("/two")]["id"]),
             "fetched with your session, of which the page does not tell whether it works")
    equal([publisher.site.count(path) for path in ("/one", "/two")], [2 + 2, 1])


@case
def a_page_that_died_takes_nothing_away(place):
    publisher, daemon, client = begin(place, ["/one"])
    publisher.sessions.add("a")
    client.text("site", "cookies", "-", stdin=cookies("a"))
    wait_for(lambda: copies(client) == {"one": "full"}, "it is repaired")
    item = client.items()[publisher.site.url("/one")]["id"]
    text = client.text("read", item)
    publisher.dead = True
    publisher.site.pages["/two"] = publisher.article
    client.text("save", publisher.site.url("/two"))
    client.text("sync")
    wait_for(lambda: copies(client).get("two") == "blocked", "the other one is gone")
    equal(copies(client)["one"], "full")
    equal(client.text("read", item), text)
    # A dead page says nothing of the session.
    equal(client.json("site", "list")[0]["session"], "works")
    assert daemon.alive()


if __name__ == "__main__":
    main()
