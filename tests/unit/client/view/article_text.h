/*
 * Articles as text, for tests of what shows them.  One line each:
 *
 *	title|author|site|copy VALUE
 *	published MILLISECONDS
 *	DEPTH KIND [ATTRIBUTE ...] | TEXT
 *
 * KIND is that of Readsync__Block in lower case; an attribute is level=N, start=N,
 * ordered, header, source=URL or name=TEXT.  TEXT ends with the line; in it
 * "[KIND HREF|...]" marks what it encloses (KIND link, strong, emphasis, code,
 * strike, break; HREF for a link only).  Everywhere "\n", "\t", "\[", "\]", "\\" and
 * "\xHH" (a byte) are escapes.  Lines that are empty or begin with # are passed over.
 */
#ifndef TESTS_ARTICLE_TEXT_H
#define TESTS_ARTICLE_TEXT_H

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/record/article.h"
#include "readsync.pb-c.h"

/* An article under construction, its copy beside it. */
struct article_text {
	Readsync__Article *article;
	Readsync__Copy copy;
};

static inline void *
article_text_new(size_t size)
{
	void *data = calloc(1, size);

	assert_non_null(data);
	return data;
}

static inline char
article_text_escape(const char **at)
{
	unsigned value;

	switch (*(*at)++) {
	case 'n': return '\n';
	case 't': return '\t';
	case 'x':
		assert_int_equal(sscanf(*at, "%2x", &value), 1);
		*at += 2;
		return (char)value;
	default: return (*at)[-1];
	}
}

/* A copy of ${len} bytes, escapes read. */
static inline char *
article_text_dup(const char *text, size_t len)
{
	const char *end = text + len;
	char *copy = article_text_new(len + 1), *to = copy;

	while (text < end) {
		if (*text == '\\') {
			text++;
			*to++ = article_text_escape(&text);
		} else {
			*to++ = *text++;
		}
	}
	return copy;
}

static inline int
article_text_value(const ProtobufCEnumDescriptor *names, const char *name, size_t len)
{
	char upper[32];
	size_t i;

	assert_true(len < sizeof(upper));
	for (i = 0; i < len; i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	upper[len] = '\0';
	for (i = 0; i < names->n_value_names; i++) {
		const char *known = names->values_by_name[i].name;
		const char *tail = strrchr(known, '_');

		if (strcmp(known, upper) == 0 || (tail != NULL && strcmp(tail + 1, upper) == 0))
			return names->values[names->values_by_name[i].index].value;
	}
	fail_msg("%s is none of %s", upper, names->name);
	return 0;
}

static inline Readsync__Mark *
article_text_open_mark(Readsync__Block *block, const char **at, size_t start)
{
	Readsync__Mark *mark = article_text_new(sizeof(*mark));
	size_t len = strcspn(*at, " |");

	readsync__mark__init(mark);
	mark->kind = (Readsync__Mark__Kind)article_text_value(&readsync__mark__kind__descriptor,
	    *at, len);
	mark->start = (uint32_t)start;
	*at += len;
	if (**at == ' ') {
		len = strcspn(++*at, "|");
		mark->href = article_text_dup(*at, len);
		*at += len;
	}
	assert_int_equal(**at, '|');
	++*at;
	block->marks = realloc(block->marks, (block->n_marks + 1) * sizeof(*block->marks));
	assert_non_null(block->marks);
	block->marks[block->n_marks++] = mark;
	return mark;
}

/* Read marked text up to the end of its line. */
static inline void
article_text_marked(Readsync__Block *block, const char *at)
{
	Readsync__Mark *open[16];
	size_t depth = 0, len = 0;
	char *text = article_text_new(strlen(at) + 1);

	while (*at != '\0') {
		if (*at == '[') {
			at++;
			assert_true(depth < 16);
			open[depth++] = article_text_open_mark(block, &at, len);
		} else if (*at == ']') {
			at++;
			assert_true(depth > 0);
			open[depth - 1]->length = (uint32_t)len - open[depth - 1]->start;
			depth--;
		} else if (*at == '\\') {
			at++;
			text[len++] = article_text_escape(&at);
		} else {
			text[len++] = *at++;
		}
	}
	assert_int_equal(depth, 0);
	block->text = text;
}

static inline void
article_text_attribute(Readsync__Block *block, const char *word)
{
	const char *value = strchr(word, '=');

	value = value == NULL ? "" : value + 1;
	if (strcmp(word, "ordered") == 0)
		block->ordered = true;
	else if (strcmp(word, "header") == 0)
		block->header = true;
	else if (strncmp(word, "level=", 6) == 0)
		block->level = (uint32_t)atoi(value);
	else if (strncmp(word, "start=", 6) == 0)
		block->start = (uint32_t)atoi(value);
	else if (strncmp(word, "source=", 7) == 0)
		block->source = article_text_dup(value, strlen(value));
	else if (strncmp(word, "name=", 5) == 0)
		block->name = article_text_dup(value, strlen(value));
	else
		fail_msg("unknown attribute %s", word);
}

static inline void
article_text_block(Readsync__Article *article, char *line)
{
	Readsync__Block *block = article_text_new(sizeof(*block));
	char *text = strstr(line, " | "), *word, *rest;

	readsync__block__init(block);
	if (text != NULL) {
		*text = '\0';
		article_text_marked(block, text + 3);
	}
	block->depth = (uint32_t)strtoul(line, &rest, 10);
	word = strtok_r(rest, " ", &rest);
	assert_non_null(word);
	block->kind = (Readsync__Block__Kind)article_text_value(&readsync__block__kind__descriptor,
	    word, strlen(word));
	while ((word = strtok_r(NULL, " ", &rest)) != NULL)
		article_text_attribute(block, word);
	article->blocks = realloc(article->blocks,
	    (article->n_blocks + 1) * sizeof(*article->blocks));
	assert_non_null(article->blocks);
	article->blocks[article->n_blocks++] = block;
}

static inline void
article_text_line(struct article_text *text, char *line)
{
	Readsync__Article *article = text->article;
	char *value = line + strcspn(line, " ");

	value += *value == ' ';
	if (line[0] == '\0' || line[0] == '#') {
		return;
	} else if (isdigit((unsigned char)line[0])) {
		article_text_block(article, line);
	} else if (strncmp(line, "title ", 6) == 0) {
		article->title = article_text_dup(value, strlen(value));
	} else if (strncmp(line, "site ", 5) == 0) {
		article->site_name = article_text_dup(value, strlen(value));
	} else if (strncmp(line, "published ", 10) == 0) {
		article->published_ms = strtoll(value, NULL, 10);
	} else if (strncmp(line, "copy ", 5) == 0) {
		text->copy = (Readsync__Copy)article_text_value(&readsync__copy__descriptor, value,
		    strlen(value));
	} else if (strncmp(line, "author ", 7) == 0) {
		article->authors = realloc(article->authors,
		    (article->n_authors + 1) * sizeof(char *));
		assert_non_null(article->authors);
		article->authors[article->n_authors++] = article_text_dup(value, strlen(value));
	} else {
		fail_msg("unknown line: %s", line);
	}
}

/* Read the article in the file ${path}; freed with article_text_free. */
static inline struct article_text
article_text_read(const char *path)
{
	struct article_text text = { article_text_new(sizeof(*text.article)),
	    READSYNC__COPY__COPY_FULL };
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	readsync__article__init(text.article);
	while ((len = getline(&line, &room, file)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		article_text_line(&text, line);
	}
	free(line);
	fclose(file);
	return text;
}

static inline void
article_text_free(struct article_text *text)
{
	readsync__article__free_unpacked(text->article, NULL);
}

#endif
