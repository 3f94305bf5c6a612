#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "daemon/fetch/referrer.h"
#include "proto/base/err.h"

#define URL_MAX 4096		/* of a longer page only the origin is told (section 8.3) */

static const struct {
	const char *name;
	enum referrer_policy policy;
} names[] = {
	{ "strict-origin-when-cross-origin", REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN },
	{ "no-referrer", REFERRER_NO_REFERRER },
	{ "no-referrer-when-downgrade", REFERRER_NO_REFERRER_WHEN_DOWNGRADE },
	{ "same-origin", REFERRER_SAME_ORIGIN },
	{ "origin", REFERRER_ORIGIN },
	{ "strict-origin", REFERRER_STRICT_ORIGIN },
	{ "origin-when-cross-origin", REFERRER_ORIGIN_WHEN_CROSS_ORIGIN },
	{ "unsafe-url", REFERRER_UNSAFE_URL },
	/* As old pages have it. */
	{ "never", REFERRER_NO_REFERRER },
	{ "origin-when-crossorigin", REFERRER_ORIGIN_WHEN_CROSS_ORIGIN },
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

void
referrer_read(const char *text, enum referrer_policy *policy)
{
	size_t len, i;

	for (; text != NULL && *text != '\0'; text += len) {
		text += strspn(text, ", \t\r\n");
		len = strcspn(text, ", \t\r\n");
		for (i = 0; i < NAME_COUNT; i++) {
			if (strlen(names[i].name) == len &&
			    strncasecmp(text, names[i].name, len) == 0)
				*policy = names[i].policy;
		}
	}
}

const char *
referrer_policy_name(enum referrer_policy policy)
{
	size_t i = 0;

	while (names[i].policy != policy)
		i++;
	return names[i].name;
}

/* A URL in its parts; what libcurl allocated. */
struct parts {
	CURLU *url;
	char *scheme;
	char *host;
	char *port;
};

static void
parts_release(struct parts *parts)
{
	curl_free(parts->scheme);
	curl_free(parts->host);
	curl_free(parts->port);
	curl_url_cleanup(parts->url);
}

/* Take ${text} apart; ${parts} is released in any case.  RS_EINVAL, RS_ENOMEM. */
static int
parts_take(struct parts *parts, const char *text)
{
	CURLUcode code;

	memset(parts, 0, sizeof(*parts));
	parts->url = curl_url();
	if (parts->url == NULL)
		return RS_ENOMEM;
	code = curl_url_set(parts->url, CURLUPART_URL, text, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parts->url, CURLUPART_SCHEME, &parts->scheme, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parts->url, CURLUPART_HOST, &parts->host, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(parts->url, CURLUPART_PORT, &parts->port,
		    CURLU_DEFAULT_PORT);
	if (code == CURLUE_OUT_OF_MEMORY)
		return RS_ENOMEM;
	return code == CURLUE_OK && strncmp(parts->scheme, "http", 4) == 0 ? RS_OK : RS_EINVAL;
}

static bool
is_same_origin(const struct parts *a, const struct parts *b)
{
	return strcmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
	    strcmp(a->port, b->port) == 0;
}

/* Write the page's URL, or its origin alone, without what is nobody's business. */
static int
write_page(const struct parts *page, bool whole, char **ret_referer)
{
	char *text = NULL;
	CURLUcode code;

	curl_url_set(page->url, CURLUPART_USER, NULL, 0);
	curl_url_set(page->url, CURLUPART_PASSWORD, NULL, 0);
	curl_url_set(page->url, CURLUPART_FRAGMENT, NULL, 0);
	if (!whole) {
		curl_url_set(page->url, CURLUPART_PATH, "/", 0);
		curl_url_set(page->url, CURLUPART_QUERY, NULL, 0);
	}
	code = curl_url_get(page->url, CURLUPART_URL, &text, CURLU_NO_DEFAULT_PORT);
	if (code == CURLUE_OK && whole && strlen(text) > URL_MAX) {
		curl_free(text);
		return write_page(page, false, ret_referer);
	}
	*ret_referer = code == CURLUE_OK ? strdup(text) : NULL;
	curl_free(text);
	return code == CURLUE_OUT_OF_MEMORY || (code == CURLUE_OK && *ret_referer == NULL) ?
	    RS_ENOMEM : RS_OK;
}

/* What of the page is told: nothing, its origin, all. */
enum told { NOTHING, ORIGIN, WHOLE };

static enum told
what_is_told(enum referrer_policy policy, bool same, bool downgrade)
{
	switch (policy) {
	case REFERRER_NO_REFERRER:
		return NOTHING;
	case REFERRER_NO_REFERRER_WHEN_DOWNGRADE:
		return downgrade ? NOTHING : WHOLE;
	case REFERRER_SAME_ORIGIN:
		return same ? WHOLE : NOTHING;
	case REFERRER_ORIGIN:
		return ORIGIN;
	case REFERRER_STRICT_ORIGIN:
		return downgrade ? NOTHING : ORIGIN;
	case REFERRER_ORIGIN_WHEN_CROSS_ORIGIN:
		return same ? WHOLE : ORIGIN;
	case REFERRER_STRICT_ORIGIN_WHEN_CROSS_ORIGIN:
		return same ? WHOLE : downgrade ? NOTHING : ORIGIN;
	case REFERRER_UNSAFE_URL:
		return WHOLE;
	}
	return NOTHING;
}

int
referrer_make(enum referrer_policy policy, const char *page, const char *target,
    char **ret_referer)
{
	struct parts from, to = { NULL, NULL, NULL, NULL };
	char *referer = NULL;
	enum told told;
	int err = parts_take(&from, page);

	if (err == RS_OK)
		err = parts_take(&to, target);
	if (err == RS_OK) {
		told = what_is_told(policy, is_same_origin(&from, &to),
		    strcmp(from.scheme, "https") == 0 && strcmp(to.scheme, "https") != 0);
		if (told != NOTHING)
			err = write_page(&from, told == WHOLE, &referer);
	}
	parts_release(&from);
	parts_release(&to);
	/* What is no URL is nobody's referrer. */
	if (err == RS_ENOMEM)
		return err;
	*ret_referer = referer;
	return RS_OK;
}
