/*
 * What the headers of an answer say, out of libcurl's own record of them.
 */
#ifndef DAEMON_FETCH_HEADERS_H
#define DAEMON_FETCH_HEADERS_H

#include <stdint.h>

#include <curl/curl.h>

enum {
	HEADERS_VALUE_MAX = 2048,			/* a longer value is not kept */
	HEADERS_RETRY_DEFAULT_MS = 60 * 1000,		/* asked to wait, not how long */
	HEADERS_RETRY_MAX_MS = 24 * 60 * 60 * 1000	/* nobody closes a host for longer */
};

/**
 * headers_copy(easy, name, ret_value):
 * Set ${ret_value} to an allocated copy of the last header ${name} of the
 * last answer on ${easy}, or to NULL when there is none, it is longer than
 * HEADERS_VALUE_MAX or it holds control characters, with which it could not be sent
 * back: each of the headers read here can be done without.
 * RS_ENOMEM.
 */
int headers_copy(CURL *easy, const char *name, char **ret_value);

/**
 * headers_retry_after_ms(easy):
 * Return how long the host asks to be left alone: 0 unless the last answer was
 * 429 or 503 (RFC 6585, section 4; RFC 9110, section 15.6.4), else what
 * Retry-After says in seconds or as a date, the default without one, and at
 * most a day.
 */
int64_t headers_retry_after_ms(CURL *easy);

#endif
