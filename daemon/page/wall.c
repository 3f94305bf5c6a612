#include <string.h>

#include "daemon/page/fold.h"
#include "daemon/page/wall.h"
#include "proto/base/err.h"

enum {
	BLOCK_WORDS = 60,	/* a longer block is prose */
	WALL_WORDS = 160,	/* a longer run of blocks is more than a wall */
	REACH_BACK = 2,		/* blocks before the one that says it */
	REACH_ON = 6,		/* and after it */
	SILENT_RUN = 2,		/* blocks without any idea that may stand between */
	FEW_WORDS = 24,		/* a wall without anything to press is brief */
	LABEL_WORDS = 10,	/* "members only" among more words is no badge */
	BARE_WORDS = 12,	/* nor are so many more words than a remark */
	PROSE_BYTES = 60	/* a shorter block is no landmark */
};

/* "The text goes on, or is reserved" and "what to do about it". */
static const unsigned strong_ideas =
    PHRASE_RESERVED | PHRASE_CONTINUE | PHRASE_SPENT | PHRASE_REMAINS;
static const unsigned action_ideas = PHRASE_OFFER | PHRASE_REGISTER | PHRASE_KNOWN;

static bool
is_short(const struct view_block *block)
{

	return block->words <= BLOCK_WORDS && block->len <= VIEW_SHORT;
}

/* A link that only says "continue reading": to another article, more often than not. */
static bool
is_mere_link(const struct view_block *block)
{

	return (block->ideas & strong_ideas) == PHRASE_CONTINUE &&
	    (block->ideas & action_ideas) == 0 && block->linked * 4 >= block->len * 3 &&
	    !(block->flags & (VIEW_HEADING | VIEW_HINT | VIEW_VENDOR));
}

/* A badge beside a link: it is another article that is for subscribers. */
static bool
is_teaser_of_another(const struct view_block *block)
{

	return !(block->ideas & action_ideas) && ((block->flags & VIEW_LIST) ?
	    block->linked > 0 : block->linked * 2 > block->len);
}

/* Does ${block} say that the text is cut here? */
static bool
is_strong(const struct view_block *block)
{

	if (!is_short(block) || (block->flags & (VIEW_COMMENTS | VIEW_NEWSLETTER)))
		return false;
	if ((block->flags & VIEW_CHROME) && !(block->flags & (VIEW_VENDOR | VIEW_HINT)))
		return false;
	if (block->flags & VIEW_VENDOR)
		return true;
	/* "Subscribe to our newsletter to keep reading …" speaks of something else. */
	if ((block->ideas & PHRASE_OTHER) && !(block->ideas & (PHRASE_SPENT | PHRASE_REMAINS)))
		return false;
	if (block->ideas & PHRASE_ELSEWHERE)
		return true;
	if (is_mere_link(block) || is_teaser_of_another(block))
		return false;
	if ((block->ideas & PHRASE_LABEL) &&
	    (block->words <= LABEL_WORDS || (block->ideas & strong_ideas)))
		return (block->flags & (VIEW_HEADING | VIEW_PARAGRAPH | VIEW_HINT)) != 0 &&
		    block->linked < block->len;
	return (block->ideas & strong_ideas) != 0 ||
	    ((block->flags & VIEW_HINT) && (block->ideas & action_ideas));
}

/* May ${block} belong to the wall that ${seed} is the heart of? */
static bool
joins(const struct view_block *block, const struct view_block *seed)
{
	const unsigned zones = VIEW_CHROME | VIEW_COMMENTS;

	if (!is_short(block) || (block->flags & zones) != (seed->flags & zones))
		return false;
	if (seed->flags & block->flags & VIEW_VENDOR)
		return true;
	if (block->ideas & (strong_ideas | action_ideas | PHRASE_LABEL))
		return true;
	return block->words <= 20 && (block->flags & VIEW_HINT) == (seed->flags & VIEW_HINT);
}

/* How far the wall around block ${seed} reaches in one direction. */
static size_t
reach(const struct view *view, size_t seed, int step, size_t most, unsigned *words)
{
	size_t end = seed, at = seed, silent = 0;
	bool vendor = (view->blocks[seed].flags & VIEW_VENDOR) != 0;
	unsigned run = 0;

	while ((step > 0 ? at + 1 < view->count : at > 0) && (vendor ||
	    (at > seed ? at - seed : seed - at) < most)) {
		const struct view_block *block;

		at += (size_t)step;
		block = &view->blocks[at];
		if (!joins(block, &view->blocks[seed]))
			break;
		run += block->words;
		if (*words + run > WALL_WORDS)
			break;
		if (vendor || (block->ideas & (strong_ideas | action_ideas))) {
			end = at;
			*words += run;
			run = 0;
			silent = 0;
		} else if (++silent > SILENT_RUN) {
			break;
		}
	}
	return end;
}

