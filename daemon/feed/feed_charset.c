#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon/feed/feed_charset.h"
#include "daemon/page/charset.h"

enum {
	LABEL_MAX = 40,		/* bytes of a charset's name, with its NUL */
	PROLOG_MAX = 1024	/* an XML declaration stands in the first bytes */
};

/* Copy the name at ${text}, bare or quoted, into ${label}. */
static bool
read_label(const char *text, char label[LABEL_MAX])
{
	size_t len = 0;

	text += strspn(text, " \t\r\n\"'");
	while (len < LABEL_MAX - 1 && *text != '\0' &&
	    (isalnum((unsigned char)*text) || strchr("-_.:+", *text) != NULL))
		label[len++] = *text++;
	label[len] = '\0';
	return len > 0;
}

/* The charset parameter of a Content-Type (RFC 9110, section 8.3.1). */
static bool
label_of_header(const char *content_type, char label[LABEL_MAX])
{
	const char *at = content_type == NULL ? NULL : strcasestr(content_type, "charset");

	if (at == NULL)
		return false;
	at += strlen("charset");
	at += strspn(at, " \t");
	return *at == '=' && read_label(at + 1, label);
}

/* The encoding that an XML declaration in a superset of ASCII names. */
static bool
label_of_declaration(struct bytes body, char label[LABEL_MAX])
{
	char prolog[PROLOG_MAX + 1];
	size_t len = body.len < PROLOG_MAX ? body.len : PROLOG_MAX;
	char *at, *end;

	if (len == 0)
		return false;
	memcpy(prolog, body.data, len);
	prolog[len] = '\0';
	if ((at = strstr(prolog, "<?xml")) == NULL || (end = strstr(at, "?>")) == NULL)
		return false;
	*end = '\0';
	if ((at = strstr(at, "encoding")) == NULL)
		return false;
	at += strlen("encoding");
	at += strspn(at, " \t\r\n");
	if (*at != '=' || !read_label(at + 1, label))
		return false;
	/* It could not have been read, were it true. */
	return strncasecmp(label, "utf-16", 6) != 0 && strncasecmp(label, "utf-32", 6) != 0;
}

static bool
is_default(const char *label)
{
	return strcasecmp(label, "iso-8859-1") == 0 || strcasecmp(label, "us-ascii") == 0 ||
	    strcasecmp(label, "windows-1252") == 0;
}

int
feed_charset_decode(struct bytes body, const char *content_type,
    uint8_t **ret_text, size_t *ret_len, struct rs_err_detail *detail)
{
	char label[LABEL_MAX] = "";
	char type[LABEL_MAX + 32];

	if ((!label_of_header(content_type, label) || is_default(label)) &&
	    !label_of_declaration(body, label) && !label_of_header(content_type, label))
		label[0] = '\0';
	snprintf(type, sizeof(type), "text/xml; charset=%s", label);
	return charset_decode(body, label[0] == '\0' ? NULL : type,
	    3 * body.len, ret_text, ret_len, detail);
}
