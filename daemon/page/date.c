#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/page/date.h"
#include "daemon/page/fold.h"
#include "proto/base/err.h"

enum {
	DATE_INPUT = 200	/* bytes: a longer text is prose, not a date */
};

/*
 * Folded beginnings of month names.  A word counts only between a day and a
 * year, so that "out" (Portuguese) or "may" in prose is no month.
 */
static const struct month_name {
	const char *stem;
	int month;
} month_names[] = {
	{ "jan", 1 }, { "ene", 1 }, { "gen", 1 }, { "ocak", 1 }, { "янв", 1 }, { "sty", 1 },
	{ "feb", 2 }, { "fev", 2 }, { "subat", 2 }, { "фев", 2 }, { "lut", 2 },
	{ "mar", 3 }, { "maa", 3 }, { "mrt", 3 }, { "мар", 3 },
	{ "apr", 4 }, { "abr", 4 }, { "avr", 4 }, { "nis", 4 }, { "апр", 4 }, { "kwi", 4 },
	{ "may", 5 }, { "mai", 5 }, { "mag", 5 }, { "mei", 5 }, { "maj", 5 }, { "май", 5 },
	{ "мая", 5 },
	{ "jun", 6 }, { "juin", 6 }, { "giu", 6 }, { "haz", 6 }, { "июн", 6 }, { "cze", 6 },
	{ "jul", 7 }, { "juil", 7 }, { "lug", 7 }, { "tem", 7 }, { "июл", 7 }, { "lip", 7 },
	{ "aug", 8 }, { "ago", 8 }, { "aou", 8 }, { "agu", 8 }, { "авг", 8 }, { "sie", 8 },
	{ "sep", 9 }, { "set", 9 }, { "eyl", 9 }, { "сен", 9 }, { "wrz", 9 },
	{ "oct", 10 }, { "okt", 10 }, { "ott", 10 }, { "out", 10 }, { "eki", 10 },
	{ "окт", 10 }, { "paz", 10 },
	{ "nov", 11 }, { "kas", 11 }, { "ноя", 11 }, { "lis", 11 },
	{ "dec", 12 }, { "dez", 12 }, { "dic", 12 }, { "ara", 12 }, { "дек", 12 },
	{ "gru", 12 },
};

/* Abbreviations of zones that pages and RFC 822 use; others are left out. */
static const struct zone_name {
	const char *name;
	int minutes;
} zone_names[] = {
	{ "Z", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "UT", 0 }, { "BST", 60 },
	{ "CET", 60 }, { "CEST", 120 }, { "MEZ", 60 }, { "MESZ", 120 }, { "EET", 120 },
	{ "EEST", 180 }, { "MSK", 180 }, { "JST", 540 }, { "EST", -300 }, { "EDT", -240 },
	{ "ET", -300 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 },
	{ "MDT", -360 }, { "PST", -480 }, { "PDT", -420 }, { "PT", -480 },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool
is_valid(const struct date *date)
{
	return date->year >= 1000 && date->year <= 9999 && date->month >= 1 &&
	    date->month <= 12 && date->day >= 1 &&
	    date->day <= days_in_month(date->year, date->month) && date->hour >= 0 &&
	    date->hour <= 23 && date->minute >= 0 && date->minute <= 59 &&
	    date->second >= 0 && date->second <= 60 && abs(date->zone_minutes) <= 15 * 60;
}

/*
 * Read between ${least} and ${most} digits at *${at} and move past them; -1
 * when they are not there.
 */
static int
take_digits(const char **at, int least, int most)
{
	int number = 0, digits = 0;

	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.ArraySubscript): it ends at a NUL */
	while (digits < most && isdigit((unsigned char)(*at)[digits]))
		number = number * 10 + ((*at)[digits++] - '0');
	if (digits < least)
		return -1;
	*at += digits;
	return number;
}

static void
take_zone(const char *at, struct date *date)
{
	int hours, minutes, sign;
	size_t len;

	while (*at == ' ' || *at == '(')
		at++;
	if (*at == '+' || *at == '-') {
		sign = *at++ == '-' ? -1 : 1;
		if ((hours = take_digits(&at, 1, 2)) < 0)
			return;
		at += *at == ':';
		minutes = take_digits(&at, 2, 2);
		date->zone_minutes = sign * (hours * 60 + (minutes < 0 ? 0 : minutes));
		date->has_zone = true;
		return;
	}
	for (len = 0; isalpha((unsigned char)at[len]); len++)
		;
	for (size_t i = 0; i < COUNT(zone_names); i++) {
		if (len == strlen(zone_names[i].name) &&
		    strncasecmp(at, zone_names[i].name, len) == 0) {
			date->zone_minutes = zone_names[i].minutes;
			date->has_zone = true;
			/* "GMT+2", "UTC-05:00" */
			if (zone_names[i].minutes == 0 && (at[len] == '+' || at[len] == '-'))
				take_zone(at + len, date);
			return;
		}
	}
}

