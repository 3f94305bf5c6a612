"""A small publisher with every kind of gate that a reader meets: logins of all sorts, and walls.

Its articles are for subscribers; who they are is decided by a session cookie, which only a
login sets. What a case needs is chosen when it is made, and changed as its story goes on.
"""
import base64
import json
import secrets
import urllib.parse

from rig import page, prose

USER, PASSWORD = "reader@example.org", "correct horse battery"
DECLARED = ('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false,'
            '"hasPart":{"@type":"WebPageElement","isAccessibleForFree":false,"cssSelector":".closed"}}'
            "</script>")
WALL = ("<div class=wall><p>This article is for subscribers. Subscribe to continue reading.</p>"
        "<p>Already a subscriber? Log in</p></div>")


def html(title, body, head=""):
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


class Publisher:
    def __init__(self, place, paths, login="form"):
        self.login = login          # form, steps, json, basic, or None
        self.sessions = set()       # that are good
        self.tokens = set()         # against forgery, each good once
        self.tries = 0              # of a password
        self.greets = True          # its pages say "log out" to who is logged in
        self.busy = False           # the account is in use elsewhere
        self.dead = False           # every article is gone
        self.sent = {}              # by the last login that was no forgery
        self.site = place.site({path: self.article for path in paths})
        self.site.pages.update({
            "/login": self.login_page, "/password": self.password_page,
            "/session": self.take_form, "/user": self.take_user, "/api/login": self.take_json,
            "/home": lambda request: request.answer(200, html("Home", "<p>Hello.</p>"))})

    def url(self, path):
        return self.site.url(path)

    # ------------------------------------------------------------------ articles

    def knows(self, request):
        if self.login == "basic":
            pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            return request.headers.get("Authorization") == f"Basic {pair}"
        cookies = request.headers.get("Cookie", "")
        return any(f"session={session}" in cookies for session in self.sessions)

    def article(self, request):
        name = request.path[1:]
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(name))
        opening = f"<p>{prose(name)[0]}</p>"
        if self.dead:
            request.answer(404, page("Not found", ["There is no such page."]))
        elif not self.knows(request) and self.login == "basic":
            request.answer(401, "Who are you?", WWW_Authenticate='Basic realm="members"')
        elif not self.knows(request):
            request.answer(200, html(name, f"<article><h1>{name}</h1>{opening}{WALL}</article>",
                                     DECLARED), ETag='"same"')
        elif self.busy:
            request.answer(200, html(name, f"<article><h1>{name}</h1>{opening}</article><p>Your "
                                     "account is signed in on another device.</p>", DECLARED))
        else:
            bye = "<a href=/out>Log out</a>" if self.greets else ""
            request.answer(200, html(name, f"{bye}<article><h1>{name}</h1><div class=closed>{text}"
                                     "</div></article>", DECLARED), ETag='"same"')

    # -------------------------------------------------------------------- logins

    def token(self):
        self.tokens.add(secrets.token_hex(8))
        return max(self.tokens)

    def login_page(self, request, problem=""):
        first = self.login == "steps"
        request.answer(200, html("Log in", f"""<p>{problem}</p>
            <form action=/search><input name=q></form>
            <form method=post action={"/user" if first else "/session"} class=login-form>
            <input type=hidden name=csrf value={self.token()}>
            <input type=email name=email autocomplete=username>
            {"" if first else "<input type=password name=secret>"}
            <input type=checkbox name=remember value=yes>
            <button>Go on</button></form>"""))

    def password_page(self, request, problem=""):
        request.answer(200, html("Password", f"""<p>{problem}</p><form method=post action=/session>
            <input type=hidden name=csrf value={self.token()}>
            <input type=hidden name=email value={USER}>
            <input type=password name=secret></form>"""))

    def fields(self, request):
        return dict(urllib.parse.parse_qsl(request.sent.decode(), keep_blank_values=True))

    def take_user(self, request):
        fields = self.fields(request)
        good = fields.get("csrf") in self.tokens and fields.get("email") == USER
        request.answer(303, "", Location="/password" if good else "/login")

    def begin(self):
        self.sessions.add(secrets.token_hex(16))
        return {"Set_Cookie": f"session={max(self.sessions)}; Path=/; HttpOnly"}

    def take_form(self, request):
        fields = self.fields(request)
        if fields.get("csrf") not in self.tokens:
            return request.answer(403, html("Refused", "<p>Forged.</p>"))
        self.tokens.discard(fields["csrf"])
        self.sent = fields
        self.tries += 1
        if (fields.get("email"), fields.get("secret")) != (USER, PASSWORD):
            return self.login_page(request, "Wrong password.")
        self.sessions.clear()
        return request.answer(302, "", Location="/home", **self.begin())

    def take_json(self, request):
        self.tries += 1
        sent = json.loads(request.sent)
        if request.headers.get("Content-Type") != "application/json" or \
                (sent.get("email"), sent.get("secret")) != (USER, PASSWORD):
            return request.answer(401, '{"error": "no"}', "application/json")
        self.sessions.clear()
        return request.answer(200, '{"ok": true}', "application/json", **self.begin())
