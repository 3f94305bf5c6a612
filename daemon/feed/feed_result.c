#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/feed/feed_result.h"
#include "daemon/page/date.h"
#include "daemon/page/dom.h"
#include "daemon/page/url.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

int
feed_result_new(Readsync__JobResult **ret_result)
{
	Readsync__JobResult *result = malloc(sizeof(*result));

	if (result == NULL)
		return RS_ENOMEM;
	readsync__job_result__init(result);
	*ret_result = result;
	return RS_OK;
}

/* Make room in ${list}, of ${count} pointers, for one more: it doubles. */
static int
grow(void *list_field, size_t count)
{
	void **list = *(void ***)list_field;

	if (count != 0 && (count & (count - 1)) != 0)
		return RS_OK;
	list = realloc(list, (count == 0 ? 1 : count * 2) * sizeof(*list));
	if (list == NULL)
		return RS_ENOMEM;
	*(void ***)list_field = list;
	return RS_OK;
}

int
feed_result_add(Readsync__JobResult *result, Readsync__FeedEntry **ret_entry)
{
	Readsync__FeedEntry *entry;

	if (result->n_entries >= FEED_ENTRIES_MAX)
		return RS_ELIMIT;
	if (grow(&result->entries, result->n_entries) != RS_OK)
		return RS_ENOMEM;
	entry = malloc(sizeof(*entry));
	if (entry == NULL)
		return RS_ENOMEM;
	readsync__feed_entry__init(entry);
	result->entries[result->n_entries++] = entry;
	*ret_entry = entry;
	return RS_OK;
}

/* Replace a text field, whose unset value is a constant of protobuf-c. */
static void
replace_text(char **field, char *text)
{
	if (*field != protobuf_c_empty_string)
		free(*field);
	*field = text;
}

/* Set ${field} to a copy of ${text} without the white space around it. */
static int
set_trimmed(char **field, const char *text)
{
	size_t len;
	char *copy;

	text += strspn(text, " \t\r\n\f");
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	copy = strndup(text, len);
	if (copy == NULL)
		return RS_ENOMEM;
	replace_text(field, copy);
	return RS_OK;
}

int
feed_result_id(Readsync__FeedEntry *entry, const char *text, const char *base)
{
	char *url;
	int err;

	text += strspn(text, " \t\r\n\f");
	if (*text == '\0' || strlen(text) > FEED_ID_MAX)
		return RS_OK;
	if (*text != '/')
		return set_trimmed(&entry->id, text);
	if ((err = url_resolve(base, text, &url)) == RS_OK)
		replace_text(&entry->id, url);
	return err == RS_EINVAL ? set_trimmed(&entry->id, text) : err;
}

int
feed_result_link(Readsync__FeedEntry *entry, const char *text, const char *base)
{
	char *url;
	int err;

	if (text[strspn(text, " \t\r\n\f")] == '\0')
		return RS_OK;
	if ((err = url_resolve(base, text, &url)) != RS_OK)
		return err == RS_EINVAL ? RS_OK : err;
	if (strncmp(url, "http", 4) == 0)
		replace_text(&entry->link, url);
	else
		free(url);
	return RS_OK;
}

/* Tell whether ${text} has a tag or a named or numbered reference in it. */
static bool
has_markup(const char *text)
{
	size_t len;

	for (text = strpbrk(text, "<&"); text != NULL; text = strpbrk(text + 1, "<&")) {
		if (text[0] == '<' && (isalpha((unsigned char)text[1]) ||
		    (strchr("/!", text[1]) != NULL && text[1] != '\0')))
			return true;
		len = strcspn(text, "; ");
		if (text[0] == '&' && len > 2 && len < 12 && text[len] == ';')
			return true;
	}
	return false;
}

/* Append what the fragment of HTML ${text} shows. */
static int
append_shown(const char *text, struct buffer *shown)
{
	xmlDoc *document;
	int err;

	err = dom_parse(bytes_of_text(text), false, &document);
	if (err == RS_ENOTPAGE)
		return RS_OK;
	if (err != RS_OK)
		return err;
	err = dom_append_text(xmlDocGetRootElement(document), shown);
	xmlFreeDoc(document);
	return err;
}

/* Fold white space in place and cut to ${max} bytes, between characters. */
static void
fold(char *text, size_t max)
{
	char *from = text, *to = text;

	while (*from != '\0' && (size_t)(to - text) < max) {
		if (!isspace((unsigned char)*from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
		from++;
	}
	/* A character that the cut would split goes as a whole. */
	if (((unsigned char)*from & 0xc0) == 0x80) {
		while (to > text && ((unsigned char)to[-1] & 0xc0) == 0x80)
			to--;
		if (to > text)
			to--;
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

int
feed_result_title(char **field, const char *text, bool markup)
{
	struct buffer shown;
	char *copy;
	int err = RS_OK;

	/* White space is folded, so a title may be far longer before that. */
	buffer_init(&shown, 64 * (size_t)FEED_TITLE_MAX);
	if (markup && has_markup(text)) {
		err = append_shown(text, &shown);
		text = buffer_text(&shown);
	}
	if (err != RS_OK && err != RS_ELIMIT)
		goto out;
	if ((copy = strdup(text)) == NULL) {
		err = RS_ENOMEM;
		goto out;
	}
	fold(copy, FEED_TITLE_MAX);
	replace_text(field, copy);
	err = RS_OK;
out:
	buffer_release(&shown);
	return err;
}

int
feed_result_tag(Readsync__FeedEntry *entry, const char *text)
{
	char *tag = NULL;
	size_t i;
	int err;

	if (entry->n_tags >= FEED_TAGS_MAX || strlen(text) > FEED_TAG_MAX)
		return RS_OK;
	if ((err = set_trimmed(&tag, text)) != RS_OK)
		return err;
	fold(tag, FEED_TAG_MAX);
	for (i = 0; i < entry->n_tags && strcmp(entry->tags[i], tag) != 0; i++)
		continue;
	if (*tag == '\0' || i < entry->n_tags) {
		free(tag);
		return RS_OK;
	}
	if (grow(&entry->tags, entry->n_tags) != RS_OK) {
		free(tag);
		return RS_ENOMEM;
	}
	entry->tags[entry->n_tags++] = tag;
	return RS_OK;
}

bool
feed_result_date(const char *text, int64_t *field)
{
	struct date date;

	if (*field == 0 && text != NULL && date_parse(text, &date) == RS_OK)
		*field = date_ms(&date);
	return *field != 0;
}

int
feed_result_finish(Readsync__FeedEntry *entry)
{
	if (entry->id[0] != '\0')
		return RS_OK;
	return set_trimmed(&entry->id, entry->link);
}
