#include <string.h>
#include <time.h>

#include "client/jsonl/field.h"

json_t *
field_get(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

int
field_refuse(struct rs_err_detail *detail, const char *key, const char *wanted)
{
	rs_err_detail_set(detail, "\"%s\" is not %s", key, wanted);
	return RS_EINVAL;
}

int
field_text(const json_t *object, const char *key, const char **ret_text,
    struct rs_err_detail *detail)
{
	const json_t *value = field_get(object, key);

	if (value == NULL)
		return RS_OK;
	if (!json_is_string(value))
		return field_refuse(detail, key, "a text");
	*ret_text = json_string_value(value);
	return RS_OK;
}

int
field_boolean(const json_t *object, const char *key, bool *ret_answer,
    struct rs_err_detail *detail)
{
	const json_t *value = field_get(object, key);

	if (value != NULL && !json_is_boolean(value))
		return field_refuse(detail, key, "true or false");
	if (value != NULL)
		*ret_answer = json_is_true(value);
	return RS_OK;
}

/* Read exactly ${count} digits off ${text}; tells whether they are there. */
static bool
read_digits(const char **text, int count, int *ret_number)
{
	int number = 0;

	for (; count > 0; count--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		number = 10 * number + (**text - '0');
	}
	*ret_number = number;
	return true;
}

static bool
read_mark(const char **text, const char *marks)
{
	if (**text == '\0' || strchr(marks, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* Read the digits of a fraction of a second, if there is one, as milliseconds. */
static int64_t
read_fraction(const char **text)
{
	int64_t unit = 100, ms = 0;

	if (!read_mark(text, ".,"))
		return 0;
	for (; **text >= '0' && **text <= '9'; (*text)++, unit /= 10)
		ms += (**text - '0') * unit;
	return ms;
}

/* Read "", "Z" or an offset as minutes east of UTC; tells whether it is that. */
static bool
read_zone(const char *text, int *ret_minutes)
{
	int hours, minutes, sign = *text == '-' ? -1 : 1;

	*ret_minutes = 0;
	if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if (!read_mark(&text, "+-") || !read_digits(&text, 2, &hours))
		return false;
	(void)read_mark(&text, ":");
	if (!read_digits(&text, 2, &minutes) || *text != '\0' || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

static bool
read_day(const char **text, struct tm *utc)
{
	if (!read_digits(text, 4, &utc->tm_year) || !read_mark(text, "-") ||
	    !read_digits(text, 2, &utc->tm_mon) || !read_mark(text, "-") ||
	    !read_digits(text, 2, &utc->tm_mday))
		return false;
	utc->tm_year -= 1900;
	utc->tm_mon--;
	return true;
}

static bool
read_clock(const char **text, struct tm *utc)
{
	return read_digits(text, 2, &utc->tm_hour) && read_mark(text, ":") &&
	    read_digits(text, 2, &utc->tm_min) && read_mark(text, ":") &&
	    read_digits(text, 2, &utc->tm_sec) && utc->tm_min < 60 && utc->tm_sec <= 60;
}

bool
field_time(const char *text, int64_t *ret_ms)
{
	struct tm utc = { 0 }, given;
	int64_t fraction = 0;
	int minutes = 0;

	if (!read_day(&text, &utc))
		return false;
	if (*text != '\0') {
		if (!read_mark(&text, "Tt ") || !read_clock(&text, &utc))
			return false;
		fraction = read_fraction(&text);
		if (!read_zone(text, &minutes))
			return false;
	}
	given = utc;
	*ret_ms = ((int64_t)timegm(&utc) - minutes * 60) * 1000 + fraction;
	/* timegm takes February 31 for a day in March, and 25:00 for one in the morning. */
	return given.tm_mday == utc.tm_mday && given.tm_mon == utc.tm_mon &&
	    given.tm_year == utc.tm_year && (given.tm_hour == utc.tm_hour || given.tm_sec == 60);
}
