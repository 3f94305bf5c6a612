#include <stdlib.h>
#include <string.h>

#include "daemon/page/explain.h"
#include "proto/base/err.h"

enum {
	NAME_MAX_LEN = 60,	/* bytes of class and id in a label */
	WORDS_LEN = 60,		/* bytes of a text's first words */
	INDENT_MAX = 24		/* levels that are shown by spaces */
};

static const char *const kinds[CANDIDATE_KINDS] = {
	[CANDIDATE_PROPERTY] = "itemprop articleBody",
	[CANDIDATE_NAMED] = "named as a body",
	[CANDIDATE_ARTICLE] = "article",
	[CANDIDATE_MAIN] = "main",
	[CANDIDATE_TEXT] = "where the sentences are",
	[CANDIDATE_WIDE] = "with the sentences around",
};

static const char *
reason_of(const struct measure *measure)
{

	switch (measure->drop) {
	case MEASURE_HIDDEN: return "the page does not show it";
	case MEASURE_CHROME: return "navigation, a form, a button or a footer";
	case MEASURE_COMMENTS: return "what readers wrote";
	case MEASURE_ASIDE: return "related stories, sharing, newsletters or advertising";
	case MEASURE_LINKS: return "nearly all of it is links";
	case MEASURE_LABEL: return "a byline, date or tag";
	case MEASURE_POINTER: return "points to another article";
	case MEASURE_KEPT: break;
	}
	return "outside of what was chosen";
}

/* Append at most ${most} bytes of ${text}, whole letters, nothing a terminal obeys. */
static int
append_words(const char *text, size_t most, struct buffer *out)
{
	size_t i;
	int err = 0;

	for (i = 0; text[i] != '\0' && err == 0; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (i >= most && (byte & 0xc0) != 0x80)
			return buffer_append_text(out, "\xe2\x80\xa6");
		if (byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0)
			i++;
		else
			err = buffer_append_byte(out, byte < ' ' || byte == 0x7f ? ' ' : byte);
	}
	return err;
}

/* "div#main.story.wide". */
static int
append_label(const xmlNode *node, struct buffer *out)
{
	const char *id = dom_attribute(node, "id");
	const char *class = dom_attribute(node, "class");
	int err;

	err = append_words((const char *)node->name, NAME_MAX_LEN, out);
	if (err == 0 && id != NULL && *id != '\0' && (err = buffer_append_byte(out, '#')) == 0)
		err = append_words(id, NAME_MAX_LEN, out);
	if (err == 0 && class != NULL && *class != '\0' &&
	    (err = buffer_append_byte(out, '.')) == 0)
		err = append_words(class, NAME_MAX_LEN, out);
	return err;
}

static int
append_sums(const struct measure *measure, struct buffer *out)
{

	return buffer_printf(out, "running %u, weight %u, links %u, score %u", measure->running,
	    measure->weight, measure->link_weight, measure->score);
}

int
explain_candidates(const struct candidate candidates[CANDIDATE_KINDS],
    enum candidate_kind chosen, struct buffer *out)
{
	int err = 0;

	for (int kind = 0; out != NULL && kind < CANDIDATE_KINDS && err == 0; kind++) {
		const struct candidate *candidate = &candidates[kind];

		err = buffer_printf(out, "candidate: %s: running %u%s%s\n", kinds[kind],
		    candidate_running(candidate), candidate->count == 0 ? ", none" : "",
		    kind == (int)chosen ? ", chosen" : "");
		for (size_t i = 0; i < candidate->count && err == 0; i++) {
			if ((err = buffer_append_text(out, "  ")) == 0 &&
			    (err = append_label(candidate->roots[i]->node, out)) == 0 &&
			    (err = buffer_append_text(out, ": ")) == 0 &&
			    (err = append_sums(candidate->roots[i], out)) == 0)
				err = buffer_append_byte(out, '\n');
		}
	}
	return err;
}

/* -------------------------------------------------------------------- the tree */

enum fate {
	FATE_INSIDE = 0,	/* of something that is shown, or of no interest */
	FATE_PASSED,		/* leads to something that is shown */
	FATE_LEFT,		/* dropped or outside, with text in it */
	FATE_CHOSEN
};

/* The weight of all text in ${measure}, dropped or not. */
static uint32_t
whole_weight(const struct measure *measure)
{
	const struct measure *at;
	uint32_t weight = 0;

	for (at = measure; at < measure->end; at++)
		weight += at->text;
	return weight;
}

