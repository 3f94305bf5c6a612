#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/view/annotation.h"
#include "client/view/cells.h"
#include "client/view/flow.h"
#include "proto/base/clock.h"
#include "proto/record/article.h"
#include "proto/record/article_text.h"
#include "proto/record/quote.h"
#include "proto/replica/highlight.h"
#include "proto/replica/note.h"

/* What is known of a byte of the article's text, so that one look tells. */
enum sign {
	SIGN_MARKED = 1,
	SIGN_END = 2			/* a passage ends before it */
};

/* What is being read. */
struct loading {
	struct annotation *annotation;
	const struct quote_text *text;	/* of the article; NULL for none */
	int err;
};

/* --------------------------------------------------------------------- loading */

/* Make room for one more of ${size} bytes, set to zero; returns it, or NULL. */
static void *
grow(void *list, size_t *count, size_t size)
{
	uint8_t **items = list;
	uint8_t *grown = realloc(*items, (*count + 1) * size);

	if (grown == NULL)
		return NULL;
	*items = grown;
	memset(grown + *count * size, 0, size);
	return grown + (*count)++ * size;
}

static bool
add_note(void *context, const struct note *from)
{
	struct loading *loading = context;
	struct annotation *annotation = loading->annotation;
	struct annotation_note *note = grow(&annotation->notes, &annotation->note_count,
	    sizeof(*note));

	if (note != NULL) {
		note->text = strdup(from->revision->text);
		note->device = strdup(from->device);
		note->at_ms = from->revision->at_ms;
		memcpy(note->id, from->id, sizeof(note->id));
	}
	if (note == NULL || note->text == NULL || note->device == NULL)
		loading->err = RS_ENOMEM;
	return loading->err == RS_OK;
}

static int
find_passage(const struct quote_text *text, const Readsync__Highlight *from,
    struct annotation_passage *passage)
{
	struct quote quote = { from->quote, from->prefix, from->suffix, from->start };
	struct quote_place place;
	size_t count;
	int err = quote_find(text, &quote, &place, &count);

	if (err == RS_OK) {
		passage->found = true;
		passage->start = place.start;
		passage->end = place.end;
	}
	return err == RS_ENOTFOUND ? RS_OK : err;
}

static bool
add_passage(void *context, const struct highlight *from)
{
	struct loading *loading = context;
	struct annotation *annotation = loading->annotation;
	struct annotation_passage *passage = grow(&annotation->passages,
	    &annotation->passage_count, sizeof(*passage));

	if (passage != NULL) {
		passage->quote = strdup(from->passage->quote);
		passage->comment = strdup(from->comment);
		passage->device = strdup(from->device);
		passage->at_ms = from->passage->at_ms;
		memcpy(passage->id, from->id, sizeof(passage->id));
	}
	if (passage == NULL || passage->quote == NULL || passage->comment == NULL ||
	    passage->device == NULL)
		loading->err = RS_ENOMEM;
	else if (loading->text != NULL)
		loading->err = find_passage(loading->text, from->passage, passage);
	return loading->err == RS_OK;
}

static int
sign_passages(struct annotation *annotation, size_t text_len)
{
	size_t i;

	annotation->signs = calloc(text_len + 1, 1);
	if (annotation->signs == NULL)
		return RS_ENOMEM;
	for (i = 0; i < annotation->passage_count; i++) {
		const struct annotation_passage *passage = &annotation->passages[i];

		if (!passage->found)
			continue;
		for (size_t at = passage->start; at < passage->end; at++)
			annotation->signs[at] |= SIGN_MARKED;
		annotation->signs[passage->end] |= SIGN_END;
	}
	return RS_OK;
}

/* Note where the text of each block begins in that of ${article}, and what is marked there. */
static int
place_passages(const Readsync__Article *article, struct annotation *annotation)
{
	size_t at = 0, i;

	annotation->offsets = malloc((article->n_blocks + 1) * sizeof(*annotation->offsets));
	if (annotation->offsets == NULL)
		return RS_ENOMEM;
	for (i = 0; i < article->n_blocks; i++) {
		if (!article_text_has(article->blocks[i])) {
			annotation->offsets[i] = SIZE_MAX;
			continue;
		}
		annotation->offsets[i] = at;
		at += strlen(article->blocks[i]->text) + 1;
	}
	return sign_passages(annotation, at);
}

static int
load_text(const Readsync__Article *article, struct quote_text **ret_text)
{
	struct buffer plain;
	int err;

	buffer_init(&plain, ARTICLE_TEXT_MAX + ARTICLE_BLOCKS_MAX);
	err = article_text(article, &plain);
	if (err == RS_OK)
		err = quote_text_new(buffer_bytes(&plain), ret_text);
	buffer_release(&plain);
	return err;
}

int
annotation_load(struct replica *replica, const uint8_t *item, const Readsync__Article *article,
    struct annotation *ret_annotation)
{
	struct annotation annotation = { .note_count = 0 };
	struct loading loading = { .annotation = &annotation };
	struct quote_text *text = NULL;
	int err = note_list(replica, item, add_note, &loading);

	if (err == RS_OK && loading.err == RS_OK && article != NULL)
		err = load_text(article, &text);
	loading.text = text;
	if (err == RS_OK && loading.err == RS_OK)
		err = highlight_list(replica, item, add_passage, &loading);
	if (err == RS_OK)
		err = loading.err;
	if (err == RS_OK && article != NULL && annotation.passage_count > 0)
		err = place_passages(article, &annotation);
	quote_text_free(text);
	if (err == RS_OK)
		*ret_annotation = annotation;
	else
		annotation_release(&annotation);
	return err;
}

