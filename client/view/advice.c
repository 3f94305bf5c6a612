#include <stdbool.h>
#include <string.h>

#include "client/view/advice.h"
#include "proto/base/err.h"

/* Where "@" stands, the host belongs. */
struct advice {
	const char *evidence;		/* id (evidence.h) */
	const char *text;
};

#define LOG_IN "readsync site login @ (or readsync site cookies FILE, with what your browser " \
    "exported)"

/* The first that was seen decides: what keeps the page from us, before what it says of itself. */
static const struct advice advices[] = {
	{ "signed-in-elsewhere", "Your account is in use on another device, and nothing more is "
	    "fetched from @ for now. When it is free again: readsync site resume @" },
	{ "logged-out", "Log in again to @: " LOG_IN ". Then it is fetched again by itself." },
	{ "bot-check", "@ answered with a check for robots, which no login and no payment gets us "
	    "past. Your own browser does." },
	{ "consent-page", "@ wants an answer about cookies before it shows anything, and nobody "
	    "may give it for you. Your own browser has it." },
	{ "http-login", "@ shows this only to who is logged in. If you have an account: " LOG_IN },
	{ "login-page", "@ shows this only to who is logged in. If you have an account: " LOG_IN },
	{ "http-payment", "@ asks for payment. If you have a subscription: " LOG_IN },
	{ "http-gone", "The page is no longer there. What was kept of it stays." },
	{ "gone-page", "The page is no longer there. What was kept of it stays." },
	{ "http-legal", "@ may not show it where the archive stands." },
	{ "http-forbidden", "@ refuses the archive: a check for robots or a region, seldom a "
	    "paywall. A login rarely helps; your own browser may." },
	{ "denied-page", "@ refuses the archive: a check for robots or a region, seldom a "
	    "paywall. A login rarely helps; your own browser may." },
	{ "http-busy", "@ asked to come back later, each time that it was tried." },
	{ "http-error", "The server of @ failed each time that it was tried." },
	{ "next-page", "A further page of the article could not be fetched; what came before it is "
	    "here." },
	{ "whole-elsewhere", "The site itself says that the whole text is at another place." },
	{ "empty-page", "The page may be made in the browser, by scripts, of which none is run "
	    "here." },
	/* Nothing keeps it from us, and nothing else was seen that tells why it is not whole. */
	{ "declared-free", "The publisher declares this free, so no subscription is missing; the "
	    "rest may be made in the browser, by scripts, of which none is run here." },
	{ "tier-free", "The publisher declares this free, so no subscription is missing; the "
	    "rest may be made in the browser, by scripts, of which none is run here." },
	{ "words-lack", "Nothing tells why the rest was not sent: it may be made in the browser, "
	    "by scripts, of which none is run here, or be for subscribers. If you are one: "
	    LOG_IN },
};

/* What helps where the article itself is closed, by how it is. */
static const char *const closed[] = {
	[READSYNC__GATE_KIND__GATE_KIND_UNKNOWN] = "@ does not give this to everybody. If you "
	    "have a subscription or an account: " LOG_IN,
	[READSYNC__GATE_KIND__GATE_KIND_METERED] = "@ gives strangers some articles a month, and "
	    "none is spent unless you say so: readsync site metered @ allow NUMBER. With a "
	    "subscription: " LOG_IN,
	[READSYNC__GATE_KIND__GATE_KIND_REGISTRATION] = "@ wants an account for this, often a free "
	    "one. If you have it: " LOG_IN,
	[READSYNC__GATE_KIND__GATE_KIND_HARD] = "@ keeps this for subscribers. If you are one: "
	    LOG_IN,
};

/* And where a session that works did not open it. */
static const char not_enough[] = "You are logged in to @, and it does not open this: your "
    "subscription may not cover it, or have ended.";

/* These speak of the article, and help only where it is not closed. */
static const char *const of_open[] = { "declared-free", "empty-page", "tier-free", "words-lack" };

static bool
is_of_open(const char *evidence)
{
	for (size_t i = 0; i < sizeof(of_open) / sizeof(of_open[0]); i++) {
		if (strcmp(evidence, of_open[i]) == 0)
			return true;
	}
	return false;
}

static bool
was_seen(const Readsync__Verdict *verdict, const char *id)
{
	for (size_t i = 0; i < verdict->n_evidence; i++) {
		if (strcmp(verdict->evidence[i]->id, id) == 0)
			return true;
	}
	return false;
}

static const char *
find(const Readsync__Verdict *verdict)
{
	size_t kind = (size_t)verdict->kind;
	bool is_closed = verdict->gated == READSYNC__GATED__GATED_YES &&
	    kind < sizeof(closed) / sizeof(closed[0]) && closed[kind] != NULL;

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		/* Where the closed part was left out, there is no other reason for little text. */
		if (!(is_closed && is_of_open(advices[i].evidence)) &&
		    was_seen(verdict, advices[i].evidence))
			return advices[i].text;
	}
	if (is_closed && verdict->session == READSYNC__SESSION__SESSION_IN)
		return not_enough;
	return is_closed ? closed[kind] : "";
}

/* The host that ${url} names, without user, port and "www.". */
static struct bytes
host_of(const char *url)
{
	const char *start = strstr(url, "://"), *at;
	size_t len;

	start = start == NULL ? url : start + 3;
	len = strcspn(start, "/?#");
	at = memrchr(start, '@', len);
	start = at == NULL ? start : at + 1;
	len = start[0] == '[' ? strcspn(start, "]") + 1 : strcspn(start, ":/?#");
	if (len > 4 && strncmp(start, "www.", 4) == 0)
		return bytes_of(start + 4, len - 4);
	return bytes_of(start, len);
}

int
advice_append(const Readsync__Verdict *verdict, const char *url, struct buffer *out)
{
	struct bytes host = host_of(url);
	const char *text, *at;
	int err = RS_OK;

	if (verdict->copy == READSYNC__COPY__COPY_FULL)
		return RS_OK;
	for (text = find(verdict); err == RS_OK && *text != '\0'; text = at) {
		at = text + strcspn(text, "@");
		err = buffer_append(out, text, (size_t)(at - text));
		if (err == RS_OK && *at == '@') {
			err = buffer_append(out, host.data, host.len);
			at++;
		}
	}
	return err;
}
