/*
 * Sites: the reader's sessions at them, and how often an archive may look there; local,
 * never synced, never exported, nowhere but in this vault.
 *
 * A site is named by its registrable domain ("example.co.uk"), or by the host where that
 * has none; who fetches says which (daemon/fetch/site_name.h).  It has two jars with every
 * cookie that it set: that of the session which the reader has given, and a stranger's,
 * which is never dropped: a site that counts what strangers read goes on counting.  A site
 * that nothing is known of has an empty row, so nobody asks whether one is there.
 */
#ifndef PROTO_REPLICA_SITE_H
#define PROTO_REPLICA_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/replica/replica.h"

enum {
	SITE_NAME_MAX = 253,		/* bytes of a host name, RFC 1035 */
	SITE_USER_MAX = 255,
	SITE_PASSWORD_MAX = 1023,
	SITE_AGENT_MAX = 511,
	SITE_URL_MAX = 2047,
	SITE_PROBLEM_MAX = 255,
	SITE_FIELD_MAX = 100,		/* bytes of the name of a field of a form */
	SITE_COOKIE_MAX = 8 * 1024,	/* bytes of one line */
	SITE_JAR_MAX = 64 * 1024,	/* of all the lines of a site */
	SITE_ALLOWED_MAX = 1000		/* views a month */
};

/* How the reader's session at a site is. */
enum site_session {
	SITE_STRANGER = 0,	/* the reader gave none */
	SITE_UNTRIED = 1,	/* given, and not seen at work yet */
	SITE_IN = 2,		/* the last page showed the reader logged in */
	SITE_OUT = 3		/* it does not work (any more): nothing is fetched now */
};

/* What the archive may read at a site that gives strangers some articles for nothing. */
enum site_metered {
	SITE_METERED_ASK = 0,	/* nothing until the reader says so */
	SITE_METERED_ALLOW = 1,	/* up to `allowed` views a month */
	SITE_METERED_NEVER = 2
};

/* What the archive has still to do about a session; see site_next_errand. */
enum site_errand {
	SITE_NOTHING = 0,
	SITE_LOGIN = 1,			/* log in with the user and password, and then: */
	SITE_TEST = 2			/* see whether the session works */
};

struct site {
	char name[SITE_NAME_MAX + 1];
	enum site_session session;
	int64_t since_ms;		/* when it was given, or last changed; 0 for a stranger */
	int64_t seen_ms;		/* when a page last told how the session is; 0: never */
	char problem[SITE_PROBLEM_MAX + 1];	/* why SITE_OUT or `held`; "" for none */
	bool held;			/* signed in elsewhere: until the reader says go on */
	char user[SITE_USER_MAX + 1];	/* for a login by form or by HTTP; "" for none */
	char password[SITE_PASSWORD_MAX + 1];
	bool http_auth;			/* they go by HTTP (RFC 7617, RFC 7616) and not by a form */
	char login_url[SITE_URL_MAX + 1];	/* the page with the form; "" to look for it */
	char user_field[SITE_FIELD_MAX + 1];	/* names in the form, or keys of a JSON text; */
	char password_field[SITE_FIELD_MAX + 1];	/* "" to look for them in the form */
	bool json;			/* the login takes a JSON text, at login_url */
	bool failed;			/* these were refused: not tried again unasked */
	enum site_errand errand;
	char outcome[SITE_PROBLEM_MAX + 1];	/* of the last errand, a line for the reader */
	bool told;			/* that one told how the session is */
	int64_t login_ms;		/* when the last login was tried; 0: never */
	char agent[SITE_AGENT_MAX + 1];	/* the reader's own browser's; "" for ours */
	char test_url[SITE_URL_MAX + 1];	/* an article for subscribers; "" for none */
	bool meters;			/* seen to count what strangers read */
	enum site_metered metered;
	unsigned allowed;		/* views a month, of SITE_METERED_ALLOW */
	unsigned month;			/* that `views` is of: year * 12 + month - 1, UTC */
	unsigned views;
};

