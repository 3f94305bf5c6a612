/*
 * What is asked of a fetch, and what came back.
 *
 * A result is about the exchange, not about the page: an answer with status
 * 404 or 503 is a success here (err is RS_OK), and whoever reads it judges
 * it.  Everything in a result but the numbers was written by a stranger.
 */
#ifndef DAEMON_FETCH_FETCH_H
#define DAEMON_FETCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

/* What the answer is wanted for; it decides the Accept header. */
enum fetch_kind {
	FETCH_PAGE,		/* HTML, or a PDF that is kept as it is */
	FETCH_FEED,		/* RSS, Atom, JSON Feed */
	FETCH_IMAGE
};

/* What holds where nothing else is set. */
enum {
	FETCH_BODY_MAX = 32 * 1024 * 1024,	/* what a worker reads; no setting goes beyond it */
	FETCH_JAR_MAX = 64 * 1024,		/* bytes of the cookies of one exchange */
	FETCH_REDIRECTS_DEFAULT = 10,
	FETCH_TOTAL_DEFAULT_MS = 60 * 1000,
	FETCH_CONNECT_DEFAULT_MS = 15 * 1000,
	FETCH_STALL_DEFAULT_MS = 20 * 1000
};

/* Bounds of one exchange, redirects included. */
struct fetch_limits {
	size_t body_max;	/* bytes after decompression */
	unsigned redirects_max;
	int64_t total_ms;	/* from the start to the last byte */
	int64_t connect_ms;	/* name, TCP and TLS */
	int64_t stall_ms;	/* this long below 100 bytes a second */
};

struct fetch_request {
	const char *url;		/* absolute, http or https */
	enum fetch_kind kind;
	/* Of the copy already held, or NULL; unchanged gives status 304. */
	const char *etag;
	const char *last_modified;
	bool one_hop;			/* a redirect is an answer: see location */
	struct fetch_limits limits;	/* a field of 0 takes the fetcher's */

	/*
	 * The reader's session, or a stranger's jar.  Cookies are lines of a cookies.txt; each
	 * goes where its own domain, path and `secure` say, also after a redirect.  User and
	 * password answer a challenge by HTTP (Basic, Digest) of the host in `url` and of no other.
	 */
	struct bytes cookies;
	const char *user;		/* or NULL */
	const char *password;
	const char *accept;		/* instead of what the kind asks for; or NULL */
	const char *accept_language;	/* or NULL: none is named */
	const char *agent;		/* instead of ours: the reader's own browser's; or NULL */

	/* A form or a JSON text to POST, or NULL; its answer is not redirected: see `location`. */
	const char *post;
	const char *post_type;		/* its Content-Type */
	const char *referer;		/* the page that holds the form or image; or NULL */
	bool secret;			/* the answer may repeat a password: its body is wiped */
};

struct fetch_result {
	int err;		/* RS_OK when an answer came in whole, else: */
	/*
	 * RS_ENETWORK	name service, connection, TLS, or an answer that is not
	 *		HTTP or ends early
	 * RS_ETIMEOUT	one of the times in struct fetch_limits
	 * RS_ELIMIT	body, headers or redirects beyond their bound
	 * RS_EREFUSED	not http or https, an address that is not public, or a
	 *		host that asked to be left alone (retry_after_ms is set)
	 * RS_EINVAL	the URL or a validator is malformed
	 * RS_ENOMEM
	 */
	struct rs_err_detail detail;	/* names the host and the cause; "" if RS_OK */
	const char *reason;	/* the cause alone, a constant that names nothing; "" if RS_OK */
	unsigned status;		/* of the last answer; 0 when there was none */
	char *url;			/* after redirects, which name no user; never NULL */
	char *content_type;		/* the header's value, or NULL */
	char *etag;			/* the header's value, or NULL */
	char *last_modified;		/* the header's value, or NULL */
	char *referrer_policy;		/* the last such header's value, or NULL */
	int64_t retry_after_ms;		/* do not come back sooner; 0 when not told */
	char *location;			/* of a redirect that was not followed: absolute, without
					 * a user; or NULL */
	bool cookies_changed;		/* some answer set a cookie, or took one away: */
	struct buffer cookies;		/* then this is the jar after it */
	struct buffer body;		/* decompressed; empty unless err is RS_OK */
	uint64_t wire_bytes;		/* received of the last answer, headers too */
	int64_t took_ms;		/* without the wait for its turn */
};

/**
 * fetch_result_new(url, body_max, ret_result):
 * Make an empty result for ${url}, which is copied.  RS_ENOMEM.
 */
int fetch_result_new(const char *url, size_t body_max, struct fetch_result **ret_result);

/**
 * fetch_result_free(result):
 * Free ${result} and what it holds, its cookies wiped; NULL is ignored.  A caller that wants the
 * body longer moves it out first: copies the struct buffer and calls
 * buffer_init on the one in here.
 */
void fetch_result_free(struct fetch_result *result);

#endif
