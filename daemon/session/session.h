/*
 * The session that one fetch goes out with: whether the site may be asked at all, what is
 * sent along, and what the answer tells of how the reader's session there is.
 *
 * All of it on the vault thread but for session_ask.  A site is left alone while the
 * reader's session there does not work, while they are signed in elsewhere, and, without a
 * session, where strangers' views are counted and the reader has not said that some may
 * be spent.
 */
#ifndef DAEMON_SESSION_SESSION_H
#define DAEMON_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/fetch/fetch.h"
#include "daemon/fetch/site_name.h"
#include "daemon/rule/rule.h"
#include "proto/replica/item.h"
#include "proto/replica/replica.h"
#include "proto/replica/site.h"
#include "readsync.pb-c.h"

/* Evidence (evidence.h) that tells how a session is. */
#define SESSION_EVIDENCE_IN "logged-in"
#define SESSION_EVIDENCE_OUT "logged-out"
#define SESSION_EVIDENCE_ELSEWHERE "signed-in-elsewhere"

struct session {
	struct site site;
	struct buffer jar;		/* lines of a cookies.txt, as the vault has it */
	struct buffer now;		/* as the exchanges have left it, if any changed it */
	bool changed;
	bool given;			/* the reader's own, not a stranger's */
	bool alone;			/* no two exchanges with the site at a time */
	bool view;			/* a stranger's view, which is counted, and allowed */
	char hold[ITEM_WAITS_MAX + 1];	/* why not to ask now; or "" */
	int64_t due_ms;			/* of `hold`: until then; 0: until the reader says */
	Readsync__SiteRule *rule;	/* of the host below, or NULL */
	char rule_host[RULE_HOST_SIZE];
};

/**
 * session_plan(replica, url, ret_session):
 * Decide how ${url} is fetched.  RS_ENOMEM, or what the vault fails with.
 */
int session_plan(struct replica *replica, const char *url, struct session **ret_session);

/**
 * session_read_rule(session, home, url):
 * Set ${session}->rule to the one of the host of ${url}, if it has one (rule.h): its headers go
 * along from now on.  That of one host is read once, as long as no other's is.  RS_ENOMEM.
 */
int session_read_rule(struct session *session, const char *home, const char *url);

/**
 * session_name_place(session, site, alone):
 * Name the site for who compares it: the hash of its name; and whether it is visited alone.
 */
void session_name_place(const struct session *session, uint8_t site[HASH_NAME_LEN], bool *alone);

/**
 * session_put_aside(replica, item, name, why, due_ms):
 * Leave ${item} for as long as the site ${name} is left alone, for the reason ${why}, which all
 * devices are told: until ${due_ms}, or, 0, until the reader says something.  In a transaction.
 */
int session_put_aside(struct replica *replica, const uint8_t *item, const char *name,
    const char *why, int64_t due_ms);

/**
 * session_free(session):
 * Wipe and free; NULL is ignored.
 */
void session_free(struct session *session);

/**
 * session_is_private(url):
 * Tell whether nobody on the way reads what is sent to ${url}: by https, or on this machine.
 */
bool session_is_private(const char *url);

/**
 * session_ask(session, request):
 * Put what goes along into ${request}, whose URL is set, and which borrows it: the jar, the
 * agent, the headers of the site's rule; user and password only where nobody on the way reads them.
 */
void session_ask(const struct session *session, struct fetch_request *request);

/**
 * session_took(session, result):
 * Take over the jar that the exchange ${result} has left, if it changed it.  On the loop.
 */
void session_took(struct session *session, struct fetch_result *result);

/**
 * session_store(replica, session, view):
 * Keep the jar as it is now, unless the reader has ended that session meanwhile, and count the
 * view that it was, if ${view}.  In the transaction that stores what came.
 */
int session_store(struct replica *replica, const struct session *session, bool view);

/**
 * session_shows(verdict, evidence):
 * Tell whether ${verdict} rests on the ${evidence} of that id (evidence.h).
 */
bool session_shows(const Readsync__Verdict *verdict, const char *evidence);

/**
 * session_counts(verdict):
 * Tell whether the page says that the site counts what strangers read.
 */
bool session_counts(const Readsync__Verdict *verdict);

/* What a page that was read told, for the log. */
enum session_news {
	SESSION_SAME,
	SESSION_WORKS,			/* seen at work, after it was not */
	SESSION_EXPIRED,
	SESSION_ELSEWHERE,		/* signed in elsewhere */
	SESSION_METERED			/* the site counts what strangers read */
};

/**
 * session_learn(replica, fetch, item, verdict, ret_news):
 * The page that ${fetch} brought was read: note what ${verdict} tells of its site, unless it is
 * older than the session, and tell the devices of ${item} when the site is left alone from now
 * on.  A site that sent the reader's session to a login at another has none that works; a
 * session at either is then one for ${item}.  One of which nothing tells whether it works is
 * tested, once, where a closed article did not come whole.  In the transaction that keeps the
 * reading.
 */
int session_learn(struct replica *replica, const Readsync__Fetch *fetch, const uint8_t *item,
    const Readsync__Verdict *verdict, enum session_news *ret_news);

#endif
