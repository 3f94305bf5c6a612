#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/pagination.h"
#include "daemon/page/url.h"

enum {
	MARK_MAX = 10		/* letters that may stand before the 2: "/page/" */
};

/* The bytes of ${url} that name the text: no scheme, fragment, slash or extension. */
static size_t
stem_of(const char *url, const char **ret_start)
{
	static const char *const extensions[] = { ".html", ".htm", ".php", ".shtml", ".aspx" };
	const char *start = strstr(url, "://");
	size_t len;

	start = start != NULL ? start + 3 : url;
	if (strncasecmp(start, "www.", 4) == 0)
		start += 4;
	len = strcspn(start, "#");
	while (len > 0 && strchr("/&?", start[len - 1]) != NULL)
		len--;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		size_t end = strlen(extensions[i]);

		if (len > end && strncasecmp(start + len - end, extensions[i], end) == 0) {
			len -= end;
			break;
		}
	}
	*ret_start = start;
	return len;
}

bool
pagination_is_second(const char *own, const char *other)
{
	const char *own_start, *other_start, *mark;
	size_t own_len = stem_of(own, &own_start);
	size_t other_len = stem_of(other, &other_start), mark_len;

	/* An address without a path is a list of articles, not one. */
	if (memchr(own_start, '/', own_len) == NULL || other_len < own_len + 2 ||
	    strncasecmp(own_start, other_start, own_len) != 0)
		return false;
	mark = other_start + own_len;
	mark_len = other_len - own_len - 1;
	if (mark[mark_len] != '2' || mark_len > MARK_MAX || strchr("/?&-_,.;", *mark) == NULL)
		return false;
	for (size_t i = 0; i < mark_len; i++) {
		if (isdigit((unsigned char)mark[i]))
			return false;
	}
	return memmem(mark, mark_len, "comment", 7) == NULL &&
	    memmem(mark, mark_len, "reply", 5) == NULL;
}

bool
pagination_next(xmlDoc *document, const char *url, const char *canonical_url)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root;
	bool found = false;

	while (node != NULL && !found) {
		const char *href = NULL;
		char *absolute;

		if (dom_hidden(node)) {
			node = dom_next_after(node, root);
			continue;
		}
		if (dom_is(node, "a"))
			href = dom_attribute(node, "href");
		/* Only what could be it is resolved. */
		if (href != NULL && strchr(href, '2') != NULL &&
		    url_resolve(url, href, &absolute) == 0) {
			found = pagination_is_second(url, absolute) || (canonical_url != NULL &&
			    pagination_is_second(canonical_url, absolute));
			free(absolute);
		}
		node = dom_next(node, root);
	}
	return found;
}
