#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "daemon/source/feed_date.h"
#include "proto/base/err.h"

/* What has been read of a date; -1 where nothing has been said yet. */
struct date {
	int year;
	int month;		/* 1 to 12 */
	int day;
	int hour, minute, second;
	int millisecond;
	int zone_minutes;	/* east of UTC */
};

static const char *const months[] = {
	"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"
};

/* RFC 822, section 5.1, and the other names that are not ambiguous. */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{ "ut", 0 }, { "utc", 0 }, { "gmt", 0 }, { "z", 0 }, { "wet", 0 },
	{ "est", -300 }, { "edt", -240 }, { "cst", -360 }, { "cdt", -300 },
	{ "mst", -420 }, { "mdt", -360 }, { "pst", -480 }, { "pdt", -420 },
	{ "akst", -540 }, { "akdt", -480 }, { "hst", -600 },
	{ "bst", 60 }, { "west", 60 }, { "cet", 60 }, { "cest", 120 },
	{ "eet", 120 }, { "eest", 180 }, { "msk", 180 }, { "jst", 540 },
	{ "kst", 540 }, { "aest", 600 }, { "aedt", 660 }, { "nzst", 720 },
	{ "nzdt", 780 },
};

/* Read a run of at most ${most} digits at *${at}; return how many there were. */
static int
take_digits(const char **at, int most, int *ret_value)
{
	int count = 0;
	int value = 0;

	while (count < most && isdigit((unsigned char)**at)) {
		value = value * 10 + (**at - '0');
		count++;
		(*at)++;
	}
	if (count > 0)
		*ret_value = value;
	return count;
}

/* hh:mm[:ss[.fraction]] */
static int
take_time(const char **at, struct date *date)
{
	int digits;
	int fraction = 0;

	if (take_digits(at, 2, &date->hour) == 0 || **at != ':')
		return RS_EINVAL;
	(*at)++;
	if (take_digits(at, 2, &date->minute) == 0)
		return RS_EINVAL;
	if (**at != ':')
		return RS_OK;
	(*at)++;
	if (take_digits(at, 2, &date->second) == 0)
		return RS_EINVAL;
	if ((**at == '.' || **at == ',') && isdigit((unsigned char)(*at)[1])) {
		(*at)++;
		digits = take_digits(at, 3, &fraction);
		for (; digits < 3; digits++)
			fraction *= 10;
		date->millisecond = fraction;
		while (isdigit((unsigned char)**at))
			(*at)++;
	}
	return RS_OK;
}

/* +hh, +hhmm or +hh:mm */
static int
take_offset(const char **at, struct date *date)
{
	int sign = **at == '-' ? -1 : 1;
	int hours, minutes = 0;

	(*at)++;
	if (take_digits(at, 2, &hours) == 0)
		return RS_EINVAL;
	if (**at == ':')
		(*at)++;
	take_digits(at, 2, &minutes);
	if (hours > 15 || minutes > 59)
		return RS_EINVAL;
	date->zone_minutes = sign * (hours * 60 + minutes);
	return RS_OK;
}

/* One word: a month in three letters or more, a zone, AM or PM, or nothing. */
static void
take_word(const char **at, struct date *date)
{
	const char *word = *at;
	size_t len, i;

	while (isalpha((unsigned char)**at))
		(*at)++;
	len = (size_t)(*at - word);
	for (i = 0; i < sizeof(months) / sizeof(months[0]) && len >= 3; i++) {
		if (date->month < 0 && len <= strlen(months[i]) &&
		    strncasecmp(word, months[i], len) == 0) {
			date->month = (int)i + 1;
			return;
		}
	}
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
		if (len == strlen(zones[i].name) && strncasecmp(word, zones[i].name, len) == 0) {
			date->zone_minutes = zones[i].minutes;
			return;
		}
	}
	if (len == 2 && strncasecmp(word, "pm", 2) == 0 && date->hour < 12)
		date->hour += 12;
	if (len == 2 && strncasecmp(word, "am", 2) == 0 && date->hour == 12)
		date->hour = 0;
}

/* One number outside a time: the day, then the year. */
static int
take_number(const char **at, struct date *date)
{
	const char *number = *at;
	int value = 0;
	int digits;

	digits = take_digits(at, 5, &value);
	if (**at == ':' && date->hour < 0) {
		*at = number;
		return take_time(at, date);
	}
	if (digits <= 2 && date->day < 0) {
		date->day = value;
	} else if (digits == 4 && date->year < 0) {
		date->year = value;
	} else if (digits == 2 && date->year < 0) {
		/* RFC 2822, section 4.3, read for feeds, which began in 1999. */
		date->year = value + (value < 70 ? 2000 : 1900);
	} else {
		return RS_EINVAL;
	}
	return RS_OK;
}

/* RFC 822 in any order that can be told, and the form of asctime(3). */
static int
parse_words(const char *at, struct date *date)
{
	int err = RS_OK;

	while (*at != '\0' && err == RS_OK) {
		if (isalpha((unsigned char)*at))
			take_word(&at, date);
		else if (isdigit((unsigned char)*at))
			err = take_number(&at, date);
		else if ((*at == '+' || *at == '-') && date->hour >= 0 &&
		    isdigit((unsigned char)at[1]))
			err = take_offset(&at, date);
		else if (*at == '/')
			err = RS_EINVAL;
		else
			at++;
	}
	return err;
}

/* W3C-DTF: YYYY[-MM[-DD[Thh:mm[:ss[.f]][zone]]]], also without the hyphens. */
static int
parse_w3c(const char *at, struct date *date)
{
	if (take_digits(&at, 4, &date->year) != 4)
		return RS_EINVAL;
	date->month = date->day = 1;
	if (*at == '-')
		at++;
	if (*at != '\0' && take_digits(&at, 2, &date->month) == 0)
		return RS_EINVAL;
	if (*at == '-')
		at++;
	if (*at != '\0' && take_digits(&at, 2, &date->day) == 0)
		return RS_EINVAL;
	if (*at == 'T' || *at == 't' || *at == ' ')
		at++;
	if (*at == '\0')
		return RS_OK;
	if (take_time(&at, date) != RS_OK)
		return RS_EINVAL;
	while (*at == ' ')
		at++;
	if (*at == '+' || *at == '-')
		return take_offset(&at, date);
	if (isalpha((unsigned char)*at))
		take_word(&at, date);
	return RS_OK;
}

static bool
is_w3c(const char *text)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return text[4] == '-' || text[4] == '\0' || isdigit((unsigned char)text[4]);
}

int
feed_date_parse(const char *text, int64_t *ret_ms)
{
	struct date date = { -1, -1, -1, -1, 0, 0, 0, 0 };
	struct tm tm = { 0 };
	int64_t seconds;

	while (isspace((unsigned char)*text))
		text++;
	if ((is_w3c(text) ? parse_w3c(text, &date) : parse_words(text, &date)) != RS_OK)
		return RS_EINVAL;
	if (date.hour < 0)
		date.hour = 0;
	if (date.year < 0 || date.month < 1 || date.month > 12 || date.day < 1 ||
	    date.day > 31 || date.hour > 24 || date.minute > 59 || date.second > 60)
		return RS_EINVAL;
	tm.tm_year = date.year - 1900;
	tm.tm_mon = date.month - 1;
	tm.tm_mday = date.day;
	tm.tm_hour = date.hour;
	tm.tm_min = date.minute;
	tm.tm_sec = date.second;
	seconds = (int64_t)timegm(&tm) - (int64_t)date.zone_minutes * 60;
	*ret_ms = seconds * 1000 + date.millisecond;
	return RS_OK;
}
