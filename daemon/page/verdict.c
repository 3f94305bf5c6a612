#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/page/access.h"
#include "daemon/page/barrier.h"
#include "daemon/page/evidence.h"
#include "daemon/page/explain.h"
#include "daemon/page/fold.h"
#include "daemon/page/member.h"
#include "daemon/page/selector.h"
#include "daemon/page/teaser.h"
#include "daemon/page/verdict.h"
#include "daemon/page/view.h"
#include "daemon/page/wall.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

enum {
	PART_LONG = 250,	/* words of a declared part that is here */
	PART_EMPTY = 25,	/* fewer: the part is here in name only */
	SHORT_BODY = 220,	/* words: a wall anywhere on the page cuts such a text */
	SCANT_BODY = 120,	/* words: little enough to count by itself */
	LONG_BODY = 500,
	TEASER_WORDS = 420,	/* with a wall and no other measure, more is partial */
	TEASER_SHARE = 45,	/* percent of the text: less is a teaser */
	AGREE_SHARE = 80,	/* percent of the declared words */
	EXCESS_SHARE = 170,	/* more than was declared is something else */
	LACK_SHARE = 60,
	LOST_LETTERS = 3,	/* fewer may be meant */
	END_SHARE = 75,		/* percent of the text before a wall that ends it */
	ARTICLE_TEXT = 8 * 1024 * 1024
};

struct verdict_scan {
	struct barrier barrier;
	struct wall walls[WALL_MAX];
	size_t wall_count;
	struct evidence_list declared;	/* what the publisher declares */
	struct member member;
	bool gated;			/* declared so, or metered */
	bool metered;
	bool allowed;			/* a view of it, by the reader's leave */
	bool withhold;			/* what is gated is not ours to keep */
	char *selectors[METADATA_SELECTORS];
	size_t selector_count;
	bool amp;			/* sections of AMP may be parts as well */
	bool part_found;
	bool part_unclear;		/* a selector says more than we understand */
	unsigned part_words;		/* visible words of the declared parts */
	unsigned declared_words;
	struct buffer *explanation;	/* of the input; may be NULL */
	bool counter;
	char counter_excerpt[WALL_EXCERPT];
};

/* --------------------------------------------------------------------- scanning */

static void
scan_declarations(const struct metadata *metadata, struct verdict_scan *scan)
{
	struct evidence_list *list = &scan->declared;

	if (metadata->jsonld_access == METADATA_ACCESS_GATED)
		evidence_add(list, EVIDENCE_DECLARED_GATED, "isAccessibleForFree: false");
	if (metadata->jsonld_access == METADATA_ACCESS_FREE)
		evidence_add(list, EVIDENCE_DECLARED_FREE, "isAccessibleForFree: true");
	if (metadata->swg_access == METADATA_ACCESS_GATED)
		evidence_add(list, EVIDENCE_SWG_GATED, "subscriptions-accessible-for-free: false");
	if (metadata->tier == METADATA_ACCESS_GATED)
		evidence_add(list, EVIDENCE_TIER_LOCKED, "article:content_tier");
	if (metadata->tier == METADATA_ACCESS_FREE)
		evidence_add(list, EVIDENCE_TIER_FREE, "article:content_tier: free");
	if (metadata->metered)
		evidence_add(list, EVIDENCE_TIER_METERED, "article:content_tier: metered");
	if (metadata->amp_access)
		evidence_add(list, EVIDENCE_AMP_ACCESS, NULL);
	scan->amp = metadata->amp_access && metadata->jsonld_access != METADATA_ACCESS_FREE &&
	    metadata->swg_access != METADATA_ACCESS_FREE && metadata->tier != METADATA_ACCESS_FREE;
	scan->metered = metadata->metered;
	scan->gated = access_is_gated(metadata) || metadata->metered;
	scan->declared_words = metadata->declared_words;
}

static bool
matches_any(char *const *selectors, size_t count, const xmlNode *node)
{

	for (size_t i = 0; i < count; i++) {
		if (selector_matches(selectors[i], node))
			return true;
	}
	return false;
}

