/*
 * A cookies.txt, as browsers' add-ons and curl write it: a line a cookie, seven fields
 * parted by tabs (domain, whether its hosts too, path, whether TLS only, the second in which it
 * expires or 0, name, value); "#HttpOnly_" before the domain is part of it, any other "#" begins a
 * comment.  Source: the Netscape cookie file format, https://curl.se/docs/http-cookies.html.
 */
#ifndef CLIENT_COOKIES_H
#define CLIENT_COOKIES_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buffer.h"
#include "proto/base/err.h"

enum {
	COOKIES_FILE_MAX = 4 * 1024 * 1024,
	COOKIES_PART_MAX = 48 * 1024	/* of what goes in one message */
};

struct cookies_count {
	unsigned lines;
	unsigned expired;
};

/**
 * cookies_begin(text):
 * Return ${text} without the byte order mark that some programs put before it.
 */
struct bytes cookies_begin(struct bytes text);

/**
 * cookies_check(text, now, ret_count, detail):
 * Check every line of ${text}; ${now} is the time in seconds.  RS_EINVAL for the first line
 * that is no cookie, or when there is none at all; ${detail} begins with the number of the
 * line and a colon, or a space.
 */
int cookies_check(struct bytes text, int64_t now, struct cookies_count *ret_count,
    struct rs_err_detail *detail);

/**
 * cookies_next_part(text, ret_part):
 * Take lines off ${text}, COOKIES_PART_MAX bytes at most; false at its end.
 */
bool cookies_next_part(struct bytes *text, struct bytes *ret_part);

#endif
