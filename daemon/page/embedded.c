#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/css_image.h"
#include "daemon/page/dom.h"
#include "daemon/page/embedded.h"
#include "daemon/page/picture.h"
#include "daemon/page/url.h"
#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/base/hash.h"

enum {
	NAME_BYTES = 16		/* of an image's hash */
};

/* ------------------------------------------------------------------- data: URLs */

static int
value_of_digit(char digit)
{

	if (isdigit((unsigned char)digit))
		return digit - '0';
	return isxdigit((unsigned char)digit) ? tolower((unsigned char)digit) - 'a' + 10 : -1;
}

/* The byte at ${text}, which percent-encoding may spell; ${text} goes behind it. */
static uint8_t
next_byte(const char **text)
{
	const char *at = *text;
	int high = at[0] == '%' ? value_of_digit(at[1]) : -1;
	int low = high < 0 ? -1 : value_of_digit(at[2]);

	*text += low < 0 ? 1 : 3;
	return low < 0 ? (uint8_t)at[0] : (uint8_t)(high << 4 | low);
}

/* Append what ${text}, which is base64 or plain, says.  It makes no more bytes than it has. */
static int
decode(const char *text, bool base64, struct buffer *out)
{
	uint8_t *room;
	size_t len = 0;
	int err;

	if ((err = buffer_reserve(out, strlen(text) + 1, &room)) != 0)
		return err;
	while (*text != '\0')
		room[len++] = next_byte(&text);
	buffer_commit(out, base64 ? encode_base64_read_loose(room, len) : len);
	return 0;
}

/* Append the bytes of the image in ${url}; nothing where it is no data: URL of one. */
static int
append_content(const char *url, struct buffer *out)
{
	const char *comma;
	size_t len;

	url += strspn(url, " \t\r\n");
	if (strncasecmp(url, "data:image/", 11) != 0 || (comma = strchr(url, ',')) == NULL)
		return 0;
	for (len = (size_t)(comma - url); len > 0 && isspace((unsigned char)url[len - 1]); len--)
		continue;
	return decode(comma + 1, len > 7 && strncasecmp(url + len - 7, ";base64", 7) == 0, out);
}

/* ------------------------------------------------------------------ one image */

/* Tell whether ${image} is no picture, but stands in for one, or is a sign. */
static bool
is_small(const Readsync__Image *image, size_t len)
{

	if (image->kind == READSYNC__IMAGE__KIND__SVG)
		return len < EMBEDDED_DRAWING_MIN;
	return image->kind == READSYNC__IMAGE__KIND__PIXEL ||
	    (image->width <= EMBEDDED_SMALL && image->height <= EMBEDDED_SMALL);
}

static void
free_image(Readsync__PageImage *image)
{

	readsync__page_image__free_unpacked(image, NULL);
}

/* Make an image called ${source}, which is taken over.  NULL when memory is exhausted. */
static Readsync__PageImage *
new_image(const Readsync__Image *told, char *source)
{
	Readsync__PageImage *image = malloc(sizeof(*image));

	if (image == NULL) {
		free(source);
		return NULL;
	}
	readsync__page_image__init(image);
	image->source = source;
	if ((image->image = malloc(sizeof(*image->image))) == NULL) {
		free_image(image);
		return NULL;
	}
	*image->image = *told;
	return image;
}

/* Set ${ret_name} to the address of the image ${content} of the page at ${url}. */
static int
name_of(struct bytes content, const char *url, char **ret_name)
{
	char fragment[sizeof("#image-") + 2 * NAME_BYTES] = "#image-";
	uint8_t hash[HASH_CONTENT_LEN];

	hash_content(content, hash);
	encode_hex(bytes_of(hash, NAME_BYTES), fragment + strlen(fragment));
	return url_resolve(url, fragment, ret_name);
}

static bool
is_held(const struct embedded *embedded, const char *source)
{

	for (size_t i = 0; i < embedded->count; i++)
		if (strcmp(embedded->images[i]->source, source) == 0)
			return true;
	return false;
}

/* What speaks against holding ${len} bytes more, or NULL. */
static const char *
problem_of_size(const struct embedded *embedded, size_t len)
{
	size_t max = embedded->images_max < EMBEDDED_BYTES_MAX ? embedded->images_max :
	    EMBEDDED_BYTES_MAX;

	if (len > embedded->image_max)
		return "it is larger than max_image allows";
	return embedded->total + len > max ?
	    "the article's images are larger than max_images allows" : NULL;
}

/* Hold ${content}, of which ${told} is known and ${problem}, or NULL; ${source} is taken over. */
static int
hold(struct embedded *embedded, const Readsync__Image *told, const char *problem,
    struct bytes content, char *source)
{
	static const Readsync__Image nothing = READSYNC__IMAGE__INIT;
	Readsync__PageImage *image = new_image(problem == NULL ? told : &nothing, source);
	bool whole = false;

	if (image == NULL)
		return RS_ENOMEM;
	if (problem != NULL) {
		image->image->problem = strdup(problem);
		whole = image->image->problem != NULL;
	} else if ((image->content.data = malloc(content.len)) != NULL) {
		memcpy(image->content.data, content.data, content.len);
		image->content.len = content.len;
		embedded->total += content.len;
		whole = true;
	}
	if (!whole) {
		image->image->problem = (char *)protobuf_c_empty_string;
		free_image(image);
		return RS_ENOMEM;
	}
	embedded->images[embedded->count++] = image;
	return RS_OK;
}