void
annotation_release(struct annotation *annotation)
{
	size_t i;

	for (i = 0; i < annotation->note_count; i++) {
		free(annotation->notes[i].text);
		free(annotation->notes[i].device);
	}
	for (i = 0; i < annotation->passage_count; i++) {
		free(annotation->passages[i].quote);
		free(annotation->passages[i].comment);
		free(annotation->passages[i].device);
	}
	free(annotation->notes);
	free(annotation->passages);
	free(annotation->offsets);
	free(annotation->signs);
	memset(annotation, 0, sizeof(*annotation));
}

/* --------------------------------------------------------------------- showing */

/* Set ${ret_offset} to where the byte is in the article's text; false when it is not. */
static bool
find_offset(const struct annotation *annotation, size_t block, size_t at, size_t *ret_offset)
{
	if (annotation->offsets == NULL || annotation->offsets[block] == SIZE_MAX)
		return false;
	*ret_offset = annotation->offsets[block] + at;
	return true;
}

bool
annotation_at(const struct annotation *annotation, size_t block, size_t at)
{
	size_t offset;

	return find_offset(annotation, block, at, &offset) &&
	    (annotation->signs[offset] & SIGN_MARKED) != 0;
}

size_t
annotation_ends(const struct annotation *annotation, size_t block, size_t at, size_t after)
{
	size_t offset, i;

	if (!find_offset(annotation, block, at, &offset) ||
	    (annotation->signs[offset] & SIGN_END) == 0)
		return 0;
	for (i = after; i < annotation->passage_count; i++)
		if (annotation->passages[i].found && annotation->passages[i].end == offset)
			return i + 1;
	return 0;
}

void
annotation_number(size_t number, char text[ANNOTATION_NUMBER_SIZE])
{
	snprintf(text, ANNOTATION_NUMBER_SIZE, "[h%zu]", number);
}

const char *
annotation_device(const char *device)
{
	return device[0] == '\0' ? "unknown device" : device;
}

void
annotation_print_by(FILE *out, const char *device, int64_t at_ms)
{
	char time[21];

	clock_format(at_ms, time);
	cells_print(out, annotation_device(device), SIZE_MAX);
	fprintf(out, ", %s", time);
}

/* Hand the lines of ${text}, which stays as it is, to a function that writes one. */
static void
each_line(char *text, void (*put)(void *context, const char *line), void *context)
{
	char *end;

	for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		*end = '\0';
		put(context, text);
		*end = '\n';
	}
	put(context, text);
}

static void
put_plain(void *out, const char *line)
{
	cells_print(out, line, SIZE_MAX);
	fputc('\n', out);
}

void
annotation_print_note(FILE *out, const struct annotation_note *note)
{
	each_line(note->text, put_plain, out);
}

static void
put_wrapped(void *flow, const char *line)
{
	if (line[0] == '\0') {
		fputc('\n', ((struct flow *)flow)->out);
		return;
	}
	flow_begin(flow, "    ", "    ");
	flow_text(flow, line);
	flow_end(flow);
}

static void
put_heading(struct flow *flow, const char *text)
{
	fputc('\n', flow->out);
	flow_begin(flow, "", "");
	flow_set_style(flow, FLOW_STRONG);
	flow_text(flow, text);
	flow_end(flow);
}

/* Who wrote it matters where there are two. */
static void
put_notes(struct flow *flow, const struct annotation *annotation)
{
	size_t i;

	put_heading(flow, annotation->note_count == 1 ? "Note" :
	    "Note, in versions that were written apart (readsync note --join)");
	for (i = 0; i < annotation->note_count; i++) {
		const struct annotation_note *note = &annotation->notes[i];

		if (annotation->note_count > 1) {
			fputs(i == 0 ? "" : "\n", flow->out);
			annotation_print_by(flow->out, note->device, note->at_ms);
			fputs(":\n", flow->out);
		}
		each_line(note->text, put_wrapped, flow);
	}
}

static void
put_passage(struct flow *flow, const struct annotation_passage *passage, size_t number,
    bool has_article)
{
	char name[ANNOTATION_NUMBER_SIZE], first[ANNOTATION_NUMBER_SIZE + 2];

	annotation_number(number, name);
	snprintf(first, sizeof(first), "%s ", name);
	flow_begin(flow, first, "    ");
	flow_set_style(flow, FLOW_EMPHASIS);
	flow_text(flow, passage->quote);
	if (has_article && !passage->found) {
		flow_set_style(flow, FLOW_DIM);
		flow_text(flow, " (not in this copy)");
	}
	flow_end(flow);
	if (passage->comment[0] != '\0')
		each_line(passage->comment, put_wrapped, flow);
}

void
annotation_print(FILE *out, const struct annotation *annotation, size_t columns, bool colour)
{
	struct flow flow;

	flow_init(&flow, out, columns, colour);
	if (annotation->note_count > 0)
		put_notes(&flow, annotation);
	if (annotation->passage_count > 0)
		put_heading(&flow, "Highlights");
	flow_release(&flow);
	annotation_print_passages(out, annotation, true, columns, colour);
}

void
annotation_print_passages(FILE *out, const struct annotation *annotation, bool has_article,
    size_t columns, bool colour)
{
	struct flow flow;
	size_t i;

	flow_init(&flow, out, columns, colour);
	for (i = 0; i < annotation->passage_count; i++)
		put_passage(&flow, &annotation->passages[i], i + 1, has_article);
	flow_release(&flow);
}