/* Tell whether ${node} is a part of the page that is declared closed. */
static bool
is_part(const struct verdict_scan *scan, const xmlNode *node)
{

	return node->type == XML_ELEMENT_NODE &&
	    (matches_any(scan->selectors, scan->selector_count, node) ||
	    (scan->amp && access_is_amp_part(node)));
}

static unsigned
visible_words(const xmlNode *node)
{
	struct buffer text;
	unsigned words;

	buffer_init(&text, ARTICLE_TEXT);
	dom_append_text(node, &text);
	words = article_words_of(buffer_text(&text));
	buffer_release(&text);
	return words;
}

/*
 * Tell whether ${node} is hidden by AMP from who has saved the page, or fetched it without a
 * session; a session's own browser would show it.
 */
static bool
is_amp_hidden(const struct verdict_scan *scan, const xmlNode *node)
{

	return scan->amp && scan->member.session != READSYNC__SESSION__SESSION_IN &&
	    access_is_amp_hidden(node);
}

/* A section of AMP with ${words} in it: what greets a subscriber closes no article. */
static void
take_amp_part(struct verdict_scan *scan, unsigned words)
{

	if (words >= PART_EMPTY) {
		scan->part_found = true;
		scan->gated = true;
	}
}

/* How much of the declared parts a reader sees. */
static void
scan_parts(xmlDoc *document, struct verdict_scan *scan)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root;

	while (node != NULL && (scan->selector_count > 0 || scan->amp)) {
		bool hidden = node->type == XML_ELEMENT_NODE && dom_hidden(node);
		unsigned words;

		if (is_part(scan, node)) {
			words = hidden ? 0 : visible_words(node);
			if (matches_any(scan->selectors, scan->selector_count, node))
				scan->part_found = true;
			else
				take_amp_part(scan, words);
			/* The page as a whole cannot be cut from itself. */
			scan->part_unclear |= node == root;
			/* What was saved holds what its reader did not see. */
			if (scan->member.session != READSYNC__SESSION__SESSION_UNKNOWN ||
			    !is_amp_hidden(scan, node))
				scan->part_words += words;
			hidden = true;
		}
		node = hidden ? dom_next_after(node, root) : dom_next(node, root);
	}
}

/* Remarks outside walls: some free articles are left. */
static void
scan_remarks(const struct view *view, struct verdict_scan *scan)
{

	for (size_t i = 0; i < view->count; i++) {
		const struct view_block *block = &view->blocks[i];

		if (block->flags & (VIEW_CHROME | VIEW_COMMENTS))
			continue;
		if ((block->ideas & PHRASE_COUNTER) && !scan->counter) {
			scan->counter = true;
			wall_excerpt(view_text(view, block), scan->counter_excerpt);
		}
	}
}

static int
copy_selectors(const struct metadata *metadata, struct verdict_scan *scan)
{

	scan->part_unclear = metadata->selectors_lost;
	for (size_t i = 0; i < metadata->selector_count; i++) {
		scan->part_unclear |= !selector_is_understood(metadata->selectors[i]);
		if ((scan->selectors[i] = strdup(metadata->selectors[i])) == NULL)
			return RS_ENOMEM;
		scan->selector_count++;
	}
	return RS_OK;
}

/* Tell whether what is gated is not ours to keep, as far as ${member} is known. */
static bool
withholds(const struct verdict_scan *scan, const struct member *member)
{
	return scan->gated && !scan->allowed &&
	    member->session == READSYNC__SESSION__SESSION_OUT;
}

int
verdict_scan_new(const struct page_input *input, xmlDoc *document,
    const struct metadata *metadata, struct verdict_scan **ret_scan)
{
	struct verdict_scan *scan = calloc(1, sizeof(*scan));
	struct view *view = NULL;
	int err = RS_ENOMEM;

	if (scan == NULL || (err = view_new(document, &view)) < 0 ||
	    (err = wall_find(view, scan->walls, &scan->wall_count)) < 0 ||
	    (err = copy_selectors(metadata, scan)) < 0)
		goto out;
	scan_declarations(metadata, scan);
	member_scan(input, document, view, &scan->member);
	scan->allowed = input->allowed;
	scan->explanation = input->explanation;
	scan_parts(document, scan);
	scan->withhold = withholds(scan, &scan->member);
	scan_remarks(view, scan);
	barrier_scan(input, document, view, &scan->barrier);
	*ret_scan = scan;
	scan = NULL;
out:
	view_free(view);
	verdict_scan_free(scan);
	return err;
}

