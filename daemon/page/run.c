#include <stdlib.h>
#include <string.h>

#include "daemon/page/run.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

void
run_init(struct run *run)
{

	memset(run, 0, sizeof(*run));
	buffer_init(&run->text, ARTICLE_TEXT_MAX);
}

static void
drop_marks(struct run *run, size_t from)
{

	while (run->count > from)
		free(run->marks[--run->count].href);
}

void
run_release(struct run *run)
{

	drop_marks(run, 0);
	free(run->marks);
	buffer_release(&run->text);
	run_init(run);
}

static struct run_mark *
open_mark(struct run *run, size_t level)
{

	if (level >= RUN_OPEN_MAX || run->open[level] == SIZE_MAX)
		return NULL;
	return &run->marks[run->open[level]];
}

/* Write the space that is due.  Marks that are still empty start behind it. */
static int
write_space(struct run *run)
{
	uint32_t before = (uint32_t)run->text.len;
	struct run_mark *mark;
	size_t i;
	int err;

	if (!run->space)
		return 0;
	run->space = false;
	if (run->text.len == 0 || run->glue || run->text.data[run->text.len - 1] == '\n')
		return 0;
	if ((err = buffer_append_byte(&run->text, ' ')) != 0)
		return err;
	for (i = 0; i < run->open_count; i++)
		if ((mark = open_mark(run, i)) != NULL && mark->start == before)
			mark->start++;
	return 0;
}

static bool
is_white(char byte)
{

	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
}

/*
 * How many bytes at ${text} are not to be seen: control characters, and in UTF-8
 * those of C1, the soft hyphen, the spaces and joiners of no width (not the
 * joiners that emoji and Indic scripts need), and the byte order mark.
 */
static size_t
invisible_len(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	if (at[0] < 0x20 || at[0] == 0x7f)
		return at[0] != '\0';
	if (at[0] == 0xc2 && ((at[1] >= 0x80 && at[1] <= 0x9f) || at[1] == 0xad))
		return 2;
	if (at[0] == 0xe2 && ((at[1] == 0x80 && at[2] == 0x8b) || (at[1] == 0x81 && at[2] == 0xa0)))
		return 3;
	return at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf ? 3 : 0;
}

/* How many bytes at ${text} can be copied as they are. */
static size_t
plain_len(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at > ' ' && *at != 0x7f && *at != 0xc2 && *at != 0xe2 && *at != 0xef)
		at++;
	return (size_t)((const char *)at - text);
}

int
run_text(struct run *run, const char *text)
{
	size_t len;
	int err;

	while (*text != '\0') {
		if (is_white(*text)) {
			run->space = true;
			text++;
			continue;
		}
		if ((len = invisible_len(text)) > 0) {
			text += len;
			continue;
		}
		/* A no-break space next to white space, or first, adds nothing. */
		if (memcmp(text, "\xc2\xa0", 2) == 0 && (run->space || run->text.len == 0)) {
			run->space = true;
			text += 2;
			continue;
		}
		if ((err = write_space(run)) != 0)
			return err;
		run->glue = false;
		/* A lead byte that plain_len stopped at goes alone; its tail is plain. */
		len = plain_len(text);
		len = len > 0 ? len : 1;
		if ((err = buffer_append(&run->text, text, len)) != 0)
			return err;
		text += len;
	}
	return 0;
}

bool
run_ends_in_break(const struct run *run)
{

	return run->text.len > 0 && run->text.data[run->text.len - 1] == '\n';
}

static int
add_mark(struct run *run, const struct run_mark *mark)
{
	size_t capacity = run->capacity == 0 ? 16 : 2 * run->capacity;
	struct run_mark *marks;

	if (run->count >= ARTICLE_MARKS_MAX)
		return RS_ELIMIT;
	if (run->count == run->capacity) {
		if ((marks = realloc(run->marks, capacity * sizeof(*marks))) == NULL)
			return RS_ENOMEM;
		run->marks = marks;
		run->capacity = capacity;
	}
	run->marks[run->count++] = *mark;
	return 0;
}

int
run_break(struct run *run)
{
	struct run_mark mark = { READSYNC__MARK__KIND__BREAK, (uint32_t)run->text.len, 1, NULL };
	int err;

	run->space = false;
	if (run->text.len == 0)
		return 0;
	/* Past the bound of marks, a break becomes the space that it also is. */
	if ((err = add_mark(run, &mark)) == RS_ELIMIT) {
		run->space = true;
		return 0;
	}
	return err != 0 ? err : buffer_append_byte(&run->text, '\n');
}

