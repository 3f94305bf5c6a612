#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/hint.h"
#include "daemon/page/note.h"
#include "daemon/page/prune.h"
#include "daemon/page/table.h"

enum {
	LABEL_WEIGHT = 160,	/* a label is no longer than this */
	TIME_WEIGHT = 12,	/* nor a time of the day, with its zone, than this */
	POINTER_WEIGHT = 160,	/* nor a line that points elsewhere */
	TEASER_WEIGHT = 600,	/* nor a box with another article's headline */
	TEASER_ELEMENTS = 200,	/* in such a box; bounds the work on boxes in one another */
	BODY_LEAST = 400	/* running text that comments may not leave less of */
};

typedef enum measure_drop judge_fn(const struct measure *measure);

static bool
has_role(const xmlNode *node, const char *const *roles)
{
	const char *role = dom_attribute(node, "role");

	for (; role != NULL && *roles != NULL; roles++)
		if (dom_has_token(role, *roles))
			return true;
	return false;
}

static bool
is_one_of(const xmlNode *node, const char *const *names)
{

	for (; *names != NULL; names++)
		if (dom_is(node, *names))
			return true;
	return false;
}

/* Tell whether ${node} is a letter set large that the page hides from what reads aloud. */
static bool
is_silent_dropcap(const xmlNode *node)
{

	return node != NULL && (hint_of(node, NULL) & HINT_DROPCAP) != 0 && dom_concealed(node);
}

/* Tell whether what nobody sees says a letter that is hidden beside it. */
static bool
is_said_instead(const struct measure *measure)
{

	return is_silent_dropcap(xmlPreviousElementSibling(measure->node)) ||
	    is_silent_dropcap(xmlNextElementSibling(measure->node));
}

static bool
is_heading(const xmlNode *node)
{

	return node->name[0] == 'h' && node->name[1] >= '1' && node->name[1] <= '6' &&
	    node->name[2] == '\0';
}

/* Tell whether the button ${measure} is all that the heading around it says. */
static bool
is_all_of_heading(const struct measure *measure)
{
	const struct measure *at;

	for (at = measure->parent; at != NULL && at->weight == measure->weight; at = at->parent)
		if (is_heading(at->node))
			return measure->weight > 0;
	return false;
}

/* Tell whether the button ${measure} is a question, and unfolds its answer. */
static bool
is_question(const struct measure *measure)
{
	const xmlNode *next = xmlNextElementSibling(measure->node);
	const struct measure *answer = next == NULL ? NULL : measure_of(next);
	struct buffer text;
	bool asks;

	if (dom_attribute(measure->node, "aria-expanded") == NULL || answer == NULL ||
	    answer->running == 0)
		return false;
	buffer_init(&text, LABEL_WEIGHT * 4);
	asks = dom_append_text(measure->node, &text) == 0 && text.len > 0 &&
	    text.data[text.len - 1] == '?';
	buffer_release(&text);
	return asks;
}

/* A button that is text of the page: it unfolds what stands under it (ARIA, accordion). */
static bool
is_text_button(const struct measure *measure)
{
	static const char *const names[] = { "button", NULL };

	return (is_one_of(measure->node, names) || has_role(measure->node, names)) &&
	    (is_all_of_heading(measure) || is_question(measure));
}

/* Judges of the page.  The element names come first: they are the surest. */

static enum measure_drop
judge_chrome(const struct measure *measure)
{
	static const char *const names[] = { "nav", "footer", "form", "fieldset", "dialog",
		"button", "label", "menu", "marquee", "amp-consent", "amp-sidebar",
		"amp-user-notification", NULL };
	static const char *const roles[] = { "navigation", "search", "dialog", "alertdialog",
		"menu", "menubar", "toolbar", "tablist", "contentinfo", "banner", "button", NULL };

	if (is_one_of(measure->node, names) || has_role(measure->node, roles) ||
	    (measure->hints & HINT_CHROME) != 0)
		return is_text_button(measure) ? MEASURE_KEPT : MEASURE_CHROME;
	return (measure->hints & HINT_UNSEEN) != 0 && !is_said_instead(measure) ?
	    MEASURE_HIDDEN : MEASURE_KEPT;
}

static enum measure_drop
judge_comments(const struct measure *measure)
{

	return (measure->hints & HINT_COMMENTS) != 0 ? MEASURE_COMMENTS : MEASURE_KEPT;
}

