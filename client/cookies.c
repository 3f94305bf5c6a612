#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/cookies.h"
#include "proto/record/host_name.h"
#include "proto/replica/site.h"

#define HTTP_ONLY "#HttpOnly_"

_Static_assert(SITE_COOKIE_MAX == 8192, "as is told of a line that is longer");

enum {
	EXPIRES = 4,			/* its field */
	FIELDS = 7
};

/* Take the next line off ${text}, without its end; false when there is none. */
static bool
next_line(struct bytes *text, struct bytes *ret_line)
{
	const uint8_t *end;

	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	*ret_line = bytes_of(text->data, end == NULL ? text->len : (size_t)(end - text->data));
	text->data += ret_line->len + (end != NULL);
	text->len -= ret_line->len + (end != NULL);
	if (ret_line->len > 0 && ret_line->data[ret_line->len - 1] == '\r')
		ret_line->len--;
	return true;
}

static bool
is_comment(struct bytes line)
{
	size_t len = strlen(HTTP_ONLY);

	return line.len == 0 || (line.data[0] == '#' &&
	    (line.len < len || memcmp(line.data, HTTP_ONLY, len) != 0));
}

/* Find the fields of ${line}; return how many there are. */
static unsigned
split(struct bytes line, struct bytes fields[FIELDS])
{
	const uint8_t *at = line.data, *end = line.data + line.len, *tab;
	unsigned count = 0;

	do {
		tab = memchr(at, '\t', (size_t)(end - at));
		if (count < FIELDS)
			fields[count] = bytes_of(at, (size_t)((tab == NULL ? end : tab) - at));
		count++;
		at = tab == NULL ? end : tab + 1;
	} while (tab != NULL);
	return count;
}

/* Read the second in which a cookie expires: digits, 0 for the end of a session. */
static bool
read_expiry(struct bytes field, int64_t *ret_second)
{
	int64_t second = 0;
	size_t i;

	for (i = 0; i < field.len; i++) {
		/* Some write a fraction behind a point. */
		if (field.data[i] == '.' && i > 0)
			break;
		if (field.data[i] < '0' || field.data[i] > '9' || i > 15)
			return false;
		second = 10 * second + (field.data[i] - '0');
	}
	*ret_second = second;
	return field.len > 0;
}

static bool
is_flag(struct bytes field)
{
	return (field.len == 4 && strncasecmp((const char *)field.data, "true", 4) == 0) ||
	    (field.len == 5 && strncasecmp((const char *)field.data, "false", 5) == 0);
}

/* Can a host, or all below one, be called so? */
static bool
is_domain(struct bytes field)
{
	size_t skip = strlen(HTTP_ONLY);
	struct buffer name;
	int err;

	if (field.len >= skip && memcmp(field.data, HTTP_ONLY, skip) == 0)
		field = bytes_of(field.data + skip, field.len - skip);
	if (field.len > 0 && field.data[0] == '.')
		field = bytes_of(field.data + 1, field.len - 1);
	buffer_init(&name, HOST_NAME_MAX_LEN);
	err = host_name_append(field, &name);
	buffer_release(&name);
	return err == RS_OK;
}

/* Say what is wrong with ${line}, or NULL. */
static const char *
fault_of(struct bytes line, int64_t *ret_expires)
{
	struct bytes fields[FIELDS];

	if (line.len > SITE_COOKIE_MAX)
		return "longer than 8192 bytes";
	if (memchr(line.data, '\0', line.len) != NULL)
		return "a NUL stands in it";
	if (split(line, fields) != FIELDS)
		return "not a line of a cookies.txt, which has seven fields parted by tabs";
	if (fields[0].len == 0 || fields[5].len == 0)
		return "it has no domain, or no name";
	if (!is_domain(fields[0]))
		return "its first field is no host name";
	if (!is_flag(fields[1]) || !is_flag(fields[3]))
		return "its second and fourth field are not each TRUE or FALSE";
	if (fields[2].len == 0 || fields[2].data[0] != '/')
		return "its third field is not a path";
	if (!read_expiry(fields[EXPIRES], ret_expires))
		return "its fifth field is not the second in which it expires";
	return NULL;
}

struct bytes
cookies_begin(struct bytes text)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };

	return text.len >= sizeof(mark) && memcmp(text.data, mark, sizeof(mark)) == 0 ?
	    bytes_of(text.data + sizeof(mark), text.len - sizeof(mark)) : text;
}

int
cookies_check(struct bytes text, int64_t now, struct cookies_count *ret_count,
    struct rs_err_detail *detail)
{
	struct cookies_count count = { 0, 0 };
	unsigned number = 0;
	const char *fault;
	struct bytes line;
	int64_t expires;

	if (text.len > 0 && (text.data[0] == '[' || text.data[0] == '{')) {
		rs_err_detail_set(detail, " this is JSON: export the cookies in the Netscape "
		    "format, as cookies.txt");
		return RS_EINVAL;
	}
	while (next_line(&text, &line)) {
		number++;
		if (is_comment(line))
			continue;
		fault = fault_of(line, &expires);
		if (fault != NULL) {
			rs_err_detail_set(detail, "%u: %s", number, fault);
			return RS_EINVAL;
		}
		count.lines++;
		count.expired += expires != 0 && expires <= now;
	}
	if (count.lines == 0) {
		rs_err_detail_set(detail, " there is no cookie in it");
		return RS_EINVAL;
	}
	*ret_count = count;
	return RS_OK;
}

bool
cookies_next_part(struct bytes *text, struct bytes *ret_part)
{
	const uint8_t *end;

	if (text->len == 0)
		return false;
	*ret_part = *text;
	if (text->len > COOKIES_PART_MAX) {
		end = memrchr(text->data, '\n', COOKIES_PART_MAX);
		ret_part->len = end == NULL ? COOKIES_PART_MAX : (size_t)(end + 1 - text->data);
	}
	text->data += ret_part->len;
	text->len -= ret_part->len;
	return true;
}
