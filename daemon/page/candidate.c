#include <string.h>

#include "daemon/page/candidate.h"
#include "daemon/page/fold.h"
#include "daemon/page/hint.h"

enum {
	CANDIDATE_LEADS = 3,	/* blocks that a lead is made of, at most */
	LEAD_WEIGHT = 800,	/* a heavier text is none */
	WIDE_LEAST = 80,	/* running text that is a part of an article, no slogan */
	LEAD_LEVELS = 3,	/* elements up to where the name of a lead stands */
	LEAD_BYTES = 8192,	/* of its text, with what markup adds to its weight */
	STEP_LEVELS = 4,	/* and to what one step of an instruction is set in */
	STEPS_LEAST = 3,	/* others like it, which make it one */
	POST_LEVELS = 8,	/* from the text of a post up to what holds all of its thread */
	POSTS_LEAST = 3		/* of a thread */
};

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

/* Tell whether microdata says that ${node} is a ${type} of schema.org. */
static bool
has_type(const xmlNode *node, const char *type)
{
	const char *value = dom_attribute(node, "itemtype"), *name;

	if (value == NULL)
		return false;
	name = strrchr(value, '/');
	return strcmp(name == NULL ? value : name + 1, type) == 0;
}

/* The same, of a part of a page. */
static bool
is_item(const xmlNode *node, const char *type)
{

	return !dom_is(node, "body") && has_type(node, type);
}

static bool
is_recipe(const xmlNode *node)
{
	const char *list = dom_attribute(node, "class");

	return is_item(node, "Recipe") || dom_has_token(list, "h-recipe") ||
	    dom_has_token(list, "hrecipe");
}

/* The question that the page is about: others stand in lists of what is asked often. */
static bool
is_question(const xmlNode *node)
{
	const xmlNode *at;

	if (!is_item(node, "Question"))
		return false;
	for (at = node->parent; at != NULL && at->type == XML_ELEMENT_NODE; at = at->parent)
		if (has_type(at, "QAPage"))
			return true;
	return false;
}