static void
append_text(char *to, size_t size, const char *text)
{
	size_t len = strlen(to), add = strlen(text);

	if (len + 2 >= size)
		return;
	if (len > 0)
		to[len++] = ' ';
	if (add > size - 1 - len)
		add = size - 1 - len;
	/* Never half a character. */
	while (add > 0 && ((unsigned char)text[add] & 0xC0) == 0x80)
		add--;
	memcpy(to + len, text, add);
	to[len + add] = '\0';
}

void
wall_excerpt(const char *text, char excerpt[WALL_EXCERPT])
{

	excerpt[0] = '\0';
	append_text(excerpt, WALL_EXCERPT, text);
}

/* Put the blocks from ${first} to ${last} together. */
static void
gather(const struct view *view, size_t first, size_t last, struct wall *wall)
{

	memset(wall, 0, sizeof(*wall));
	wall->first_text = view->blocks[first].first_text;
	wall->last_text = view->blocks[last].last_text;
	for (size_t i = first; i <= last; i++) {
		const struct view_block *block = &view->blocks[i];

		wall->flags |= block->flags;
		wall->ideas |= block->ideas;
		wall->words += block->words;
		if (block->percent_left > 0)
			wall->percent_left = block->percent_left;
		if (block->characters_left > 0)
			wall->characters_left = block->characters_left;
		append_text(wall->excerpt, sizeof(wall->excerpt), view_text(view, block));
	}
}