void
verdict_scan_free(struct verdict_scan *scan)
{

	if (scan == NULL)
		return;
	for (size_t i = 0; i < scan->selector_count; i++)
		free(scan->selectors[i]);
	free(scan);
}

/* ------------------------------------------------------------------- withholding */

static int
drop(const struct verdict_scan *scan, xmlNode *node, const char *reason)
{
	int err = explain_part(node, reason, scan->explanation);

	xmlUnlinkNode(node);
	xmlFreeNode(node);
	return err;
}

static bool
in_wall(const struct verdict_scan *scan, uint32_t text)
{

	for (size_t i = 0; i < scan->wall_count; i++) {
		if (!(scan->walls[i].ideas & PHRASE_ELSEWHERE) && !scan->walls[i].bare &&
		    text >= scan->walls[i].first_text && text <= scan->walls[i].last_text)
			return true;
	}
	return false;
}

/* Cut the texts of walls; counted as the view counted them. */
static int
cut_walls(const struct verdict_scan *scan, xmlDoc *document)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root, *next;
	uint32_t texts = 0;
	int err = RS_OK;

	for (; node != NULL && scan->wall_count > 0 && err == RS_OK; node = next) {
		next = dom_next(node, root);
		if (node->type == XML_TEXT_NODE && in_wall(scan, ++texts))
			err = drop(scan, node, "a wall");
	}
	return err;
}

static int
cut_parts(const struct verdict_scan *scan, xmlDoc *document)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root, *next;
	int err = RS_OK;

	for (; node != NULL && err == RS_OK; node = next) {
		bool gated = node != root && ((scan->withhold && is_part(scan, node)) ||
		    is_amp_hidden(scan, node));

		next = gated ? dom_next_after(node, root) : dom_next(node, root);
		if (gated)
			err = drop(scan, node, "withheld, for it is declared closed");
	}
	return err;
}

bool
verdict_withholds(const struct verdict_scan *scan)
{

	return scan->withhold;
}

int
verdict_withhold(const struct verdict_scan *scan, xmlDoc *document)
{
	int err = cut_walls(scan, document);

	return err != RS_OK || !(scan->withhold || scan->amp) ? err : cut_parts(scan, document);
}

/* ----------------------------------------------------------------------- judging */

/* The article's text, folded, to find the neighbours of walls in. */
static int
fold_article(const Readsync__Article *article, struct buffer *out)
{
	int err = RS_OK;

	for (size_t i = 0; i < article->n_blocks && err == RS_OK; i++)
		err = fold_append(article->blocks[i]->text, out);
	return err;
}

/*
 * How much of the article stands before ${wall}, in percent; -1 when neither of
 * its neighbours is in the article.
 */
static int
share_before(const struct wall *wall, struct bytes article)
{
	const uint8_t *found;

	if (article.len == 0)
		return -1;
	if (wall->before[0] != '\0') {
		size_t len = strlen(wall->before);

		found = memmem(article.data, article.len, wall->before, len);
		if (found != NULL)
			return (int)((len + (size_t)(found - article.data)) * 100 / article.len);
	}
	if (wall->after[0] != '\0') {
		found = memmem(article.data, article.len, wall->after, strlen(wall->after));
		if (found != NULL)
			return (int)((size_t)(found - article.data) * 100 / article.len);
	}
	return -1;
}

/*
 * Does the text end at ${wall}?  Either the extracted article has next to nothing
 * after it, or the element that holds the text has: what follows elsewhere is then
 * not the article's.
 */
static bool
ends_text(const struct wall *wall, int share)
{

	if (wall->flags & VIEW_OVERLAY)
		return false;
	return share >= END_SHARE || (wall->in_text && wall->words_before > 0 &&
	    wall->words_after * 100 < (wall->words_before + wall->words_after) *
	    (100 - END_SHARE));
}

