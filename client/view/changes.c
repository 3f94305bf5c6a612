#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/view/cells.h"
#include "client/view/changes.h"
#include "proto/base/err.h"

enum {
	STEPS_MAX = 1500,	/* edits looked for in one piece; then all is new */
	ALIKE_PART = 3		/* one word in so many is in both, or more */
};

#define PARAGRAPH "\n\n"

/* A text in pieces: lines, or words and the ends of lines between them. */
struct pieces {
	struct bytes *texts;
	uint64_t *hashes;
	bool *kept;		/* the other text has it too, in its place */
	size_t count;
};

/* A comparison; forward and backward are the furthest paths, by diagonal. */
struct comparison {
	struct pieces *a, *b;
	ptrdiff_t *forward, *backward;	/* with room for 2 * STEPS_MAX + 3 */
};

/* -------------------------------------------------------------------- pieces */

/* FNV-1a (Fowler, Noll, Vo), 64 bits. */
static uint64_t
hash_of(struct bytes text)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.data[i]) * 0x100000001b3u;
	return hash;
}

static void
release(struct pieces *pieces)
{
	free(pieces->texts);
	free(pieces->hashes);
	free(pieces->kept);
	*pieces = (struct pieces){ .count = 0 };
}

static void
add(struct pieces *pieces, struct bytes text)
{
	pieces->texts[pieces->count] = text;
	pieces->hashes[pieces->count++] = hash_of(text);
}

/* Split ${text} at ${stop}; empty pieces are left out, and the end of a line within is one. */
static int
split(struct bytes text, char stop, struct pieces *pieces)
{
	size_t count = 1, i, start = 0;

	for (i = 0; i < text.len; i++)
		count += text.data[i] == (uint8_t)stop ? 1 : text.data[i] == '\n' ? 2 : 0;
	*pieces = (struct pieces){
		.texts = calloc(count, sizeof(*pieces->texts)),
		.hashes = calloc(count, sizeof(*pieces->hashes)),
		.kept = calloc(count, sizeof(*pieces->kept))
	};
	if (pieces->texts == NULL || pieces->hashes == NULL || pieces->kept == NULL) {
		release(pieces);
		return RS_ENOMEM;
	}
	for (i = 0; i <= text.len; i++) {
		if (i < text.len && text.data[i] != (uint8_t)stop && text.data[i] != '\n')
			continue;
		if (i > start)
			add(pieces, bytes_of(text.data + start, i - start));
		if (i < text.len && text.data[i] != (uint8_t)stop)
			add(pieces, bytes_of(text.data + i, 1));
		start = i + 1;
	}
	return RS_OK;
}

/* ---------------------------------------------------------------- comparing */

/* A run that both have, in the middle of a shortest way from one text to the other. */
struct snake {
	ptrdiff_t x, y, u, v;		/* from a[x], b[y] up to a[u], b[v] */
};

static bool
same(const struct comparison *c, ptrdiff_t x, ptrdiff_t y)
{
	return c->a->hashes[x] == c->b->hashes[y];
}

/*
 * Find the middle snake of a[x0, x1) and b[y0, y1): both searches go on from their ends
 * until they meet.  False when that takes more than STEPS_MAX edits.
 */
static bool
middle(const struct comparison *c, ptrdiff_t x0, ptrdiff_t x1, ptrdiff_t y0, ptrdiff_t y1,
    struct snake *snake)
{
	ptrdiff_t n = x1 - x0, m = y1 - y0, delta = n - m, d, k, x, y;
	ptrdiff_t *forward = c->forward + STEPS_MAX + 1, *backward = c->backward + STEPS_MAX + 1;
	bool odd = (delta & 1) != 0;

