#include <stdlib.h>
#include <string.h>

#include "daemon/page/page.h"
#include "daemon/page/shown.h"

/* Words of a text that stays where it is. */
struct word_list {
	struct bytes *words;
	size_t count;
};

static int
compare_words(const void *a, const void *b)
{
	const struct bytes *one = a, *other = b;
	size_t len = one->len < other->len ? one->len : other->len;
	int order = len == 0 ? 0 : memcmp(one->data, other->data, len);

	return order != 0 ? order : (one->len > other->len) - (one->len < other->len);
}

/* Add the words of ${text}, for which there is room. */
static void
split(const char *text, struct word_list *list)
{
	size_t len;

	for (text += strspn(text, " \t\r\n"); *text != '\0'; text += strspn(text, " \t\r\n")) {
		len = strcspn(text, " \t\r\n");
		list->words[list->count++] = bytes_of(text, len);
		text += len;
	}
}

/* Split the ${count} ${texts} into sorted words, which the caller frees. */
static int
list_words(const char *const *texts, size_t count, struct word_list *list)
{
	size_t room = 1, i;

	for (i = 0; i < count; i++)
		room += strlen(texts[i]) / 2 + 1;
	list->count = 0;
	list->words = malloc(room * sizeof(*list->words));
	if (list->words == NULL)
		return RS_ENOMEM;
	for (i = 0; i < count; i++)
		split(texts[i], list);
	qsort(list->words, list->count, sizeof(*list->words), compare_words);
	return RS_OK;
}

/* Tell whether each of ${after} is one of ${before}, as often, or of ${added}. */
static bool
within(const struct word_list *after, const struct word_list *before,
    const struct word_list *added)
{
	size_t at = 0, i;

	for (i = 0; i < after->count; i++) {
		const struct bytes *word = &after->words[i];

		while (at < before->count && compare_words(&before->words[at], word) < 0)
			at++;
		if (at < before->count && compare_words(&before->words[at], word) == 0)
			at++;
		else if (bsearch(word, added->words, added->count, sizeof(*word),
		    compare_words) == NULL)
			return false;
	}
	return true;
}

int
shown_within(const char *after, const char *before, char *const *added,
    size_t added_count, bool *ret_within)
{
	struct word_list lists[3] = { { .count = 0 } };
	int err;

	err = list_words(&after, 1, &lists[0]);
	if (err == RS_OK)
		err = list_words(&before, 1, &lists[1]);
	if (err == RS_OK)
		err = list_words((const char *const *)added, added_count, &lists[2]);
	if (err == RS_OK)
		*ret_within = within(&lists[0], &lists[1], &lists[2]);
	for (size_t i = 0; i < 3; i++)
		free(lists[i].words);
	return err;
}

static int
append_text(struct buffer *out, const xmlChar *text)
{
	int err = text == NULL ? RS_OK : buffer_append_text(out, (const char *)text);

	return err == RS_OK ? buffer_append_byte(out, ' ') : err;
}

/* What stands beside the text: the <title>, and the values of all attributes. */
static int
append_marks(const xmlDoc *document, struct buffer *out)
{
	xmlNode *root = xmlDocGetRootElement(document), *node;
	const xmlAttr *attribute;
	xmlChar *title;
	int err = RS_OK;

	for (node = root; node != NULL && err == RS_OK; node = dom_next(node, root)) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		/* All that is inside, as it is read: one that is never closed holds the page. */
		if (dom_is(node, "title")) {
			title = xmlNodeGetContent(node);
			err = append_text(out, title);
			xmlFree(title);
		}
		for (attribute = node->properties; attribute != NULL && err == RS_OK;
		    attribute = attribute->next)
			if (attribute->children != NULL)
				err = append_text(out, attribute->children->content);
	}
	return err;
}

int
shown_append(const xmlDoc *document, bool marks, struct buffer *out)
{
	int err = dom_append_text(xmlDocGetRootElement(document), out);

	if (err == RS_OK && marks)
		err = buffer_append_byte(out, ' ');
	return err == RS_OK && marks ? append_marks(document, out) : err;
}

int
shown_holds(const xmlDoc *document, const char *text, bool *ret_holds)
{
	struct buffer all;
	int err;

	buffer_init(&all, 2 * PAGE_MAX);
	err = shown_append(document, true, &all);
	*ret_holds = err == RS_OK && strstr(buffer_text(&all), text) != NULL;
	if (err == RS_OK && !*ret_holds)
		err = shown_within(text, buffer_text(&all), NULL, 0, ret_holds);
	buffer_release(&all);
	return err;
}
