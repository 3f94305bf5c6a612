/*
 * The dates of feeds: RFC 822 (RSS) and RFC 3339 or W3C-DTF (Atom, RSS 1.0,
 * JSON Feed), with the liberties that publishers take: no weekday, two-digit
 * years, full month names, no seconds, named zones, a space for the T.
 */
#ifndef DAEMON_SOURCE_FEED_DATE_H
#define DAEMON_SOURCE_FEED_DATE_H

#include <stdint.h>

/**
 * feed_date_parse(text, ret_ms):
 * Read ${text}, in either family of forms, into milliseconds since 1970.  A time
 * without a zone, or with a zone that is not known, is taken as UTC; what
 * a W3C date leaves out is the first month, day or hour.  RS_EINVAL for
 * anything else, among it dates written with slashes, whose order of day and
 * month cannot be told.
 */
int feed_date_parse(const char *text, int64_t *ret_ms);

#endif