static bool
is_open(const struct run *run, Readsync__Mark__Kind kind)
{
	size_t i;

	for (i = 0; i < run->open_count && i < RUN_OPEN_MAX; i++)
		if (run->open[i] != SIZE_MAX && run->marks[run->open[i]].kind == kind)
			return true;
	return false;
}

int
run_open(struct run *run, Readsync__Mark__Kind kind, const char *href)
{
	struct run_mark mark = { kind, (uint32_t)run->text.len, 0, NULL };
	size_t level = run->open_count;
	int err = 0;

	run->open_count++;
	if (level >= RUN_OPEN_MAX)
		return 0;
	run->open[level] = SIZE_MAX;
	if (kind == READSYNC__MARK__KIND__NONE || is_open(run, kind))
		return 0;
	if (href != NULL && (mark.href = strdup(href)) == NULL)
		return RS_ENOMEM;
	if ((err = add_mark(run, &mark)) != 0) {
		free(mark.href);
		return err == RS_ELIMIT ? 0 : err;
	}
	run->open[level] = run->count - 1;
	return 0;
}

void
run_close(struct run *run)
{
	struct run_mark *mark = open_mark(run, --run->open_count);
	size_t end = run->text.len;

	if (mark == NULL)
		return;
	while (end > mark->start && run->text.data[end - 1] == '\n')
		end--;
	mark->length = end > mark->start ? (uint32_t)(end - mark->start) : 0;
}

bool
run_is_empty(const struct run *run)
{

	return run->text.len == 0;
}

/* Give the marks that cover text to ${block}; the rest are freed with the run's. */
static int
give_marks(struct run *run, Readsync__Block *block)
{
	Readsync__Mark *made;
	struct run_mark *mark;
	size_t i;

	if (run->count == 0)
		return 0;
	if ((block->marks = calloc(run->count, sizeof(*block->marks))) == NULL)
		return RS_ENOMEM;
	for (i = 0; i < run->count; i++) {
		mark = &run->marks[i];
		if (mark->start >= run->text.len || mark->length == 0)
			continue;
		if (mark->length > run->text.len - mark->start)
			mark->length = (uint32_t)(run->text.len - mark->start);
		if ((made = malloc(sizeof(*made))) == NULL)
			return RS_ENOMEM;
		readsync__mark__init(made);
		made->kind = mark->kind;
		made->start = mark->start;
		made->length = mark->length;
		if (mark->href != NULL)
			made->href = mark->href;
		mark->href = NULL;
		block->marks[block->n_marks++] = made;
	}
	return 0;
}

/* Close the open marks at the end of the text; return copies that open again. */
static int
split_open(struct run *run, struct run_mark *again, size_t *ret_count)
{
	struct run_mark *mark;
	size_t i, count = 0;

	for (i = 0; i < run->open_count && i < RUN_OPEN_MAX; i++) {
		if ((mark = open_mark(run, i)) == NULL)
			continue;
		mark->length = run->text.len > mark->start ?
		    (uint32_t)(run->text.len - mark->start) : 0;
		again[count] = (struct run_mark){ mark->kind, 0, 0, NULL };
		if (mark->href != NULL && (again[count].href = strdup(mark->href)) == NULL) {
			while (count-- > 0)
				free(again[count].href);
			return RS_ENOMEM;
		}
		run->open[i] = count++;
	}
	*ret_count = count;
	return 0;
}

/* Start over with the marks that are still open. */
static void
restart(struct run *run, const struct run_mark *again, size_t count)
{
	size_t i;

	drop_marks(run, 0);
	/* There is room: as many marks as these were just dropped. */
	for (i = 0; i < count; i++)
		run->marks[run->count++] = again[i];
	buffer_clear(&run->text);
	run->space = run->glue = false;
}

int
run_take(struct run *run, struct block_list *blocks, Readsync__Block *block)
{
	struct run_mark again[RUN_OPEN_MAX];
	size_t count;
	int err;

	while (run_ends_in_break(run))
		run->text.len--;
	if ((err = split_open(run, again, &count)) != 0)
		return err;
	if ((err = block_set_text(blocks, block, buffer_bytes(&run->text))) == 0)
		err = give_marks(run, block);
	restart(run, again, count);
	return err;
}