/* Note that ${at} is left out, if there is a text in it; return the last one inside. */
static const struct measure *
leave(const struct measures *measures, const struct measure *at, uint8_t *fates)
{

	if (whole_weight(at) > 0)
		fates[at - measures->list] = FATE_LEFT;
	return at->end - 1;
}

/* Note in ${fates} what becomes of each element. */
static void
decide(const struct measures *measures, const struct candidate *chosen, uint8_t *fates)
{
	const struct measure *first = measures->list, *last = first + measures->count, *at;

	for (size_t i = 0; i < chosen->count; i++) {
		fates[chosen->roots[i] - first] = FATE_CHOSEN;
		for (at = chosen->roots[i]->parent; at != NULL; at = at->parent)
			fates[at - first] = FATE_PASSED;
	}
	for (at = first; at < last; at++) {
		bool inside = fates[at - first] == FATE_CHOSEN;

		if (fates[at - first] == FATE_PASSED)
			continue;
		if (!inside) {
			at = leave(measures, at, fates);
			continue;
		}
		for (const struct measure *end = at->end; ++at < end;)
			if (at->drop != MEASURE_KEPT)
				at = leave(measures, at, fates);
		at--;
	}
	for (at = last; at-- > first + 1;)
		if (fates[at - first] != FATE_INSIDE && fates[at->parent - first] == FATE_INSIDE)
			fates[at->parent - first] = FATE_PASSED;
}

static int
append_first_words(const struct measure *measure, struct buffer *out)
{
	struct buffer text;
	int err;

	buffer_init(&text, (size_t)4 * WORDS_LEN);
	err = dom_append_text(measure->node, &text);
	if (err == RS_OK || err == RS_ELIMIT)
		err = append_words(buffer_text(&text), WORDS_LEN, out);
	buffer_release(&text);
	return err;
}

static int
append_line(const struct measure *measure, enum fate fate, unsigned depth, struct buffer *out)
{
	int err;

	err = buffer_printf(out, "%*s", (int)(2 * (depth < INDENT_MAX ? depth : INDENT_MAX)), "");
	if (err != 0 || (err = append_label(measure->node, out)) != 0)
		return err;
	if (fate == FATE_CHOSEN) {
		if ((err = buffer_append_text(out, ": chosen, ")) == 0)
			err = append_sums(measure, out);
	} else if (fate == FATE_LEFT) {
		if ((err = buffer_printf(out, ": %s: ", reason_of(measure))) == 0)
			err = append_first_words(measure, out);
	}
	return err != 0 ? err : buffer_append_byte(out, '\n');
}

int
explain_tree(const struct measures *measures, const struct candidate *chosen,
    struct buffer *out)
{
	const struct measure *at, *last = measures->list + measures->count;
	unsigned depth = 0;
	uint8_t *fates;
	int err = 0;

	if (out == NULL)
		return 0;
	if ((fates = calloc(measures->count + 1, sizeof(*fates))) == NULL)
		return RS_ENOMEM;
	decide(measures, chosen, fates);
	for (at = measures->list; at < last && err == 0; at++) {
		enum fate fate = fates[at - measures->list];

		if (fate == FATE_INSIDE)
			continue;
		depth = 0;
		for (const struct measure *up = at->parent; up != NULL; up = up->parent)
			depth++;
		err = append_line(at, fate, depth, out);
	}
	free(fates);
	return err;
}

int
explain_cut(const Readsync__Block *block, const char *reason, struct buffer *out)
{
	int err;

	if (out == NULL)
		return 0;
	if ((err = buffer_printf(out, "cut: %s: ", reason)) == 0 &&
	    (err = append_words(block->text, WORDS_LEN, out)) == 0)
		err = buffer_append_byte(out, '\n');
	return err;
}

int
explain_part(const xmlNode *node, const char *reason, struct buffer *out)
{
	int err;

	if (out == NULL)
		return 0;
	if ((err = buffer_printf(out, "cut: %s: ", reason)) != 0)
		return err;
	err = node->type == XML_TEXT_NODE ? append_words((const char *)node->content, WORDS_LEN,
	    out) : append_label(node, out);
	return err != 0 ? err : buffer_append_byte(out, '\n');
}

int
explain_opening(struct buffer *out)
{

	return out == NULL ? 0 :
	    buffer_append_text(out, "cut: withheld: all that follows the opening\n");
}