	forward[1] = backward[1] = 0;
	for (d = 0; d <= STEPS_MAX; d++) {
		for (k = -d; k <= d; k += 2) {
			x = k == -d || (k != d && forward[k - 1] < forward[k + 1]) ?
			    forward[k + 1] : forward[k - 1] + 1;
			y = x - k;
			snake->x = x0 + x;
			snake->y = y0 + y;
			while (x < n && y < m && same(c, x0 + x, y0 + y))
				x++, y++;
			forward[k] = x;
			if (odd && delta - k >= -(d - 1) && delta - k <= d - 1 &&
			    x + backward[delta - k] >= n) {
				snake->u = x0 + x;
				snake->v = y0 + y;
				return x <= n && y <= m && snake->y >= y0;
			}
		}
		for (k = -d; k <= d; k += 2) {
			x = k == -d || (k != d && backward[k - 1] < backward[k + 1]) ?
			    backward[k + 1] : backward[k - 1] + 1;
			y = x - k;
			snake->u = x1 - x;
			snake->v = y1 - y;
			while (x < n && y < m && same(c, x1 - x - 1, y1 - y - 1))
				x++, y++;
			backward[k] = x;
			if (!odd && delta - k >= -d && delta - k <= d &&
			    x + forward[delta - k] >= n) {
				snake->x = x1 - x;
				snake->y = y1 - y;
				return x <= n && y <= m && snake->v <= y1;
			}
		}
	}
	return false;
}

static void
keep(const struct comparison *c, ptrdiff_t x, ptrdiff_t y)
{
	c->a->kept[x] = c->b->kept[y] = true;
}

/* Mark what a[x0, x1) and b[y0, y1) have in common. */
static void
compare(const struct comparison *c, ptrdiff_t x0, ptrdiff_t x1, ptrdiff_t y0, ptrdiff_t y1)
{
	struct snake snake;

	for (; x0 < x1 && y0 < y1 && same(c, x0, y0); x0++, y0++)
		keep(c, x0, y0);
	for (; x0 < x1 && y0 < y1 && same(c, x1 - 1, y1 - 1); x1--, y1--)
		keep(c, x1 - 1, y1 - 1);
	if (x0 == x1 || y0 == y1 || !middle(c, x0, x1, y0, y1, &snake))
		return;
	/* A snake that splits nothing off would have us do the same again. */
	if ((snake.x == x0 && snake.y == y0 && snake.u == x0 && snake.v == y0) ||
	    (snake.x == x1 && snake.y == y1))
		return;
	compare(c, x0, snake.x, y0, snake.y);
	for (ptrdiff_t x = snake.x, y = snake.y; x < snake.u && y < snake.v; x++, y++)
		keep(c, x, y);
	compare(c, snake.u, x1, snake.v, y1);
}

static int
compare_all(struct pieces *a, struct pieces *b)
{
	size_t room = 2 * STEPS_MAX + 4;
	struct comparison c = {
		a, b, calloc(room, sizeof(*c.forward)), calloc(room, sizeof(*c.backward))
	};
	int err = c.forward == NULL || c.backward == NULL ? RS_ENOMEM : RS_OK;

	if (err == RS_OK)
		compare(&c, 0, (ptrdiff_t)a->count, 0, (ptrdiff_t)b->count);
	free(c.forward);
	free(c.backward);
	return err;
}

/* ------------------------------------------------------------------ printing */

static int
print_text(FILE *out, struct bytes text)
{
	char *copy = strndup((const char *)text.data, text.len);

	if (copy == NULL)
		return RS_ENOMEM;
	cells_print(out, copy, SIZE_MAX);
	free(copy);
	return RS_OK;
}

static bool
is_break(const struct pieces *words, size_t i)
{
	return words->texts[i].data[0] == '\n';
}

/*
 * Print the words from ${i} on that are not kept, as ones that went or came; a break of paragraphs
 * among them is one, before and behind them only where it came.
 */
static int
print_marked(FILE *out, const struct pieces *words, size_t *i, bool went, bool colour)
{
	bool inside = false, broken = false;
	int err = RS_OK;

	for (; *i < words->count && !words->kept[*i] && err == RS_OK; (*i)++) {
		if (is_break(words, *i)) {
			broken = true;
			continue;
		}
		if (broken && (inside || !went))
			fputs(PARAGRAPH, out);
		else if (inside)
			putc(' ', out);
		if (!inside)
			fputs(colour ? went ? "\033[31m" : "\033[32m" : went ? "[-" : "{+", out);
		inside = true;
		broken = false;
		err = print_text(out, words->texts[*i]);
	}
	if (inside)
		fputs(colour ? "\033[0m " : went ? "-] " : "+} ", out);
	if (broken && !went)
		fputs(PARAGRAPH, out);
	return err;
}

