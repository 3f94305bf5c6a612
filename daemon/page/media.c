#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/media.h"
#include "daemon/page/picture.h"
#include "daemon/page/player.h"
#include "daemon/page/url.h"
#include "proto/base/err.h"

enum {
	WIDTH_BEST = 1600	/* of several sizes, the largest up to this is taken */
};

/* A number of pixels, 0 for anything else ("100%", "auto"). */
static uint32_t
pixels(const char *text)
{
	char *end;
	unsigned long value;

	if (text == NULL || !isdigit((unsigned char)*text))
		return 0;
	value = strtoul(text, &end, 10);
	return *end == '%' || value > 100000 ? 0 : (uint32_t)value;
}

/* Tell whether ${text} is a number of pixels that nobody could see. */
static bool
is_tiny(const char *text)
{

	return text != NULL && isdigit((unsigned char)*text) && strchr(text, '%') == NULL &&
	    strtoul(text, NULL, 10) <= PICTURE_TINY;
}

/* As is_tiny, of a length in an inline style, in pixels. */
static bool
is_tiny_length(const char *text)
{
	char *end;

	if (text == NULL || !isdigit((unsigned char)*text) ||
	    strtoul(text, &end, 10) > PICTURE_TINY)
		return false;
	end += strncasecmp(end, "px", 2) == 0 ? 2 : 0;
	return end[strspn(end, " \t\r\n")] == '\0' || strchr(";! ", *end) != NULL;
}

/* Frames are set so as well, and then widened; an image is not. */
static bool
is_styled_pixel(const xmlNode *node)
{

	return (is_tiny_length(dom_style(node, "width")) ||
	    is_tiny_length(dom_style(node, "height"))) &&
	    dom_style(node, "min-width") == NULL && dom_style(node, "min-height") == NULL &&
	    dom_style(node, "padding") == NULL;
}

static bool
is_pixel(const xmlNode *node)
{

	return is_tiny(dom_attribute(node, "width")) || is_tiny(dom_attribute(node, "height"));
}

/* Tell whether a URL is what stands in src until a script loads the image. */
static bool
is_placeholder(const char *url)
{
	static const char *const words[] = { "placeholder", "spacer.", "blank.", "transparent.",
		"pixel.", "lazyload", "loading.", "/1x1", "grey.gif", "gray.gif" };

	if (url == NULL || url[strspn(url, " \t\r\n")] == '\0' ||
	    strncasecmp(url, "data:", 5) == 0 || strncasecmp(url, "about:", 6) == 0)
		return true;
	/* A script would put a width in. */
	if (strchr(url, '{') != NULL)
		return true;
	return dom_has_part(url, words, sizeof(words) / sizeof(words[0]));
}

/*
 * The best entry of a srcset (HTML, 4.8.4.2.1): the widest that is no wider than
 * WIDTH_BEST, else the narrowest.  URLs may hold commas: an entry ends at a
 * comma that white space or the end follows.
 */
static char *
best_of_set(const char *set)
{
	const char *url, *best = NULL;
	size_t len, best_len = 0;
	double size, best_size = 0;

	while (*(set += strspn(set, " \t\r\n,")) != '\0') {
		url = set;
		len = strcspn(url, " \t\r\n");
		set += len;
		size = 1;
		if (url[len - 1] == ',') {
			len--;
		} else {
			set += strspn(set, " \t\r\n");
			size = strtod(set, NULL);
			/* "2x" is twice an unstated width; take it for a thousand. */
			if (set[strcspn(set, "xw,")] == 'x')
				size *= 500;
			set += strcspn(set, ",");
		}
		if (best == NULL || (size <= WIDTH_BEST ?
		    size > best_size || best_size > WIDTH_BEST :
		    size < best_size)) {
			best = url;
			best_len = len;
			best_size = size;
		}
	}
	return best == NULL ? NULL : strndup(best, best_len);
}

/* Tell whether a value of some data- attribute is the URL of an image. */
static bool
names_image(const char *value)
{
	static const char *const endings[] = { ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif" };
	size_t len = strcspn(value, "?#"), i, tail;

	if (len == 0 || strpbrk(value, " \t\r\n{}<>\"") != NULL)
		return false;
	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		tail = strlen(endings[i]);
		if (len > tail && strncasecmp(value + len - tail, endings[i], tail) == 0)
			return true;
	}
	return false;
}

/* Tell whether an attribute called ${name} has what stands for the image until it is there. */
static bool
is_lesser(const char *name)
{
	static const char *const words[] = { "thumb", "lowsrc", "low-", "lowres", "lqip", "small",
		"tiny", "preview", "placeholder", "blank", "fallback", "icon", "avatar" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(name, words[i]) != NULL)
			return true;
	return false;
}