/* The wall that ends the article, or stands on the page of a short one. */
static const struct wall *
judge_walls(const struct verdict_scan *scan, const Readsync__Article *article,
    struct bytes text, struct evidence_list *list)
{
	for (size_t i = 0; i < scan->wall_count; i++) {
		const struct wall *wall = &scan->walls[i];
		int share = share_before(wall, text);

		if (wall->ideas & PHRASE_ELSEWHERE) {
			if (share >= END_SHARE || article->words < SHORT_BODY)
				evidence_add(list, EVIDENCE_ELSEWHERE, wall->excerpt);
			continue;
		}
		if (wall->bare && article->words >= SHORT_BODY)
			continue;
		if (!wall->bare && ends_text(wall, share)) {
			evidence_add(list, EVIDENCE_WALL_AT_END, wall->excerpt);
			return wall;
		}
		if (article->words < SHORT_BODY) {
			evidence_add(list, EVIDENCE_WALL_SHORT_BODY, wall->excerpt);
			return wall;
		}
	}
	for (size_t i = 0; i < scan->wall_count; i++) {
		if (!scan->walls[i].bare && !evidence_has(list, EVIDENCE_ELSEWHERE)) {
			evidence_add(list, EVIDENCE_WALL_ASIDE, scan->walls[i].excerpt);
			break;
		}
	}
	return NULL;
}

static void
judge_parts(const struct verdict_scan *scan, struct evidence_list *list)
{
	const char *name = scan->selector_count > 0 ? scan->selectors[0] : NULL;

	if ((scan->selector_count == 0 && !scan->part_found) || !scan->gated)
		return;
	if (!scan->part_found)
		evidence_add(list, EVIDENCE_PART_MISSING, name);
	else if (scan->part_words < PART_EMPTY)
		evidence_add(list, EVIDENCE_PART_EMPTY, name);
	else if (scan->withhold)
		evidence_add(list, EVIDENCE_PART_WITHHELD, name);
	else if (scan->part_words >= PART_LONG)
		evidence_add(list, EVIDENCE_PART_PRESENT, name);
}

/* How the text ends: 1 with a finished sentence, -1 broken off, 0 otherwise. */
static int
ending(const Readsync__Article *article)
{
	static const char *const broken[] = { "…", "...", "[…]", "[...]" };
	static const char *const done[] = {
		".", "!", "?", ".\"", ".”", ".’", "。", "！", "？", "」", ".)", "”", "»",
	};
	const char *text = "";
	size_t len;

	for (size_t i = article->n_blocks; i > 0 && text[0] == '\0'; i--)
		text = article->blocks[i - 1]->text;
	len = strlen(text);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		size_t end = strlen(broken[i]);

		if (len >= end && strcmp(text + len - end, broken[i]) == 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++) {
		size_t end = strlen(done[i]);

		if (len >= end && strcmp(text + len - end, done[i]) == 0)
			return 1;
	}
	return 0;
}

/* Letters that the page's charset did not hold. */
static void
judge_letters(const Readsync__Article *article, struct evidence_list *list)
{
	char excerpt[64];
	unsigned lost = 0;

	for (size_t i = 0; i < article->n_blocks; i++) {
		const char *at = article->blocks[i]->text;

		for (; (at = strstr(at, "\uFFFD")) != NULL; at++)
			lost++;
	}
	snprintf(excerpt, sizeof(excerpt), "%u letters could not be read", lost);
	if (lost >= LOST_LETTERS)
		evidence_add(list, EVIDENCE_LETTERS_LOST, excerpt);
}

static void
judge_length(const struct verdict_scan *scan, const Readsync__Article *article,
    struct evidence_list *list)
{
	uint64_t share = scan->declared_words > 0 ?
	    (uint64_t)article->words * 100 / scan->declared_words : 0;
	char excerpt[64];
	int end = ending(article);