/* Print the words from ${i} of ${a} and ${j} of ${b} on that both have. */
static int
print_kept(FILE *out, const struct pieces *a, const struct pieces *b, size_t *i, size_t *j)
{
	int err = RS_OK;

	for (; err == RS_OK && *i < a->count && *j < b->count && a->kept[*i] && b->kept[*j];
	    (*i)++, (*j)++) {
		if (is_break(a, *i)) {
			fputs(PARAGRAPH, out);
			continue;
		}
		err = print_text(out, a->texts[*i]);
		putc(' ', out);
	}
	return err;
}

/* What has next to nothing in common is easier to read apart than word by word. */
static void
part_strangers(struct pieces *a, struct pieces *b)
{
	size_t fewer = a->count < b->count ? a->count : b->count, kept = 0;

	for (size_t i = 0; i < a->count; i++)
		kept += a->kept[i] && !is_break(a, i);
	if (kept * ALIKE_PART >= fewer)
		return;
	memset(a->kept, 0, a->count * sizeof(*a->kept));
	memset(b->kept, 0, b->count * sizeof(*b->kept));
}

/* Print two runs of paragraphs that take each other's place, word by word. */
static int
print_words(FILE *out, struct bytes before, struct bytes after, bool colour)
{
	struct pieces a, b = { .count = 0 };
	size_t i = 0, j = 0;
	int err = split(before, ' ', &a);

	if (err == RS_OK)
		err = split(after, ' ', &b);
	if (err == RS_OK)
		err = compare_all(&a, &b);
	if (err == RS_OK)
		part_strangers(&a, &b);
	while (err == RS_OK && (i < a.count || j < b.count)) {
		err = print_marked(out, &a, &i, true, colour);
		if (err == RS_OK)
			err = print_marked(out, &b, &j, false, colour);
		if (err == RS_OK)
			err = print_kept(out, &a, &b, &i, &j);
	}
	release(&a);
	release(&b);
	return err;
}

/* The text from the ${from}th piece on up to the ${to}th. */
static struct bytes
run_of(const struct pieces *pieces, size_t from, size_t to)
{
	const uint8_t *start, *end;

	if (from == to)
		return bytes_of(NULL, 0);
	start = pieces->texts[from].data;
	end = pieces->texts[to - 1].data + pieces->texts[to - 1].len;
	return bytes_of(start, (size_t)(end - start));
}

static int
print_lines(FILE *out, const struct pieces *a, const struct pieces *b, bool colour,
    bool *ret_any)
{
	size_t i = 0, j = 0, from, other;
	int err = RS_OK;

	while (err == RS_OK && (i < a->count || j < b->count)) {
		for (; i < a->count && j < b->count && a->kept[i] && b->kept[j]; i++, j++)
			continue;
		from = i;
		other = j;
		while (i < a->count && !a->kept[i])
			i++;
		while (j < b->count && !b->kept[j])
			j++;
		if (i == from && j == other)
			continue;
		if (*ret_any)
			putc('\n', out);
		*ret_any = true;
		err = print_words(out, run_of(a, from, i), run_of(b, other, j), colour);
		putc('\n', out);
	}
	return err;
}

int
changes_print(FILE *out, struct bytes before, struct bytes after, bool colour,
    bool *ret_any)
{
	struct pieces a, b = { .count = 0 };
	int err = split(before, '\n', &a);

	*ret_any = false;
	if (err == RS_OK)
		err = split(after, '\n', &b);
	if (err == RS_OK)
		err = compare_all(&a, &b);
	if (err == RS_OK)
		err = print_lines(out, &a, &b, colour, ret_any);
	release(&a);
	release(&b);
	return err;
}
