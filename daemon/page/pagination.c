#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/pagination.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"

enum {
	PAGE_DIGITS = 3,	/* of the number of a page; more is a year, or an id */
	MARK_LEN = 12		/* bytes of what leads to a page, as "/?strona=12" */
};

/* Words that stand between an address and the number of its page. */
static const char *const page_words[] = {
	"page", "p", "pg", "paged", "seite", "pagina", "pag", "sayfa", "strona", "sida", "side",
	"story", "s", "pn",
};

/* The bytes of ${url} that name the text: no scheme, fragment or last slash. */
static struct bytes
name_of(const char *url)
{
	const char *start = strstr(url, "://");
	size_t len;

	start = start != NULL ? start + 3 : url;
	if (strncasecmp(start, "www.", 4) == 0)
		start += 4;
	len = strcspn(start, "#");
	while (len > 0 && strchr("/&?", start[len - 1]) != NULL)
		len--;
	return bytes_of(start, len);
}

/* The name without the extension of its file. */
static struct bytes
without_extension(struct bytes name)
{
	static const char *const extensions[] = { ".html", ".htm", ".php", ".shtml", ".aspx" };

	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		size_t len = strlen(extensions[i]);

		if (name.len > len &&
		    memcmp(name.data + name.len - len, extensions[i], len) == 0)
			return bytes_of(name.data, name.len - len);
	}
	return name;
}

/*
 * The page that ${mark} leads to: 2 for "/2", "?page=2", "-p2", "/seite-2"; 0 when it is
 * no mark of a page.
 */
static unsigned
page_of_mark(struct bytes mark)
{
	const char *text = (const char *)mark.data;
	size_t len = mark.len, word, digits = 0;
	unsigned page = 0;

	if (len > 2 && text[0] == '/' && text[1] == '?') {
		text++;
		len--;
	}
	while (digits < len && isdigit((unsigned char)text[len - digits - 1]))
		digits++;
	if (len < 2 || digits == 0 || digits > PAGE_DIGITS || digits == len ||
	    text[len - digits] == '0' || strchr("/?&-_,.;", text[0]) == NULL)
		return 0;
	for (size_t i = len - digits; i < len; i++)
		page = page * 10 + (unsigned)(text[i] - '0');
	len -= digits;
	if (len == 1)
		return text[0] == '/' || text[0] == ',' ? page : 0;
	for (word = 1; word < len && isalpha((unsigned char)text[word]); word++)
		;
	/* After the word at most one sign, then the number alone. */
	if (word != len && !(word + 1 == len && strchr("=/-_", text[word]) != NULL))
		return 0;
	for (size_t i = 0; i < sizeof(page_words) / sizeof(page_words[0]); i++) {
		/* "?p=2" is an article's number as often as a page's. */
		if ((text[0] == '?' || text[0] == '&') && strlen(page_words[i]) < 2)
			continue;
		if (strlen(page_words[i]) == word - 1 &&
		    strncasecmp(text + 1, page_words[i], word - 1) == 0)
			return page;
	}
	return 0;
}

/* The rest of ${other} after ${own}; empty when it does not start with it. */
static struct bytes
rest_after(struct bytes own, struct bytes other)
{

	if (other.len <= own.len ||
	    strncasecmp((const char *)own.data, (const char *)other.data, own.len) != 0)
		return bytes_of(NULL, 0);
	return bytes_of(other.data + own.len, other.len - own.len);
}

/* Which page of ${first} the address ${other} is, with or without an extension; or 0. */
static unsigned
page_within(struct bytes first, struct bytes other)
{
	struct bytes bare = without_extension(first);
	unsigned page;

	if ((page = page_of_mark(rest_after(first, other))) == 0 &&
	    (page = page_of_mark(rest_after(bare, other))) == 0)
		page = page_of_mark(rest_after(bare, without_extension(other)));
	return page;
}

/*
 * Is ${other} the page after ${own}, whose address says that it is a further one?  By a
 * word only: "/posts/7" and "/posts/8" are two articles.
 */
static bool
goes_on(struct bytes own, struct bytes other)
{
	struct bytes bare = without_extension(own);

	for (size_t len = 3; len <= MARK_LEN && len < bare.len; len++) {
		struct bytes first = bytes_of(bare.data, bare.len - len);
		unsigned page = page_of_mark(bytes_of(bare.data + first.len, len));

		if (page > 1 && !isdigit(bare.data[first.len + 1]) &&
		    memchr(first.data, '/', first.len) != NULL &&
		    page_within(first, other) == page + 1)
			return true;
	}
	return false;
}

bool
pagination_is_next(const char *own, const char *canonical_url, const char *other)
{
	struct bytes own_name = name_of(own), other_name = name_of(other), first;
	unsigned page = 0;

	/* An address without a path is a list of articles, not one. */
	if (memchr(own_name.data, '/', own_name.len) == NULL)
		return false;
	if (canonical_url != NULL) {
		first = name_of(canonical_url);
		if (memchr(first.data, '/', first.len) != NULL)
			page = page_within(first, own_name);
		if (page > 1)
			return page_within(first, other_name) == page + 1;
		if (memchr(first.data, '/', first.len) != NULL &&
		    page_within(first, other_name) == 2)
			return true;
	}
	return page_within(own_name, other_name) == 2 || goes_on(own_name, other_name);
}

/* The address that ${node} leads to, when it can be the next page's. */
static const char *
address_of(const xmlNode *node)
{
	const char *href = NULL;

	if (dom_is(node, "a") ||
	    (dom_is(node, "link") && dom_has_token(dom_attribute(node, "rel"), "next")))
		href = dom_attribute(node, "href");
	/* Only what could be it is resolved. */
	return href != NULL && strpbrk(href, "123456789") != NULL ? href : NULL;
}

static bool
is_next_by_any(const char *own, const char *const names[PAGINATION_NAMES], const char *other)
{

	for (size_t i = 0; i < PAGINATION_NAMES; i++) {
		if (names[i] != NULL && pagination_is_next(own, names[i], other))
			return true;
	}
	return pagination_is_next(own, NULL, other);
}

int
pagination_next(xmlDoc *document, const char *url, const char *const names[PAGINATION_NAMES],
    char **ret_next)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root;
	const char *href;
	char *absolute;
	int err;

	*ret_next = NULL;
	while (node != NULL) {
		href = address_of(node);
		if (!dom_is(node, "link") && !dom_is(node, "head") && dom_hidden(node)) {
			node = dom_next_after(node, root);
			continue;
		}
		node = dom_next(node, root);
		if (href == NULL || (err = url_resolve(url, href, &absolute)) == RS_EINVAL)
			continue;
		if (err != 0)
			return err;
		if (is_next_by_any(url, names, absolute)) {
			*ret_next = absolute;
			return 0;
		}
		free(absolute);
	}
	return 0;
}