/* What the markup of one element says; CANDIDATE_KINDS when that is nothing. */
static enum candidate_kind
kind_of(const struct measure *measure)
{
	const char *property = dom_attribute(measure->node, "itemprop");
	const char *role;

	/*
	 * The texts of a live blog's entries are bodies too, but not with their headings; and a
	 * question is read with its answers.
	 */
	if (dom_has_token(property, "articleBody") || is_item(measure->node, "LiveBlogPosting") ||
	    is_question(measure->node))
		return CANDIDATE_PROPERTY;
	/* Some word processors call each paragraph "body text". */
	if ((measure->hints & HINT_BODY) != 0 && is_container(measure))
		return CANDIDATE_NAMED;
	if (dom_is(measure->node, "article") || is_recipe(measure->node))
		return CANDIDATE_ARTICLE;
	if (dom_is(measure->node, "main"))
		return CANDIDATE_MAIN;
	role = dom_attribute(measure->node, "role");
	return dom_has_token(role, "main") ? CANDIDATE_MAIN : CANDIDATE_KINDS;
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

/* Tell whether ${measure} holds a few words that lead nowhere: no sentence, but a text. */
static bool
is_notice(const struct measure *measure)
{

	return measure->weight > 0 && measure->link_weight < measure->weight / 4;
}

/* The candidate that the markup names by ${kind}. */
static void
choose_by_markup(const struct measures *measures, enum candidate_kind kind,
    struct candidate *candidate)
{
	struct measure *measure, *best = NULL, *last = measures->list + measures->count;
	uint32_t all = 0;

	candidate->count = 0;
	for (measure = measures->list; measure < last; measure++) {
		if (measure->gone || measure->kind != kind)
			continue;
		all += measure->running;
		/* Of two that are nested, the inner one is the tighter. */
		if (best == NULL || measure->running > best->running ||
		    (inside(measure, best) && measure->running > best->running / 10 * 9))
			best = measure;
	}
	if (best == NULL || (best->running == 0 && !best->has_media && !is_notice(best)))
		return;
	/* Many articles of a size are a list of teasers, or one thread of posts. */
	if (kind == CANDIDATE_ARTICLE && best->running < all / 3)
		return;
	if (kind > CANDIDATE_NAMED) {
		candidate->roots[candidate->count++] = best;
		return;
	}
	for (measure = measures->list; measure < last; measure++) {
		if (measure != best && (measure->kind != kind || !is_peer(measure, best)))
			continue;
		if (candidate->count < CANDIDATE_ROOTS)
			candidate->roots[candidate->count++] = measure;
		measure = measure->end - 1;
	}
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

/* Tell whether ${measure} is an article, or all that is not the page's frame. */
static bool
ends_article(const struct measure *measure)
{

	return measure->kind == CANDIDATE_ARTICLE || measure->kind == CANDIDATE_MAIN;
}

/* Tell whether ${sibling} is set as ${part} is, has text of its own, and leads nowhere. */
static bool
is_like_part(const struct measure *sibling, const struct measure *part)
{
	const char *class = dom_attribute(part->node, "class");

	return sibling != part && !sibling->gone && sibling->running > 0 && sibling->links == 0 &&
	    class != NULL && strcmp((const char *)sibling->node->name,
	    (const char *)part->node->name) == 0 &&
	    same_text(dom_attribute(sibling->node, "class"), class);
}

/*
 * The steps of an instruction, each in a container like the one before, a few elements
 * above the one that has most sentences: take all of them.
 */
static void
take_steps(struct candidate *candidate)
{
	struct measure *part = candidate->roots[0], *sibling;
	unsigned level, like;
	xmlNode *node;

	for (level = 0; level < STEP_LEVELS && part->parent != NULL && !ends_article(part);
	    level++, part = part->parent) {
		like = 0;
		for (node = part->parent->node->children; node != NULL; node = node->next) {
			sibling = measure_of(node);
			like += sibling != NULL && is_like_part(sibling, part);
		}
		if (like >= STEPS_LEAST)
			break;
	}
	if (level == STEP_LEVELS || part->parent == NULL || ends_article(part))
		return;
	candidate->count = 0;
	for (node = part->parent->node->children; node != NULL; node = node->next) {
		sibling = measure_of(node);
		if (sibling != NULL && (sibling == part || is_like_part(sibling, part)) &&
		    candidate->count < CANDIDATE_ROOTS)
			candidate->roots[candidate->count++] = sibling;
	}
}

/* Tell whether the first words of the classes of ${a} and ${b} are the same: more may differ. */
static bool
same_first_class(const xmlNode *a, const xmlNode *b)
{
	const char *one = dom_attribute(a, "class"), *other = dom_attribute(b, "class");
	size_t len;

	if (one == NULL || other == NULL)
		return one == other;
	len = strcspn(one, " ");
	return len == strcspn(other, " ") && strncmp(one, other, len) == 0;
}

/* Tell whether ${a} and ${b} stand in the same place of two of a kind beside each other. */
static bool
same_place(const struct measure *a, const struct measure *b)
{
	unsigned level;

	for (level = 0; level < POST_LEVELS && a != NULL && b != NULL && a != b; level++) {
		if (strcmp((const char *)a->node->name, (const char *)b->node->name) != 0 ||
		    !same_first_class(a->node, b->node))
			return false;
		a = a->parent;
		b = b->parent;
	}
	return a != NULL && a == b;
}

/*
 * The posts of a thread, with who wrote each of them around its text: take the texts, that are
 * of one class and in one place of their posts.  All others together are no less than the
 * longest; else they are what stands beside an article.
 */
static void
take_posts(const struct measures *measures, struct candidate *candidate)
{
	struct measure *post = candidate->roots[0], *last = measures->list + measures->count, *at;
	const char *class = dom_attribute(post->node, "class");
	struct candidate posts;
	uint32_t running = 0;

	posts.count = 0;
	if (class == NULL)
		return;
	for (at = measures->list; at < last && posts.count < CANDIDATE_ROOTS; at++)
		if (at == post || (!at->gone && at->running > 0 &&
		    at->link_weight < at->weight / 4 &&
		    same_text(dom_attribute(at->node, "class"), class) && same_place(at, post))) {
			posts.roots[posts.count++] = at;
			running += at->running;
		}
	if (posts.count >= POSTS_LEAST && running >= 2 * post->running)
		*candidate = posts;
}

/*
 * Some pages set each section of an article in a container of its own, so that the
 * best one holds a part only: take what is around it as long as that adds much
 * running text, and little else.
 */
static void
widen(const struct measures *measures, struct candidate *candidate)
{
	uint32_t running = 0, weight = 0, links = 0, more, added;
	struct measure *at, *wider = NULL;
	size_t i;

	if (candidate->count == 0)
		return;
	for (i = 0; i < candidate->count; i++) {
		running += candidate->roots[i]->running;
		weight += candidate->roots[i]->weight;
		links += candidate->roots[i]->link_weight;
	}
	if (running < WIDE_LEAST)
		return;
	at = candidate->roots[0];
	while (!ends_article(at) && (at = at->parent) != NULL) {
		more = at->running - running;
		added = at->weight - weight;
		if (more < running || (uint64_t)more * 10 < (uint64_t)added * 7 ||
		    (uint64_t)(at->link_weight - links) * 8 > added)
			continue;
		wider = at;
		running = at->running;
		weight = at->weight;
		links = at->link_weight;
	}
	if (wider != NULL) {
		candidate->roots[0] = wider;
		candidate->count = 1;
	} else if (candidate->count == 1) {
		take_steps(candidate);
		if (candidate->count == 1)
			take_posts(measures, candidate);
	}
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

/* Tell whether ${named} stands inside of ${wide}, and is not the same. */
static bool
encloses(const struct candidate *wide, const struct candidate *named)
{

	return wide->count > 0 && named->count > 0 && wide->roots[0] != named->roots[0] &&
	    inside(named->roots[0], wide->roots[0]);
}

/* Tell whether the markup's ${named} holds enough of what ${text} shows. */
static bool
is_believed(const struct candidate *named, const struct candidate *text)
{
	uint32_t have = candidate_running(named), shown = candidate_running(text);

	return named->count > 0 && have > 0 && have >= shown / 2;
}

void
candidate_find(const struct measures *measures, struct candidate candidates[CANDIDATE_KINDS])
{
	struct measure *measure, *last = measures->list + measures->count;
	enum candidate_kind kind;

	for (measure = measures->list; measure < last; measure++)
		measure->kind = (uint8_t)kind_of(measure);
	for (kind = CANDIDATE_PROPERTY; kind < CANDIDATE_TEXT; kind++)
		choose_by_markup(measures, kind, &candidates[kind]);
	choose_by_text(measures, &candidates[CANDIDATE_TEXT]);
	candidates[CANDIDATE_WIDE] = candidates[CANDIDATE_TEXT];
	widen(measures, &candidates[CANDIDATE_WIDE]);
}

enum candidate_kind
candidate_judge(const struct candidate candidates[CANDIDATE_KINDS])
{
	enum candidate_kind kind;

	for (kind = CANDIDATE_PROPERTY; kind < CANDIDATE_TEXT; kind++) {
		bool part = kind != CANDIDATE_PROPERTY &&
		    encloses(&candidates[CANDIDATE_WIDE], &candidates[kind]);

		if (is_believed(&candidates[kind],
		    &candidates[part ? CANDIDATE_WIDE : CANDIDATE_TEXT]))
			return kind;
	}
	/* Where there are no sentences, the markup alone can say where the pictures are. */
	for (kind = CANDIDATE_PROPERTY; kind < CANDIDATE_TEXT; kind++)
		if (candidates[CANDIDATE_WIDE].count == 0 && candidates[kind].count > 0)
			return kind;
	return CANDIDATE_WIDE;
}

/* Does microdata call ${node} the headline? */
static bool
is_headline(const xmlNode *node)
{
	const char *property = dom_attribute(node, "itemprop");

	return property != NULL && dom_has_token(property, "headline");
}

/* The last main heading before ${first}. */
static const struct measure *
heading_before(const struct measures *measures, const struct measure *first)
{
	const struct measure *at;

	for (at = first; at-- > measures->list;)
		if ((dom_is(at->node, "h1") || is_headline(at->node)) && !at->gone)
			return at;
	return NULL;
}

/* Tell whether ${measure} or what it stands in, a few elements up, is called one of ${names}. */
static bool
is_called_lead(const struct measure *measure, uint32_t names)
{
	unsigned level;

	for (level = 0; measure != NULL && level < LEAD_LEVELS; level++) {
		if ((measure->hints & names) != 0)
			return true;
		measure = measure->parent;
	}
	return false;
}

/* Tell whether ${measure} says what the page gives as its ${summary}, which may be cut short. */
static bool
is_summary(const struct measure *measure, const char *summary)
{
	struct buffer text, folded, wanted;
	bool same = false;

	if (summary == NULL)
		return false;
	buffer_init(&text, LEAD_BYTES);
	buffer_init(&folded, LEAD_BYTES);
	buffer_init(&wanted, LEAD_BYTES);
	if (dom_append_text(measure->node, &text) == 0 &&
	    fold_append(buffer_text(&text), &folded) == 0 && fold_append(summary, &wanted) == 0) {
		size_t len = folded.len < wanted.len ? folded.len : wanted.len;

		same = len >= MEASURE_SENTENCE && memcmp(folded.data, wanted.data, len) == 0;
	}
	buffer_release(&text);
	buffer_release(&folded);
	buffer_release(&wanted);
	return same;
}

static bool
is_lead(const struct measure *measure, uint32_t names, const char *summary)
{

	return measure->block == measure && !measure->gone && !measure->has_block &&
	    !measure->in_link && measure->own >= MEASURE_SENTENCE &&
	    measure->own <= LEAD_WEIGHT && measure->own_link < measure->own / 2 &&
	    (measure->hints & (HINT_CAPTION | HINT_CREDIT | HINT_BYLINE | HINT_LABEL)) == 0 &&
	    !dom_is(measure->node, "figcaption") && !dom_is(measure->node, "li") &&
	    (is_called_lead(measure, names) || is_summary(measure, summary));
}

void
candidate_add_lead(const struct measures *measures, uint32_t names, const char *summary,
    struct candidate *candidate)
{
	struct measure *leads[CANDIDATE_LEADS], *at, *first;
	const struct measure *heading;
	uint32_t weight = 0;
	size_t count = 0;

	if (candidate->count == 0 || candidate->count + CANDIDATE_LEADS > CANDIDATE_ROOTS)
		return;
	first = candidate->roots[0];
	heading = heading_before(measures, first);
	for (at = heading == NULL ? measures->list : heading->end; at < first; at++) {
		if (!is_lead(at, heading == NULL ? 0 : names, summary))
			continue;
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a lead is one of the list */
		weight += at->weight;
		if (count == CANDIDATE_LEADS || weight > LEAD_WEIGHT)
			return;
		leads[count++] = at;
	}
	memmove(candidate->roots + count, candidate->roots,
	    candidate->count * sizeof(*candidate->roots));
	memcpy(candidate->roots, leads, count * sizeof(*leads));
	candidate->count += count;
}
