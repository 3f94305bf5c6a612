#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/pagination.h"
#include "daemon/page/url.h"

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

/* Is ${mark} what leads to a second page: "/2", "?page=2", "-p2", "/seite-2"? */
static bool
is_page_mark(struct bytes mark)
{
	const char *text = (const char *)mark.data;
	size_t len = mark.len, word;

	if (len > 2 && text[0] == '/' && text[1] == '?') {
		text++;
		len--;
	}
	if (len < 2 || text[len - 1] != '2' || strchr("/?&-_,.;", text[0]) == NULL)
		return false;
	if (len == 2)
		return text[0] == '/' || text[0] == ',';
	for (word = 1; word < len && isalpha((unsigned char)text[word]); word++)
		;
	/* After the word at most one sign, then the number alone. */
	if (word + 1 != len && !(word + 2 == len && strchr("=/-_", text[word]) != NULL))
		return false;
	for (size_t i = 0; i < sizeof(page_words) / sizeof(page_words[0]); i++) {
		/* "?p=2" is an article's number as often as a page's. */
		if ((text[0] == '?' || text[0] == '&') && strlen(page_words[i]) < 2)
			continue;
		if (strlen(page_words[i]) == word - 1 &&
		    strncasecmp(text + 1, page_words[i], word - 1) == 0)
			return true;
	}
	return false;
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

bool
pagination_is_second(const char *own, const char *other)
{
	struct bytes own_name = name_of(own), other_name = name_of(other);

	/* An address without a path is a list of articles, not one. */
	if (memchr(own_name.data, '/', own_name.len) == NULL)
		return false;
	return is_page_mark(rest_after(own_name, other_name)) ||
	    is_page_mark(rest_after(without_extension(own_name), other_name)) ||
	    is_page_mark(rest_after(without_extension(own_name),
	    without_extension(other_name)));
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