/* Put ${source} in the place of all that ${node} says of where its image is. */
static int
set_source(xmlNode *node, const char *source)
{
	xmlAttr *attribute = node->properties, *next;

	for (; attribute != NULL; attribute = next) {
		next = attribute->next;
		if (strcmp((const char *)attribute->name, "srcset") == 0 ||
		    strncmp((const char *)attribute->name, "data-", 5) == 0)
			xmlRemoveProp(attribute);
	}
	return xmlSetProp(node, (const xmlChar *)"src", (const xmlChar *)source) == NULL ?
	    RS_ENOMEM : RS_OK;
}

/* Take ${content}, the image of ${node}, unless it is none to be kept; ${ret_taken} tells. */
static int
take_content(struct embedded *embedded, xmlNode *node, const char *url, struct bytes content,
    bool *ret_taken)
{
	Readsync__Image told = READSYNC__IMAGE__INIT;
	struct rs_err_detail detail = { "" };
	const char *problem;
	char *source;
	int err = picture_read(content, &told, &detail);

	if (err == RS_ENOMEM || (err == RS_OK && is_small(&told, content.len)))
		return err;
	problem = err != RS_OK ? detail.text : problem_of_size(embedded, content.len);
	if ((err = name_of(content, url, &source)) != RS_OK)
		return err == RS_EINVAL ? RS_OK : err;
	*ret_taken = true;
	err = set_source(node, source);
	if (err != RS_OK || is_held(embedded, source)) {
		free(source);
		return err;
	}
	return hold(embedded, &told, problem, content, source);
}

/* Take the image of ${node} that is in the data: URL ${value}. */
static int
take_value(struct embedded *embedded, xmlNode *node, const char *url, const char *value,
    bool *ret_taken)
{
	struct buffer content;
	int err;

	buffer_init(&content, strlen(value) + 1);
	err = append_content(value, &content);
	if (err == RS_OK && content.len > 0)
		err = take_content(embedded, node, url, buffer_bytes(&content), ret_taken);
	buffer_release(&content);
	return err;
}

/* Take the ${background} of ${node} for its image; only once, whoever else has it. */
static int
take_background(struct embedded *embedded, xmlNode *node, const char *url,
    struct css_image *background)
{
	bool taken = false;
	char *value;
	int err;

	if (background->done)
		return background->source == NULL ? RS_OK : set_source(node, background->source);
	background->done = true;
	value = strndup((const char *)background->url.data, background->url.len);
	if (value == NULL)
		return RS_ENOMEM;
	err = take_value(embedded, node, url, value, &taken);
	free(value);
	if (err == RS_OK && taken &&
	    (background->source = strdup(dom_attribute(node, "src"))) == NULL)
		err = RS_ENOMEM;
	return err;
}

/* Take the image of ${node}; where what it holds is none, its background. */
static int
take_image(struct embedded *embedded, xmlNode *node, const char *url, struct css_images *variables)
{
	const char *value = dom_attribute(node, "src"), *style = dom_attribute(node, "style");
	struct css_image *background;
	bool taken = false;
	int err = value == NULL ? RS_OK : take_value(embedded, node, url, value, &taken);

	if (err != RS_OK || taken || style == NULL ||
	    (background = css_image_find(variables, style)) == NULL)
		return err;
	return take_background(embedded, node, url, background);
}

/* ------------------------------------------------------------------ all of them */

int
embedded_take(struct embedded *embedded, xmlDoc *document, const char *url, struct bytes page)
{
	struct css_images variables = { .page = page };
	xmlNode *root = xmlDocGetRootElement(document), *node;
	int err = RS_OK;

	embedded->count = 0;
	embedded->images = calloc(EMBEDDED_COUNT_MAX, sizeof(*embedded->images));
	if (embedded->images == NULL)
		return RS_ENOMEM;
	for (node = root; node != NULL && err == RS_OK &&
	    embedded->count < EMBEDDED_COUNT_MAX; node = dom_next(node, root))
		if (dom_is(node, "img"))
			err = take_image(embedded, node, url, &variables);
	css_image_release(&variables);
	return err;
}

void
embedded_keep_shown(struct embedded *embedded, const Readsync__Article *article)
{
	size_t kept = 0;

	for (size_t i = 0; i < embedded->count; i++) {
		Readsync__PageImage *image = embedded->images[i];
		bool shown = false;

		for (size_t block = 0; block < article->n_blocks && !shown; block++)
			shown = article->blocks[block]->kind == READSYNC__BLOCK__KIND__IMAGE &&
			    strcmp(article->blocks[block]->source, image->source) == 0;
		if (shown)
			embedded->images[kept++] = image;
		else
			free_image(image);
	}
	embedded->count = kept;
}

void
embedded_release(struct embedded *embedded)
{

	for (size_t i = 0; i < embedded->count; i++)
		free_image(embedded->images[i]);
	free(embedded->images);
	embedded->images = NULL;
	embedded->count = 0;
}
