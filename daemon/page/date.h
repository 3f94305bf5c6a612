/*
 * Dates as pages write them: ISO 8601 in its variants, RFC 822, seconds since
 * 1970, and the usual textual forms of a dozen languages.
 *
 * What is ambiguous (04/05/2019) is refused: no date is better than a wrong one.
 */
#ifndef DAEMON_PAGE_DATE_H
#define DAEMON_PAGE_DATE_H

#include <stdbool.h>
#include <stdint.h>

struct date {
	int year;		/* 1000 to 9999 */
	int month;		/* 1 to 12 */
	int day;
	int hour;
	int minute;
	int second;
	bool has_time;
	bool has_zone;
	int zone_minutes;	/* east of Greenwich */
};

enum {
	DATE_TEXT = 26		/* "2019-11-19T10:30:00-05:00" and its NUL */
};

/**
 * date_parse(text, ret_date):
 * Find the one date that ${text} holds, with its time and zone if it has
 * them; words around it ("Updated:", "at", a weekday) are skipped.  RS_EINVAL
 * when there is none, or none that is certain.
 */
int date_parse(const char *text, struct date *ret_date);

/**
 * date_ms(date):
 * Return ${date} in milliseconds since 1970.  Without a zone it is taken as
 * UTC, without a time as midnight.
 */
int64_t date_ms(const struct date *date);

/**
 * date_format(date, text):
 * Write ${date} in ISO 8601 with as much as is known: the day, the time, the
 * zone ("Z" for 0).
 */
void date_format(const struct date *date, char text[DATE_TEXT]);

/**
 * date_format_ms(ms, text):
 * Write ${ms} since 1970 as an instant in UTC: "2019-11-19T15:30:00Z".
 */
void date_format_ms(int64_t ms, char text[DATE_TEXT]);

#endif