	if (scan->declared_words > 0) {
		snprintf(excerpt, sizeof(excerpt), "%u of %u words", article->words,
		    scan->declared_words);
		if (share >= AGREE_SHARE && share <= EXCESS_SHARE)
			evidence_add(list, EVIDENCE_WORDS_AGREE, excerpt);
		else if (share < LACK_SHARE)
			evidence_add(list, EVIDENCE_WORDS_LACK, excerpt);
	}
	snprintf(excerpt, sizeof(excerpt), "%u words", article->words);
	if (article->words >= LONG_BODY && end >= 0)
		evidence_add(list, EVIDENCE_BODY_LONG, excerpt);
	if (article->words < SCANT_BODY)
		evidence_add(list, EVIDENCE_BODY_SHORT, excerpt);
	if (end < 0)
		evidence_add(list, EVIDENCE_CUT_OFF, NULL);
}

static void
judge_remarks(const struct verdict_scan *scan, const Readsync__Article *article,
    struct evidence_list *list)
{

	if (article->next_page[0] != '\0')
		evidence_add(list, EVIDENCE_NEXT_PAGE, article->next_page);
	if (scan->counter)
		evidence_add(list, EVIDENCE_METER_COUNTER, scan->counter_excerpt);
}

/* Which share of the text is here, in percent; 0 when nothing tells. */
static unsigned
share_here(const struct verdict_scan *scan, const Readsync__Article *article,
    const struct wall *wall)
{

	if (wall != NULL && wall->percent_left > 0)
		return 100 - (unsigned)wall->percent_left;
	if (wall != NULL && wall->characters_left > 0)
		return article->words * 100 / (article->words + (unsigned)wall->characters_left);
	if (scan->declared_words > 0)
		return article->words * 100 / scan->declared_words;
	return 0;
}

static Readsync__Copy
decide_copy(const struct verdict_scan *scan, const Readsync__Article *article,
    const struct wall *wall, const struct evidence_list *list)
{
	unsigned share = share_here(scan, article, wall), words = article->words;

	if (evidence_find_decisive(list))
		return READSYNC__COPY__COPY_BLOCKED;
	if (evidence_sum(list) < EVIDENCE_DOUBT)
		return READSYNC__COPY__COPY_FULL;
	/* A page of several, or an excerpt, is no publisher's teaser. */
	if (wall == NULL && (evidence_has(list, EVIDENCE_NEXT_PAGE) ||
	    evidence_has(list, EVIDENCE_ELSEWHERE)))
		return READSYNC__COPY__COPY_PARTIAL;
	if (share > 0)
		return share < TEASER_SHARE ? READSYNC__COPY__COPY_TEASER :
		    READSYNC__COPY__COPY_PARTIAL;
	/* What was extracted from after the wall is no part of the text. */
	if (wall != NULL && wall->in_text && wall->words_before < words)
		words = wall->words_before;
	return words < TEASER_WORDS ? READSYNC__COPY__COPY_TEASER : READSYNC__COPY__COPY_PARTIAL;
}

static Readsync__Gated
decide_gated(const struct verdict_scan *scan, const struct member *member,
    const struct wall *wall, const struct evidence_list *list)
{

	if (scan->gated || wall != NULL || scan->counter ||
	    evidence_has(list, EVIDENCE_HTTP_PAYMENT) ||
	    evidence_has(list, EVIDENCE_HTTP_LOGIN) || evidence_has(list, EVIDENCE_LOGIN_PAGE))
		return READSYNC__GATED__GATED_YES;
	if (evidence_has(list, EVIDENCE_DECLARED_FREE) || evidence_has(list, EVIDENCE_TIER_FREE))
		return READSYNC__GATED__GATED_NO;
	/* Sent whole to someone without a session: whoever asks gets it. */
	if (member->session == READSYNC__SESSION__SESSION_OUT && !evidence_find_decisive(list) &&
	    evidence_sum(list) < EVIDENCE_DOUBT)
		return READSYNC__GATED__GATED_NO;
	return READSYNC__GATED__GATED_UNKNOWN;
}

