#include <string.h>

#include "daemon/page/candidate.h"
#include "daemon/page/hint.h"

enum rank {
	RANK_NONE = 0,
	RANK_PROPERTY,		/* itemprop="articleBody" */
	RANK_NAMED,		/* class or id as "article-body" */
	RANK_ARTICLE,		/* <article> */
	RANK_MAIN,		/* <main>, role=main */
	RANK_COUNT
};

static enum rank
rank_of(const struct measure *measure)
{
	const char *property = dom_attribute(measure->node, "itemprop");
	const char *role;

	if (dom_has_token(property, "articleBody"))
		return RANK_PROPERTY;
	if ((measure->hints & HINT_BODY) != 0)
		return RANK_NAMED;
	if (dom_is(measure->node, "article"))
		return RANK_ARTICLE;
	if (dom_is(measure->node, "main"))
		return RANK_MAIN;
	role = dom_attribute(measure->node, "role");
	return dom_has_token(role, "main") ? RANK_MAIN : RANK_NONE;
}

uint32_t
candidate_running(const struct candidate *candidate)
{
	uint32_t running = 0;
	size_t i;

	for (i = 0; i < candidate->count; i++)
		running += candidate->roots[i]->running;
	return running;
}

static bool
inside(const struct measure *measure, const struct measure *outer)
{

	return measure >= outer && measure < outer->end;
}

static const struct measure *
enclosing_article(const struct measure *measure)
{

	for (; measure != NULL; measure = measure->parent)
		if (dom_is(measure->node, "article"))
			return measure;
	return NULL;
}

static bool
same_text(const char *a, const char *b)
{

	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * Tell whether ${other} is a further part of the article that ${best} is a part
 * of: made by the same template, and not in another article.
 */
static bool
is_peer(const struct measure *other, const struct measure *best)
{

	return other->running > 0 && !other->gone && !inside(other, best) &&
	    !inside(best, other) && strcmp((const char *)other->node->name,
	    (const char *)best->node->name) == 0 &&
	    same_text(dom_attribute(other->node, "class"), dom_attribute(best->node, "class")) &&
	    enclosing_article(other) == enclosing_article(best);
}

/* The candidate that the markup of rank ${rank} names. */
static void
choose_by_markup(const struct measures *measures, enum rank rank, struct candidate *candidate)
{
	struct measure *measure, *best = NULL, *last = measures->list + measures->count;
	uint32_t all = 0;

	candidate->count = 0;
	for (measure = measures->list; measure < last; measure++) {
		if (measure->gone || rank_of(measure) != rank)
			continue;
		all += measure->running;
		/* Of two that are nested, the inner one is the tighter. */
		if (best == NULL || measure->running > best->running ||
		    (inside(measure, best) && measure->running > best->running / 10 * 9))
			best = measure;
	}
	if (best == NULL || best->running == 0)
		return;
	/* Many articles of a size are a list of teasers, or one thread of posts. */
	if (rank == RANK_ARTICLE && best->running < all / 3)
		return;
	if (rank > RANK_NAMED) {
		candidate->roots[candidate->count++] = best;
		return;
	}
	for (measure = measures->list; measure < last; measure++) {
		if (measure != best && (rank_of(measure) != rank || !is_peer(measure, best)))
			continue;
		if (candidate->count < CANDIDATE_ROOTS)
			candidate->roots[candidate->count++] = measure;
		measure = measure->end - 1;
	}
}

/* An element that can hold an article, not a line of it. */
static bool
is_container(const struct measure *measure)
{
	static const char *const lines[] = { "p", "li", "ul", "ol", "dl", "blockquote", "pre",
		"tr", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "html" };
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (dom_is(measure->node, lines[i]))
			return false;
	return true;
}

/* What a block of running text adds to the score of what it stands in. */
static uint32_t
score_of_block(const struct measure *measure)
{
	uint32_t text;

	if (measure->gone || measure->own < MEASURE_SENTENCE ||
	    measure->own_link >= measure->own / 2)
		return 0;
	text = measure->own - measure->own_link;
	return 30 + (text < 400 ? text : 400);
}

/*
 * Let each block of running text speak for the elements around it, the nearest
 * most; ${measure}->score of all must be 0.
 */
static void
spread_scores(const struct measures *measures)
{
	static const uint32_t shares[] = { 12, 6, 2, 1 };	/* twelfths, outwards */
	struct measure *measure, *at, *last = measures->list + measures->count;
	uint32_t score;
	size_t level;

	for (measure = measures->list; measure < last; measure++)
		measure->score = 0;
	for (measure = measures->list; measure < last; measure++) {
		if ((score = score_of_block(measure)) == 0)
			continue;
		at = is_container(measure) ? measure : measure->parent;
		for (level = 0; at != NULL && level < sizeof(shares) / sizeof(shares[0]);
		    at = at->parent) {
			if (!is_container(at))
				continue;
			at->score += score * shares[level] / 12;
			level++;
		}
	}
	for (measure = measures->list; measure < last; measure++)
		if (measure->weight > 0)
			measure->score = (uint32_t)((uint64_t)measure->score *
			    (measure->weight - measure->link_weight) / measure->weight);
}

/* Tell whether ${sibling} of ${best} is part of the same article. */
static bool
joins(const struct measure *sibling, const struct measure *best)
{
	const xmlNode *node = sibling->node;

	if (sibling->gone || sibling->weight == 0)
		return false;
	if (sibling->score > best->score / 5)
		return true;
	if (dom_is(node, "p") || dom_is(node, "blockquote") || dom_is(node, "pre"))
		return sibling->running > 0 || sibling->link_weight == 0;
	return same_text(dom_attribute(node, "class"), dom_attribute(best->node, "class")) &&
	    dom_attribute(node, "class") != NULL && sibling->running > 0;
}

/* The candidate that the sentences show. */
static void
choose_by_text(const struct measures *measures, struct candidate *candidate)
{
	struct measure *measure, *best = NULL, *last = measures->list + measures->count;
	xmlNode *node;

	candidate->count = 0;
	spread_scores(measures);
	for (measure = measures->list; measure < last; measure++)
		if (!measure->gone && measure->score > 0 &&
		    (best == NULL || measure->score > best->score))
			best = measure;
	if (best == NULL)
		return;
	if (best->parent == NULL) {
		candidate->roots[candidate->count++] = best;
		return;
	}
	for (node = best->parent->node->children; node != NULL; node = node->next) {
		measure = measure_of(node);
		if (measure == NULL || (measure != best && !joins(measure, best)))
			continue;
		if (candidate->count < CANDIDATE_ROOTS)
			candidate->roots[candidate->count++] = measure;
	}
}

/* Tell whether the markup's ${named} holds enough of what ${text} shows. */
static bool
is_believed(const struct candidate *named, const struct candidate *text)
{
	uint32_t have = candidate_running(named), shown = candidate_running(text);

	return named->count > 0 && have > 0 && have >= shown / 2;
}

void
candidate_choose(const struct measures *measures, struct candidate *candidate)
{
	struct candidate text, named;
	enum rank rank;

	choose_by_text(measures, &text);
	for (rank = RANK_PROPERTY; rank < RANK_COUNT; rank++) {
		choose_by_markup(measures, rank, &named);
		if (!is_believed(&named, &text))
			continue;
		*candidate = named;
		return;
	}
	*candidate = text;
}