static void
take_half_day(const char **at, struct date *date)
{
	const char *p = *at;
	char half;

	while (*p == ' ' || (unsigned char)*p == 0xC2 || (unsigned char)*p == 0xA0)
		p++;
	half = (char)tolower((unsigned char)*p);
	if ((half != 'a' && half != 'p') || date->hour > 12)
		return;
	p += 1 + (p[1] == '.');
	if (tolower((unsigned char)*p) != 'm' || isalpha((unsigned char)p[1]))
		return;
	*at = p + 1 + (p[1] == '.');
	date->hour = date->hour % 12 + (half == 'p' ? 12 : 0);
}

/*
 * Read "10:30", "10:30:05.123", "1030" or "103005" (compact only), what half
 * of the day it is, and the zone.
 */
static void
take_time(const char *at, bool compact, struct date *date)
{
	struct date with = *date;

	if ((with.hour = take_digits(&at, compact ? 2 : 1, 2)) < 0)
		return;
	if (*at != ':' && *at != '.' && !compact)
		return;
	at += *at == ':' || *at == '.';
	if ((with.minute = take_digits(&at, 2, 2)) < 0)
		return;
	if (*at == ':' || (compact && isdigit((unsigned char)*at))) {
		at += *at == ':';
		if ((with.second = take_digits(&at, 2, 2)) < 0)
			with.second = 0;
		if (*at == '.' || *at == ',')
			at += 1 + strspn(at + 1, "0123456789");
	}
	take_half_day(&at, &with);
	with.has_time = true;
	take_zone(at, &with);
	if (is_valid(&with))
		*date = with;
}

/* Find "h:mm" anywhere in a text whose date is known already. */
static void
find_time(const char *text, struct date *date)
{
	for (const char *at = strchr(text, ':'); at != NULL; at = strchr(at + 1, ':')) {
		const char *start = at;

		while (start > text && at - start < 2 && isdigit((unsigned char)start[-1]))
			start--;
		if (start == at || !isdigit((unsigned char)at[1]))
			continue;
		take_time(start, false, date);
		return;
	}
}

/* Year first: ISO 8601 extended or basic, slashes, dots, Han characters. */
static int
parse_year_first(const char *at, struct date *ret_date)
{
	static const char han_year[] = "年", han_month[] = "月";
	struct date date = { .has_time = false };
	bool basic;

	if ((date.year = take_digits(&at, 4, 4)) < 0)
		return RS_EINVAL;
	basic = isdigit((unsigned char)*at);
	if (strncmp(at, han_year, strlen(han_year)) == 0)
		at += strlen(han_year) + strspn(at + strlen(han_year), " ");
	else if (!basic && strchr("-/.", *at) != NULL && *at != '\0')
		at++;
	else if (!basic)
		return RS_EINVAL;
	date.month = take_digits(&at, basic ? 2 : 1, 2);
	if (strncmp(at, han_month, strlen(han_month)) == 0)
		at += strlen(han_month) + strspn(at + strlen(han_month), " ");
	else
		at += !basic && strchr("-/.", *at) != NULL && *at != '\0';
	date.day = take_digits(&at, basic ? 2 : 1, 2);
	if (!is_valid(&date) || isdigit((unsigned char)*at))
		return RS_EINVAL;
	if (*at == 'T' || *at == 't')
		take_time(at + 1, true, &date);
	else
		find_time(at, &date);
	*ret_date = date;
	return RS_OK;
}

/* Day, month, year in numbers: 19.11.2019, 11/19/2019. */
static int
parse_year_last(const char *at, struct date *ret_date)
{
	struct date date = { .has_time = false };
	int first, second;
	char separator;

	if ((first = take_digits(&at, 1, 2)) < 0 || (*at != '.' && *at != '/' && *at != '-'))
		return RS_EINVAL;
	separator = *at++;
	at += separator == '.' && *at == ' ';
	if ((second = take_digits(&at, 1, 2)) < 0 || *at++ != separator)
		return RS_EINVAL;
	at += separator == '.' && *at == ' ';
	if ((date.year = take_digits(&at, 4, 4)) < 0 || isdigit((unsigned char)*at))
		return RS_EINVAL;
	/* Dots are written day first everywhere; slashes in both orders. */
	if (separator != '.' && first <= 12 && second <= 12 && first != second)
		return RS_EINVAL;
	date.day = separator == '.' || first > 12 ? first : second;
	date.month = separator == '.' || first > 12 ? second : first;
	if (!is_valid(&date))
		return RS_EINVAL;
	find_time(at, &date);
	*ret_date = date;
	return RS_OK;
}