static Readsync__GateKind
decide_kind(const struct verdict_scan *scan, const struct wall *wall, Readsync__Gated gated)
{
	const unsigned paid = PHRASE_OFFER;

	if (gated == READSYNC__GATED__GATED_NO)
		return READSYNC__GATE_KIND__GATE_KIND_NONE;
	if (gated != READSYNC__GATED__GATED_YES)
		return READSYNC__GATE_KIND__GATE_KIND_UNKNOWN;
	if (scan->metered || scan->counter ||
	    (wall != NULL && (wall->ideas & (PHRASE_SPENT | PHRASE_COUNTER))))
		return READSYNC__GATE_KIND__GATE_KIND_METERED;
	if (wall != NULL && (wall->ideas & PHRASE_REGISTER) && !(wall->ideas & paid))
		return READSYNC__GATE_KIND__GATE_KIND_REGISTRATION;
	if (wall != NULL || evidence_has(&scan->declared, EVIDENCE_TIER_LOCKED))
		return READSYNC__GATE_KIND__GATE_KIND_HARD;
	return READSYNC__GATE_KIND__GATE_KIND_UNKNOWN;
}

/*
 * Declared gated, nobody logged in, and not every part that is named closed could be
 * found to be cut, or was, because the session was thought to work: of what was sent, no
 * more than the opening may be kept.
 */
static bool
must_be_teaser(const struct verdict_scan *scan, const struct member *member)
{

	return withholds(scan, member) &&
	    (!scan->withhold || !scan->part_found || scan->part_unclear);
}

/* A whole article may speak of accounts that are in use elsewhere: that is no notice. */
static int
check_notice(struct member *member, struct bytes article, Readsync__Copy copy)
{
	struct buffer notice;
	int err = RS_OK;

	if (!member->elsewhere || copy != READSYNC__COPY__COPY_FULL)
		return RS_OK;
	buffer_init(&notice, 4 * WALL_EXCERPT);
	err = fold_append(member->excerpt, &notice);
	if (err == RS_OK && notice.len > 0 &&
	    memmem(article.data, article.len, notice.data, notice.len) != NULL)
		member->elsewhere = false;
	buffer_release(&notice);
	return err == RS_ENOMEM ? err : RS_OK;
}

int
verdict_judge(const struct verdict_scan *scan, Readsync__Article *article,
    Readsync__Verdict **ret_verdict)
{
	struct evidence_list list = scan->declared;
	struct member member = scan->member;
	Readsync__Verdict *verdict = NULL;
	const struct wall *wall;
	struct buffer text;
	int err;

	buffer_init(&text, ARTICLE_TEXT);
	/* Beyond its bound, what was folded is enough to find the walls in. */
	if ((err = fold_article(article, &text)) == RS_ENOMEM)
		goto out;
	if ((verdict = malloc(sizeof(*verdict))) == NULL) {
		err = RS_ENOMEM;
		goto out;
	}
	readsync__verdict__init(verdict);
	wall = judge_walls(scan, article, buffer_bytes(&text), &list);
	if (wall != NULL && (wall->ideas & PHRASE_REMAINS))
		evidence_add(&list, EVIDENCE_SHARE_LEFT, wall->excerpt);
	judge_parts(scan, &list);
	judge_letters(article, &list);
	judge_length(scan, article, &list);
	judge_remarks(scan, article, &list);
	barrier_judge(&scan->barrier, article, &list);
	err = check_notice(&member, buffer_bytes(&text), decide_copy(scan, article, wall, &list));
	if (err != RS_OK)
		goto out;
	member_judge(&member, wall, &list);
	verdict->session = member.session;
	verdict->copy = decide_copy(scan, article, wall, &list);
	verdict->gated = decide_gated(scan, &member, wall, &list);
	verdict->kind = decide_kind(scan, wall, verdict->gated);
	if (must_be_teaser(scan, &member)) {
		evidence_add(&list, EVIDENCE_PART_WITHHELD, "all that follows the opening");
		if (verdict->copy != READSYNC__COPY__COPY_BLOCKED)
			verdict->copy = READSYNC__COPY__COPY_TEASER;
		if ((err = teaser_cut(article)) < 0 ||
		    (err = explain_opening(scan->explanation)) < 0)
			goto out;
	}
	if ((err = evidence_store(&list, verdict)) < 0)
		goto out;
	*ret_verdict = verdict;
	verdict = NULL;
out:
	buffer_release(&text);
	if (verdict != NULL)
		readsync__verdict__free_unpacked(verdict, NULL);
	return err;
}
