#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/config/config_value.h"
#include "proto/replica/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { DISTANCE_MAX = 32, TAG_MAX = 64, PORT_MAX = 65535 };

struct unit {
	const char *suffix;
	int64_t factor;
};

/* Read digits and one of the suffixes; what does not fit an int64_t fails. */
static int
read_with_unit(const char *text, const struct unit *units, size_t count, int64_t *ret_number)
{
	int64_t number = 0;
	size_t i;

	if (!isdigit((unsigned char)*text))
		return RS_EINVAL;
	for (; isdigit((unsigned char)*text); text++) {
		if (number > (INT64_MAX - 9) / 10)
			return RS_EINVAL;
		number = number * 10 + (*text - '0');
	}
	for (i = 0; i < count; i++) {
		if (strcmp(text, units[i].suffix) != 0)
			continue;
		if (number > INT64_MAX / units[i].factor)
			return RS_EINVAL;
		*ret_number = number * units[i].factor;
		return RS_OK;
	}
	return RS_EINVAL;
}

int
config_value_number(const char *text, int64_t *ret_number)
{
	static const struct unit units[] = { { "", 1 } };

	return read_with_unit(text, units, COUNT(units), ret_number);
}

int
config_value_duration(const char *text, int64_t *ret_ms)
{
	static const struct unit units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "m", 60 * 1000 },
		{ "h", 60 * 60 * 1000 },
		{ "d", 24 * 60 * 60 * 1000 },
	};

	if (strcmp(text, "0") == 0) {
		*ret_ms = 0;
		return RS_OK;
	}
	return read_with_unit(text, units, COUNT(units), ret_ms);
}

int
config_value_size(const char *text, int64_t *ret_size)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "K", 1024 },
		{ "M", 1024 * 1024 },
		{ "G", 1024 * 1024 * 1024 },
	};

	return read_with_unit(text, units, COUNT(units), ret_size);
}

int
config_value_truth(const char *text, bool *ret_truth)
{
	static const struct {
		const char *word;
		bool truth;
	} words[] = {
		{ "yes", true }, { "on", true }, { "true", true },
		{ "no", false }, { "off", false }, { "false", false },
	};
	size_t i;

	for (i = 0; i < COUNT(words); i++) {
		if (strcasecmp(words[i].word, text) == 0) {
			*ret_truth = words[i].truth;
			return RS_OK;
		}
	}
	return RS_EINVAL;
}

/* Tell whether all bytes are printable ASCII but blanks. */
static bool
is_visible(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!isgraph((unsigned char)text[i]))
			return false;
	}
	return len > 0;
}

bool
config_value_is_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	int64_t port;
	size_t len;

	if (colon == NULL || config_value_number(colon + 1, &port) != RS_OK || port > PORT_MAX)
		return false;
	len = (size_t)(colon - text);
	if (!is_visible(text, len))
		return false;
	if (text[0] == '[')
		return len > 2 && text[len - 1] == ']';
	/* An IPv6 address without brackets would have its last group for a port. */
	return memchr(text, ':', len) == NULL && memchr(text, '/', len) == NULL;
}

static bool
is_url(const char *text, const char *const *schemes, size_t count)
{
	size_t len, i;

	for (i = 0; i < count; i++) {
		len = strlen(schemes[i]);
		if (strncasecmp(text, schemes[i], len) == 0 && text[len] != '/' &&
		    is_visible(text + len, strlen(text + len)))
			return true;
	}
	return false;
}

bool
config_value_is_web_url(const char *text)
{
	static const char *const schemes[] = { "http://", "https://" };

	return is_url(text, schemes, COUNT(schemes));
}

bool
config_value_is_proxy_url(const char *text)
{
	static const char *const schemes[] = { "http://", "https://", "socks5://", "socks5h://" };

	return is_url(text, schemes, COUNT(schemes));
}

bool
config_value_is_path(const char *text)
{
	return text[0] == '/';
}

bool
config_value_is_name(const char *text)
{
	size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789._-");

	return len > 0 && len <= CONFIG_NAME_MAX && text[len] == '\0';
}

bool
config_value_is_tag(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= TAG_MAX && text_is_line(bytes_of_text(text));
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
config_value_distance(const char *a, const char *b)
{
	/* The two rows above are enough: rows[i % 3] is that of i letters of a. */
	size_t rows[3][DISTANCE_MAX + 1], a_len = strlen(a), b_len = strlen(b), i, j, *row, *up;

	if (a_len > DISTANCE_MAX || b_len > DISTANCE_MAX)
		return SIZE_MAX;
	for (j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		row = rows[i % 3];
		up = rows[(i - 1) % 3];
		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			row[j] = least(least(up[j], row[j - 1]) + 1,
			    up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

int
config_value_list_add(struct config_list *list, const char *text, size_t len)
{
	char **items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (items == NULL)
		return RS_ENOMEM;
	list->items = items;
	items[list->count] = strndup(text, len);
	if (items[list->count] == NULL)
		return RS_ENOMEM;
	list->count++;
	return RS_OK;
}

void
config_value_list_release(struct config_list *list)
{
	while (list->count > 0)
		free(list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}