static int
month_of(const char *word)
{
	for (size_t i = 0; i < COUNT(month_names); i++) {
		if (strncmp(word, month_names[i].stem, strlen(month_names[i].stem)) == 0)
			return month_names[i].month;
	}
	return 0;
}

/* The number that a word starts with, when it has ${digits} digits at most. */
static int
number_of(const char *word, size_t digits)
{
	size_t len = strspn(word, "0123456789");

	return len == 0 || len > digits ? -1 : (int)strtol(word, NULL, 10);
}

/*
 * "19 november 2019", "november 19th 2019", "5 de mayo de 2018": a month with a
 * day beside it, then a year within three words.
 */
static bool
date_at_month(char *const words[], size_t count, size_t at, struct date *date)
{
	size_t before = at;

	date->month = month_of(words[at]);
	if (date->month == 0)
		return false;
	if (at > 0 && (strcmp(words[at - 1], "de") == 0 || strcmp(words[at - 1], "of") == 0))
		before = at - 1;
	date->day = before > 0 ? number_of(words[before - 1], 2) : -1;
	for (size_t i = at + 1; i < count && i <= at + 3; i++) {
		if (date->day < 0)
			date->day = number_of(words[i], 2);
		else if (strspn(words[i], "0123456789") == 4 && date->year == 0)
			date->year = number_of(words[i], 4);
	}
	return is_valid(date);
}

static int
parse_textual(const char *text, struct date *ret_date)
{
	struct date date = { .has_time = false };
	char *words[32], *rest, *word;
	struct buffer folded;
	size_t count = 0;
	int err;

	buffer_init(&folded, DATE_INPUT * 2);
	if ((err = fold_append(text, &folded)) < 0)
		goto out;
	if (folded.len > 0) {
		for (word = strtok_r((char *)folded.data, " ", &rest);
		    word != NULL && count < COUNT(words); word = strtok_r(NULL, " ", &rest))
			words[count++] = word;
	}
	err = RS_EINVAL;
	for (size_t i = 0; i < count && err < 0; i++) {
		date = (struct date){ .has_time = false };
		if (date_at_month(words, count, i, &date))
			err = RS_OK;
	}
	if (err < 0)
		goto out;
	find_time(text, &date);
	*ret_date = date;
out:
	buffer_release(&folded);
	return err;
}

/* Seconds or milliseconds since 1970, of this century. */
static int
parse_epoch(const char *text, struct date *ret_date)
{
	size_t digits = strspn(text, "0123456789");
	char iso[DATE_TEXT];
	int64_t number;

	if (text[digits] != '\0' || (digits != 10 && digits != 13))
		return RS_EINVAL;
	number = strtoll(text, NULL, 10);
	date_format_ms(digits == 10 ? number * 1000 : number, iso);
	return parse_year_first(iso, ret_date);
}

int
date_parse(const char *text, struct date *ret_date)
{
	const char *at;

	text += strspn(text, " \t\r\n");
	if (strlen(text) > DATE_INPUT)
		return RS_EINVAL;
	if (parse_epoch(text, ret_date) == RS_OK)
		return RS_OK;
	for (at = text; *at != '\0'; at++) {
		if (!isdigit((unsigned char)*at) ||
		    (at > text && isalnum((unsigned char)at[-1])))
			continue;
		if (parse_year_first(at, ret_date) == RS_OK ||
		    parse_year_last(at, ret_date) == RS_OK)
			return RS_OK;
	}
	return parse_textual(text, ret_date);
}

int64_t
date_ms(const struct date *date)
{
	struct tm tm = {
		.tm_year = date->year - 1900, .tm_mon = date->month - 1,
		.tm_mday = date->day, .tm_hour = date->hour, .tm_min = date->minute,
		.tm_sec = date->second,
	};

	return ((int64_t)timegm(&tm) - (date->has_zone ? date->zone_minutes * 60 : 0)) * 1000;
}

void
date_format(const struct date *date, char text[DATE_TEXT])
{
	int len = snprintf(text, DATE_TEXT, "%04u-%02u-%02u", (unsigned)date->year % 10000,
	    (unsigned)date->month % 100, (unsigned)date->day % 100);
	unsigned zone = (unsigned)abs(date->zone_minutes);

	if (!date->has_time)
		return;
	len += snprintf(text + len, (size_t)(DATE_TEXT - len), "T%02u:%02u:%02u",
	    (unsigned)date->hour % 100, (unsigned)date->minute % 100,
	    (unsigned)date->second % 100);
	if (!date->has_zone)
		return;
	if (zone == 0)
		snprintf(text + len, (size_t)(DATE_TEXT - len), "Z");
	else
		snprintf(text + len, (size_t)(DATE_TEXT - len), "%c%02u:%02u",
		    date->zone_minutes < 0 ? '-' : '+', zone / 60 % 100, zone % 60);
}

void
date_format_ms(int64_t ms, char text[DATE_TEXT])
{
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, DATE_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}
