#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/css_image.h"

static const char data_url[] = "data:image/";

static bool
is_name_byte(uint8_t byte)
{
	return isalnum(byte) || byte == '-' || byte == '_' || byte >= 0x80;
}

/* The variable that is set by what follows ${at}: "--name:" before it; empty for none. */
static struct bytes
name_before(struct bytes page, size_t at)
{
	size_t end;

	while (at > 0 && isspace(page.data[at - 1]))
		at--;
	if (at == 0 || page.data[--at] != ':')
		return bytes_of(NULL, 0);
	while (at > 0 && isspace(page.data[at - 1]))
		at--;
	for (end = at; at > 0 && is_name_byte(page.data[at - 1]);)
		at--;
	return end - at > 2 && memcmp(page.data + at, "--", 2) == 0 ?
	    bytes_of(page.data + at, end - at) : bytes_of(NULL, 0);
}

/*
 * The address that begins at ${at}, in quotes or without; empty where it is no image.  False where
 * it has no end.
 */
static bool
url_at(struct bytes page, size_t at, struct bytes *ret_url)
{
	size_t len = sizeof(data_url) - 1;
	uint8_t close = ')';
	const uint8_t *end;

	*ret_url = bytes_of(NULL, 0);
	while (at < page.len && isspace(page.data[at]))
		at++;
	if (at < page.len && (page.data[at] == '"' || page.data[at] == '\''))
		close = page.data[at++];
	if (page.len - at < len || strncasecmp((const char *)page.data + at, data_url, len) != 0)
		return true;
	if ((end = memchr(page.data + at, close, page.len - at)) == NULL)
		return false;
	*ret_url = bytes_of(page.data + at, (size_t)(end - page.data) - at);
	return true;
}

/* Note the variables of the page that are images. */
static void
read_page(struct css_images *images)
{
	struct bytes page = images->page;
	size_t at = 0;

	images->read = true;
	while (at < page.len && images->count < CSS_IMAGE_COUNT_MAX) {
		const uint8_t *found = memmem(page.data + at, page.len - at, "url(", 4);
		struct bytes name, url;

		if (found == NULL)
			return;
		at = (size_t)(found - page.data);
		name = name_before(page, at);
		at += 4;
		if (name.len == 0)
			continue;
		if (!url_at(page, at, &url))
			return;
		if (url.len == 0)
			continue;
		images->variables[images->count++] =
		    (struct css_image){ .name = name, .url = url };
		at = (size_t)(url.data - page.data) + url.len;
	}
}

struct css_image *
css_image_find(struct css_images *images, const char *style)
{
	const char *at = strstr(style, "background-image:");
	size_t len = 0;

	if (at == NULL)
		return NULL;
	at += strlen("background-image:");
	at += strspn(at, " ");
	if (strncmp(at, "var(", 4) != 0)
		return NULL;
	at += 4;
	at += strspn(at, " ");
	while (is_name_byte((uint8_t)at[len]))
		len++;
	if (!images->read)
		read_page(images);
	for (size_t i = 0; i < images->count; i++)
		if (bytes_equal(images->variables[i].name, bytes_of(at, len)))
			return &images->variables[i];
	return NULL;
}

void
css_image_release(struct css_images *images)
{

	for (size_t i = 0; i < images->count; i++)
		free(images->variables[i].source);
}