/**
 * site_get(replica, name, ret_site):
 * Read what is known of the site ${name}; an empty row when nothing is.  Whoever has it
 * wipes it with site_wipe.  RS_EINVAL for a name that is none.
 */
int site_get(struct replica *replica, const char *name, struct site *ret_site);

/**
 * site_put(replica, site):
 * Write ${site} as it is, or take its row away when nothing is known any more.  An errand
 * is told to the watcher as work.  In a transaction.
 */
int site_put(struct replica *replica, const struct site *site);

/**
 * site_wipe(site):
 * Overwrite ${site} and what is secret in it.
 */
void site_wipe(struct site *site);

/**
 * site_each(replica, on_site, context):
 * Hand every site with a row to on_site(context, site), by name, until it
 * returns false; ${site} is borrowed and wiped behind it.
 */
int site_each(struct replica *replica, bool (*on_site)(void *context, const struct site *site),
    void *context);

/**
 * site_next_errand(replica, after, ret_site):
 * Read the first site behind the name ${after} that has an errand; wiped like that of
 * site_get.  RS_ENOTFOUND when there is none.
 */
int site_next_errand(struct replica *replica, const char *after, struct site *ret_site);

/**
 * site_sample(replica, name, ret_url):
 * Set ${ret_url} to the address of the newest item that was fetched from the site and of which
 * no whole copy is held, else of the newest: what tells most about a session there.
 * RS_ENOTFOUND when nothing was fetched.
 */
int site_sample(struct replica *replica, const char *name, char ret_url[SITE_URL_MAX + 1]);

/**
 * site_jar(replica, name, given, out):
 * Append the cookies of the reader's session at the site, if ${given}, or of a stranger to
 * ${out}: lines of a cookies.txt, as libcurl writes and reads them, each with its line feed.
 * Whoever has them wipes them.
 */
int site_jar(struct replica *replica, const char *name, bool given, struct buffer *out);

/**
 * site_jar_count(replica, name, ret_count):
 * Count the cookies of the reader's session.
 */
int site_jar_count(struct replica *replica, const char *name, uint64_t *ret_count);

/**
 * site_jar_merge(replica, name, given, before, after):
 * Bring that jar up to date with an exchange that was given the lines ${before} and left
 * the lines ${after}: what is new or differs is written, what is gone is deleted, and
 * what others changed meanwhile stays.  Lines that are none are left out.  RS_ELIMIT, and
 * nothing is changed, beyond SITE_JAR_MAX.  In a transaction.
 */
int site_jar_merge(struct replica *replica, const char *name, bool given, struct bytes before,
    struct bytes after);

/**
 * site_same_session(one, other):
 * Tell whether two readings of a site's row are of the same session: the reader gave no other
 * between them and ended none.
 */
bool site_same_session(const struct site *one, const struct site *other);

/**
 * site_jar_keep(replica, asked, given, before, after):
 * site_jar_merge for an exchange that went out when the site's row was ${asked}.  What renews a
 * session that the reader has ended or replaced meanwhile is dropped.
 */
int site_jar_keep(struct replica *replica, const struct site *asked, bool given,
    struct bytes before, struct bytes after);

/**
 * site_set_session(site, session, now_ms):
 * Note in ${site} that its session was seen to be ${session}.  One that was given and is seen
 * at work is what it was, since it was given.
 */
void site_set_session(struct site *site, enum site_session session, int64_t now_ms);

/**
 * site_log_out(replica, name):
 * Forget the session: user, password and every cookie of it.  What the reader has set stays.
 */
int site_log_out(struct replica *replica, const char *name);

/**
 * site_forget(replica, name):
 * Forget all that is known of the site, the session's jar too; but for a stranger's jar and the
 * views that were spent at one that counts them, which forgetting gives not back.
 */
int site_forget(struct replica *replica, const char *name);

/**
 * site_count_view(site, now_ms):
 * Count one view of an article by a stranger in the month of ${now_ms}.
 */
void site_count_view(struct site *site, int64_t now_ms);

/**
 * site_views(site, now_ms):
 * Return how many views were counted in the month of ${now_ms}.
 */
unsigned site_views(const struct site *site, int64_t now_ms);

#endif