static enum measure_drop
judge_asides(const struct measure *measure)
{
	static const char *const names[] = { "aside", "amp-ad", "amp-auto-ads", "amp-embed",
		"amp-sticky-ad", NULL };
	static const char *const roles[] = { "complementary", NULL };

	if (is_one_of(measure->node, names) || has_role(measure->node, roles) ||
	    (measure->hints & (HINT_RELATED | HINT_SHARE | HINT_SIGNUP | HINT_ADVERT |
	    HINT_CONTENTS | HINT_PROFILE)) != 0)
		return MEASURE_ASIDE;
	return MEASURE_KEPT;
}

/* Judges of the chosen part. */

/* The first text of ${measure} that is not white space. */
static const char *
first_text(const struct measure *measure)
{
	xmlNode *node;
	const char *text;

	for (node = measure->node; node != NULL; node = dom_next(node, measure->node)) {
		if (node->type != XML_TEXT_NODE || node->content == NULL)
			continue;
		text = (const char *)node->content;
		if (text[strspn(text, " \t\r\n\f")] != '\0')
			return text;
	}
	return "";
}

/* Tell whether ${measure} says no more than when an entry of a live blog was written. */
static bool
is_time_of_entry(const struct measure *measure)
{
	const char *text;

	if (measure->weight == 0 || measure->weight > TIME_WEIGHT)
		return false;
	text = first_text(measure);
	text += strspn(text, " \t\r\n\f");
	text += strspn(text, "0123456789");
	if ((*text != ':' && *text != '.' && *text != 'h') || !isdigit((unsigned char)text[1]) ||
	    !isdigit((unsigned char)text[2]))
		return false;
	for (; measure != NULL; measure = measure->parent)
		if ((measure->hints & HINT_LIVE) != 0 ||
		    dom_has_token(dom_attribute(measure->node, "itemprop"), "liveBlogUpdate"))
			return true;
	return false;
}

static enum measure_drop
judge_labels(const struct measure *measure)
{
	static const char *const names[] = { "address", NULL };

	/* The numbers of the lines of code, in a column of their own. */
	if ((measure->hints & HINT_GUTTER) != 0 && dom_is(measure->node, "td"))
		return MEASURE_LABEL;
	if (measure->weight > LABEL_WEIGHT || measure->weight == 0)
		return MEASURE_KEPT;
	/* The credit of an image may be called a copyright. */
	if ((measure->hints & HINT_CREDIT) != 0)
		return MEASURE_KEPT;
	if ((is_one_of(measure->node, names) ||
	    (measure->hints & (HINT_BYLINE | HINT_LABEL)) != 0) && !is_time_of_entry(measure) &&
	    !is_text_button(measure))
		return MEASURE_LABEL;
	return MEASURE_KEPT;
}

/* Blocks that are nearly all links; a list is judged whole, not by its items. */
static enum measure_drop
judge_links(const struct measure *measure)
{
	static const char *const blocks[] = { "div", "section", "ul", "ol", "dl", "p", "table",
		"article", "header", "center", NULL };

	if (!is_one_of(measure->node, blocks) || measure->weight == 0 || measure->in_link ||
	    (measure->hints & HINT_POST) != 0)
		return MEASURE_KEPT;
	if (dom_is(measure->node, "table") && table_is_declared(measure))
		return MEASURE_KEPT;
	return (uint64_t)measure->link_weight * 5 > (uint64_t)measure->weight * 4 &&
	    !is_time_of_entry(measure) ? MEASURE_LINKS : MEASURE_KEPT;
}

/* Is there a heading that is a link, below ${measure} or around it? */
static bool
heads_elsewhere(const struct measure *measure)
{
	const struct measure *at;

	for (at = measure; at < measure->end; at++)
		if (is_heading(at->node) && at->weight > 0 &&
		    (at->in_link || (uint64_t)at->link_weight * 5 > (uint64_t)at->weight * 4))
			return true;
	return false;
}

/* A box that is named as one, with another article's headline, and no more than a few lines. */
static enum measure_drop
judge_teasers(const struct measure *measure)
{
	if ((measure->hints & HINT_TEASER) == 0 || measure->weight > TEASER_WEIGHT ||
	    measure->end - measure > TEASER_ELEMENTS)
		return MEASURE_KEPT;
	return heads_elsewhere(measure) ? MEASURE_POINTER : MEASURE_KEPT;
}