static unsigned
count_bits(unsigned bits)
{
	unsigned count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

/*
 * Do the ideas together make a wall?  It says that the text is cut and what to do
 * about it; a name like "paywall" stands for the first, when there is more than one
 * way to go on; two ways of saying the first do without the second.
 */
static bool
is_wall(const struct wall *wall)
{
	unsigned strong = wall->ideas & (strong_ideas | PHRASE_LABEL);
	unsigned action = wall->ideas & action_ideas;

	if (wall->ideas & PHRASE_ELSEWHERE)
		return true;
	if (wall->flags & VIEW_VENDOR)
		return (strong | action) != 0;
	/* A wall has something to press or a heading; a sentence about walls has not. */
	if (!(wall->flags & (VIEW_LINK | VIEW_HINT | VIEW_HEADING)) && wall->words > FEW_WORDS)
		return false;
	if (wall->ideas & PHRASE_REMAINS)
		return true;
	if (strong != 0)
		return action != 0 || count_bits(strong) >= 2;
	return (wall->flags & VIEW_HINT) && count_bits(action) >= 2 &&
	    !(wall->ideas & PHRASE_OTHER);
}

/* Prose that can be found again in the article. */
static bool
is_landmark(const struct view_block *block)
{

	return block->len >= PROSE_BYTES && !(block->flags & (VIEW_CHROME | VIEW_COMMENTS)) &&
	    block->linked * 2 < block->len;
}

/* Fold ${text} and keep its start, or its end, in ${anchor}. */
static int
keep_anchor(const char *text, bool end, char anchor[WALL_ANCHOR])
{
	struct buffer folded;
	size_t from = 0, len;
	int err;

	buffer_init(&folded, VIEW_TEXT);
	if ((err = fold_append(text, &folded)) < 0)
		goto out;
	len = folded.len;
	if (len > WALL_ANCHOR / 2) {
		/* Bytes: the search for it compares bytes too. */
		from = end ? len - WALL_ANCHOR / 2 : 0;
		len = WALL_ANCHOR / 2;
	}
	memcpy(anchor, buffer_text(&folded) + from, len);
	anchor[len] = '\0';
out:
	buffer_release(&folded);
	return err;
}

static int
find_anchors(const struct view *view, size_t first, size_t last, struct wall *wall)
{
	int err;

	for (size_t i = first; i > 0; i--) {
		if (!is_landmark(&view->blocks[i - 1]))
			continue;
		err = keep_anchor(view_text(view, &view->blocks[i - 1]), true, wall->before);
		if (err < 0)
			return err;
		break;
	}
	for (size_t i = last + 1; i < view->count; i++) {
		if (is_landmark(&view->blocks[i]))
			return keep_anchor(view_text(view, &view->blocks[i]), false, wall->after);
	}
	return RS_OK;
}

static unsigned
depth_of(const xmlNode *node)
{
	unsigned depth = 0;

	for (; node != NULL; node = node->parent)
		depth++;
	return depth;
}

/* The smallest element that holds both, unless that is the page itself; or NULL. */
static const xmlNode *
element_of_both(const xmlNode *a, const xmlNode *b)
{
	unsigned depth_a = depth_of(a), depth_b = depth_of(b);

	for (; depth_a > depth_b; depth_a--)
		a = a->parent;
	for (; depth_b > depth_a; depth_b--)
		b = b->parent;
	for (; a != b; a = a->parent)
		b = b->parent;
	return a == NULL || dom_is(a, "body") || dom_is(a, "html") ||
	    a->type != XML_ELEMENT_NODE ? NULL : a;
}

/*
 * Measure the prose on both sides of the wall inside the smallest element that
 * holds the wall and the prose before it.  When that is the page itself, what
 * follows says nothing: it may be anything.
 */
static void
measure_sides(const struct view *view, size_t first, size_t last, struct wall *wall)
{
	const xmlNode *element;
	size_t before = first;

	while (before > 0 && !is_landmark(&view->blocks[before - 1]))
		before--;
	if (before == 0)
		return;
	element = element_of_both(view->blocks[before - 1].node, view->blocks[last].node);
	if (element == NULL)
		return;
	wall->in_text = true;
	for (size_t i = before; i > 0 && dom_inside(view->blocks[i - 1].node, element); i--) {
		if (is_landmark(&view->blocks[i - 1]))
			wall->words_before += view->blocks[i - 1].words;
	}
	for (size_t i = last + 1; i < view->count &&
	    dom_inside(view->blocks[i].node, element); i++) {
		if (is_landmark(&view->blocks[i]))
			wall->words_after += view->blocks[i].words;
	}
}

/* The prose around a block: the last before it, and the first after it, as far as there is. */
struct around {
	size_t looked_at;		/* the blocks before this one */
	size_t before;			/* one more than the last of prose among them; 0: none */
	size_t after;			/* view->count: none */
};

/* Go on to block ${i}: each block is looked at twice, however many are asked for. */
static void
move_to(const struct view *view, size_t i, struct around *around)
{

	for (; around->looked_at < i; around->looked_at++)
		if (is_landmark(&view->blocks[around->looked_at]))
			around->before = around->looked_at + 1;
	if (around->after <= i)
		around->after = i + 1;
	while (around->after < view->count && !is_landmark(&view->blocks[around->after]))
		around->after++;
}

/*
 * Is block ${i} all of a wall that says that the text is reserved and nothing else, not even what
 * to do about it?  Only where it is the last of the element that holds the text: elsewhere the
 * same words are a badge.
 */
static bool
is_bare(const struct view *view, size_t i, struct around *around)
{
	const struct view_block *block = &view->blocks[i];
	const xmlNode *element;

	if (!(block->ideas & (PHRASE_RESERVED | PHRASE_CONTINUE | PHRASE_SPENT)) ||
	    block->words > BARE_WORDS || block->linked > 0)
		return false;
	move_to(view, i, around);
	if (around->before == 0)
		return false;
	element = element_of_both(view->blocks[around->before - 1].node, block->node);
	return element != NULL && (around->after == view->count ||
	    !dom_inside(view->blocks[around->after].node, element));
}

int
wall_find(const struct view *view, struct wall walls[WALL_MAX], size_t *ret_count)
{
	struct around around = { 0, 0, 0 };
	size_t count = 0, taken = 0;
	int err;

	for (size_t i = 0; i < view->count && count < WALL_MAX; i++) {
		unsigned words = view->blocks[i].words;
		size_t first, last;
		bool bare;

		if (!is_strong(&view->blocks[i]))
			continue;
		first = last = i;
		/* A remark stands alone; it is text of the article. */
		if (!(view->blocks[i].ideas & PHRASE_ELSEWHERE)) {
			first = reach(view, i, -1, REACH_BACK, &words);
			last = reach(view, i, 1, REACH_ON, &words);
		}
		if (first < taken)
			first = taken;
		gather(view, first, last, &walls[count]);
		bare = !is_wall(&walls[count]);
		if (bare && !is_bare(view, i, &around))
			continue;
		if (bare)
			gather(view, first = i, last = i, &walls[count]);
		measure_sides(view, first, last, &walls[count]);
		walls[count].bare = bare;
		if ((err = find_anchors(view, first, last, &walls[count])) < 0)
			return err;
		count++;
		taken = last + 1;
		i = last;
	}
	*ret_count = count;
	return RS_OK;
}