/* Find the lazy source: first by the names in use, then by what looks like one. */
static const char *
lazy_source(const xmlNode *node)
{
	static const char *const names[] = { "data-src", "data-original", "data-lazy-src",
		"data-lazy", "data-image", "data-full", "data-url" };
	const xmlAttr *attribute;
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((value = dom_attribute(node, names[i])) != NULL && !is_placeholder(value))
			return value;
	for (attribute = node->properties; attribute != NULL; attribute = attribute->next) {
		if (strncmp((const char *)attribute->name, "data-", 5) != 0 ||
		    is_lesser((const char *)attribute->name) ||
		    attribute->children == NULL || attribute->children->content == NULL)
			continue;
		value = (const char *)attribute->children->content;
		if (names_image(value) && !is_placeholder(value))
			return value;
	}
	return NULL;
}

/* Find a source of one element; the caller frees it. */
static char *
source_of(const xmlNode *node)
{
	static const char *const sets[] = { "srcset", "data-srcset", "data-lazy-srcset" };
	const char *value;
	char *found;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if ((value = dom_attribute(node, sets[i])) == NULL)
			continue;
		if ((found = best_of_set(value)) != NULL && !is_placeholder(found))
			return found;
		free(found);
	}
	if ((value = lazy_source(node)) != NULL)
		return strdup(value);
	value = dom_attribute(node, "src");
	return is_placeholder(value) ? NULL : strdup(value);
}

/* The first element called ${name} below ${root}. */
static const xmlNode *
below(const xmlNode *root, const char *name)
{
	const xmlNode *node;

	for (node = root->children; node != NULL; node = node->next)
		if (dom_is(node, name))
			return node;
	return NULL;
}

static char *
image_source(const xmlNode *node)
{
	const xmlNode *child;
	char *source = source_of(node);

	if (source != NULL || !dom_is(node, "picture"))
		return source;
	if ((child = below(node, "img")) != NULL && (source = source_of(child)) != NULL)
		return source;
	for (child = node->children; child != NULL && source == NULL; child = child->next)
		if (dom_is(child, "source"))
			source = source_of(child);
	return source;
}

static int
fill(struct media *media, const char *base, char *source, const char *text)
{
	int err;

	memset(media, 0, sizeof(*media));
	if (source == NULL)
		return RS_ENOTFOUND;
	err = url_resolve(base, source, &media->source);
	free(source);
	if (err != 0)
		return err == RS_EINVAL ? RS_ENOTFOUND : err;
	if (strncmp(media->source, "mailto:", 7) == 0) {
		media_release(media);
		return RS_ENOTFOUND;
	}
	if (text != NULL && text[0] != '\0' && (media->text = strdup(text)) == NULL) {
		media_release(media);
		return RS_ENOMEM;
	}
	return 0;
}

int
media_image(const xmlNode *node, const char *base, struct media *media)
{
	const xmlNode *shown = node;
	int err;

	if (dom_is(node, "picture") && (shown = below(node, "img")) == NULL)
		shown = node;
	if (is_pixel(shown) || is_styled_pixel(shown))
		return RS_ENOTFOUND;
	err = fill(media, base, image_source(node), dom_attribute(shown, "alt"));
	if (err != 0)
		return err;
	media->width = pixels(dom_attribute(shown, "width"));
	media->height = pixels(dom_attribute(shown, "height"));
	return 0;
}

/* Where a player of HTML's own, or of AMP's in its place, has what it plays; or NULL. */
static const char *
embed_source(const xmlNode *node)
{
	const char *value = dom_attribute(node, dom_is(node, "object") ? "data" : "src");
	const xmlNode *child;

	if (is_placeholder(value))
		value = dom_attribute(node, "data-src");
	if (value == NULL && (child = below(node, "source")) != NULL)
		value = dom_attribute(child, "src");
	return value == NULL || value[0] == '\0' ? NULL : value;
}

int
media_embed(const xmlNode *node, const char *base, struct media *media)
{
	const char *address = player_address(node), *title = dom_attribute(node, "title");
	char *text = NULL;
	int err;

	if (is_pixel(node))
		return RS_ENOTFOUND;
	if (address != NULL)
		text = player_text(node);
	else
		address = embed_source(node);
	if (title == NULL)
		title = dom_attribute(node, "aria-label");
	err = fill(media, base, address == NULL ? NULL : strdup(address),
	    text != NULL ? text : title);
	free(text);
	return err;
}

void
media_release(struct media *media)
{

	free(media->source);
	free(media->text);
	media->source = media->text = NULL;
}