/* Tell whether ${text} opens with a phrase that leads to another article. */
static bool
opens_as_pointer(const char *text)
{
	static const char *const openers[] = {
		"also read", "also see", "click here", "continue reading", "don't miss",
		"flashback", "for more", "in case you missed", "keep reading", "learn more",
		"more:", "more from", "more on", "more stories", "must read", "must watch",
		"read also", "read more", "read next", "read the full", "read:", "recommended",
		"related", "see also", "see more", "suggested reading", "trending", "watch:",
		"watch more", "you may also", "you might also", "a lire", "\xc3\xa0 lire",
		"lire aussi", "lire la suite", "lesen sie", "mehr zum thema", "siehe auch",
		"lea tambi", "leer m", "le\xc3\255a tamb", "leia mais", "leia tamb",
		"veja tamb", "leggi anche", "lees ook",
		"\xd1\x87\xd0\xb8\xd1\x82\xd0\xb0\xd0\xb9\xd1\x82\xd0\xb5 ", "czytaj ", NULL
	};
	size_t i;

	text += strspn(text, " \t\r\n\f-*>[(|");
	for (i = 0; openers[i] != NULL; i++)
		if (strncasecmp(text, openers[i], strlen(openers[i])) == 0)
			return true;
	return false;
}

static enum measure_drop
judge_pointers(const struct measure *measure)
{
	static const char *const lines[] = { "p", "div", "li", "h2", "h3", "h4", "h5", "h6",
		"strong", "blockquote", NULL };

	if (!is_one_of(measure->node, lines) || measure->weight == 0 ||
	    measure->weight > POINTER_WEIGHT || measure->blocks > 1 ||
	    measure->node->parent == NULL)
		return MEASURE_KEPT;
	/* Of a heading, trim.c sees what stands under it. */
	if ((dom_is(measure->node, "strong") || measure->node->name[0] == 'h') &&
	    measure->link_weight == 0)
		return MEASURE_KEPT;
	/* Without a link it points nowhere, unless it is a label on its own. */
	if (measure->link_weight < measure->weight / 3 && measure->weight > 20)
		return MEASURE_KEPT;
	return opens_as_pointer(first_text(measure)) ? MEASURE_POINTER : MEASURE_KEPT;
}

/*
 * What must stay, whatever a judge says: footnotes, and what is the body, or holds it.  But what
 * stands beside it, and is small, may hold other articles, whose bodies are called the same.
 */
static bool
is_protected(const struct measure *measure, uint32_t most)
{
	if (dom_is(measure->node, "body") || note_holds(measure->node))
		return true;
	/* That of a quote says whose it is. */
	if (dom_is(measure->node, "footer") && dom_is(measure->node->parent, "blockquote"))
		return true;
	if ((dom_is(measure->node, "aside") || (measure->hints & (HINT_RELATED |
	    HINT_PROFILE)) != 0) && measure->running <= most / 2)
		return false;
	return (measure->hints & HINT_BODY) != 0 || (measure->hints_below & HINT_BODY) != 0;
}

/*
 * Let ${judge} look at all below ${root}, but keep what alone is more than
 * ${most}; return how much running text it drops.  With ${mark} unset, nothing is
 * dropped yet.
 */
static uint32_t
apply(struct measure *root, judge_fn *judge, uint32_t most, bool mark)
{
	struct measure *measure;
	enum measure_drop reason;
	uint32_t lost = 0;

	for (measure = root + 1; measure < root->end; measure++) {
		/* Highlighters call the comments in code "comment". */
		if (measure->drop != MEASURE_KEPT || dom_is(measure->node, "pre") ||
		    dom_is(measure->node, "code")) {
			measure = measure->end - 1;
			continue;
		}
		if (is_protected(measure, most) || measure->running > most ||
		    (reason = judge(measure)) == MEASURE_KEPT)
			continue;
		if (mark)
			measure->drop = reason;
		lost += measure->running;
		measure = measure->end - 1;
	}
	return lost;
}

/* Let ${judge} drop below ${root}, unless that takes more than ${most} in all. */
static void
apply_within(struct measure *root, judge_fn *judge, uint32_t most)
{

	if (apply(root, judge, most, false) <= most)
		apply(root, judge, most, true);
}

void
prune_page(struct measures *measures)
{
	struct measure *root = measures->list;
	uint32_t running = root->running;

	apply_within(root, judge_comments, running > BODY_LEAST ? running - BODY_LEAST : 0);
	measures_sum(measures);
	apply_within(root, judge_chrome, root->running / 4);
	measures_sum(measures);
	apply_within(root, judge_asides, root->running / 2);
	measures_sum(measures);
}

void
prune_candidate(struct measures *measures, const struct candidate *candidate)
{
	static judge_fn *const judges[] = { judge_labels, judge_links, judge_teasers,
		judge_pointers };
	size_t i, j;

	for (i = 0; i < sizeof(judges) / sizeof(judges[0]); i++) {
		for (j = 0; j < candidate->count; j++)
			apply_within(candidate->roots[j], judges[i],
			    candidate->roots[j]->running / 4);
		measures_sum(measures);
	}
}
