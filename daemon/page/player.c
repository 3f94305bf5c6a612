#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/hint.h"
#include "daemon/page/player.h"

enum { TEXT_MAX = 500 };	/* of what it says until it is filled */

/* Find ${word} among the words of ${name}, which any sign but a letter parts. */
static bool
has_word(const char *name, const char *word)
{
	size_t len = strlen(word);
	const char *at = name;

	for (; name != NULL && (at = dom_find(at, word)) != NULL; at += len)
		if ((at == name || !isalpha((unsigned char)at[-1])) &&
		    !isalpha((unsigned char)at[len]))
			return true;
	return false;
}

static bool
is_custom(const xmlNode *node)
{

	return strchr((const char *)node->name, '-') != NULL;
}

/* The first of ${names} that ${node} has a web address in, or NULL. */
static const char *
web_address(const xmlNode *node, const char *const *names)
{
	const char *value;

	for (; *names != NULL; names++)
		if ((value = dom_attribute(node, *names)) != NULL &&
		    (strncasecmp(value, "https://", 8) == 0 ||
		    strncasecmp(value, "http://", 7) == 0 || strncmp(value, "//", 2) == 0))
			return value;
	return NULL;
}

/* What an attribute of ${node} says that it stands for, or NULL. */
static const char *
named_address(const xmlNode *node)
{
	static const char *const anywhere[] = { "data-oembed-url", "data-embed-url",
		"data-instgrm-permalink", NULL };
	static const char *const quoted[] = { "cite", NULL };
	static const char *const custom[] = { "src", "data-src", "data-href", "href", "url", NULL };
	static const char *const boxed[] = { "data-href", NULL };
	const char *list = dom_attribute(node, "class"), *found = web_address(node, anywhere);

	if (found != NULL)
		return found;
	if (dom_is(node, "blockquote"))
		return web_address(node, quoted);
	if (dom_is(node, "oembed") || (is_custom(node) &&
	    (has_word((const char *)node->name, "player") ||
	    has_word((const char *)node->name, "video"))))
		return web_address(node, custom);
	return is_custom(node) || dom_has_token(list, "fb-post") ||
	    dom_has_token(list, "fb-video") ? web_address(node, boxed) : NULL;
}

/* Of a post that is a quote with nothing in it but a link: where that leads, or NULL. */
static const char *
link_of_post(const xmlNode *quote)
{
	static const char *const names[] = { "href", NULL };
	xmlNode *node = (xmlNode *)quote;

	if (!dom_is(quote, "blockquote") || (hint_of(quote, NULL) & HINT_POST) == 0)
		return NULL;
	while ((node = dom_next(node, quote)) != NULL)
		if (dom_is(node, "a") && web_address(node, names) != NULL)
			return web_address(node, names);
	return NULL;
}

bool
player_is(const struct measure *measure)
{
	const xmlNode *node = measure->node;

	if (node->properties == NULL)
		return false;
	if (!is_custom(node) && !dom_is(node, "oembed") &&
	    (measure->weight > 0 || measure->has_media))
		return false;
	return named_address(node) != NULL || link_of_post(node) != NULL;
}

const char *
player_address(const xmlNode *node)
{
	const char *address = named_address(node);

	return address != NULL ? address : link_of_post(node);
}

char *
player_text(const xmlNode *node)
{
	static const char *const names[] = { "title", "aria-label", "playlabel", "data-title",
		"alt" };
	const struct measure *measure = measure_of(node);
	struct buffer text;
	const char *value;
	char *made;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((value = dom_attribute(node, names[i])) != NULL && value[0] != '\0')
			return strdup(value);
	if (measure != NULL && measure->running > 0)
		return NULL;
	buffer_init(&text, TEXT_MAX);
	/* What is longer is cut. */
	(void)dom_append_text(node, &text);
	made = text.len == 0 ? NULL : strndup((const char *)text.data, text.len);
	buffer_release(&text);
	return made;
}
