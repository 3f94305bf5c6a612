#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/fold.h"
#include "daemon/page/memo.h"
#include "daemon/page/view.h"
#include "proto/base/err.h"
#include "proto/record/article.h"

enum {
	TOKEN_MAX = 96,		/* bytes of one class that is looked at */
	FORM_WORDS = 80,	/* a form for newsletters says no more */
	WALL_WORDS = 250	/* nor does a wall */
};

/* Elements that frame the page; sorted. */
static const char *const frames[] = { "footer", "header", "nav" };

static const char *const comment_names[] = {
	"comentarios", "comment", "comment-list", "commentaires", "comments", "comments-area",
	"commenti", "commentlist", "diskussion", "discussion", "disqus_thread", "komentarze",
	"kommentare", "kommentarer", "reacties", "respond",
};

/*
 * What membership and paywall products call the element that stands where the
 * text ends: their own names, from their documentation and sources.  Sorted.
 */
static const char *const vendors[] = {
	"gh-post-upgrade-cta", "ihc-locker", "it-exchange-membership-restricted-content",
	"leaky_paywall_message", "leaky_paywall_message_wrap", "members-access-error",
	"memberful-global-marketing-content", "mepr-login-form-wrap", "mepr-unauthorized-message",
	"nopremium-message", "paywall-title", "piano-inline-container", "pmpro_content_message",
	"poool-widget", "rcp_restricted", "steady-paywall", "tp-container-inner",
	"um-locked-content",
	"wc-memberships-content-restricted-message", "wc-memberships-restriction-message",
	"zephr-paywall",
};

/* Forms that ask for an address, not for money; anywhere in a name. */
static const char *const newsletters[] = { "newsletter", "jetpack-subscri", "mailchimp", "mc4wp" };

/* What is a hint wherever in a name it stands. */
static const char *const walls[] = { "paywall", "regwall" };

/* Parts of names that publishers give their own walls; sorted. */
static const char *const hints[] = {
	"barreira", "barrera", "barrier", "barriera", "gate", "gated", "loginwall", "meterwall",
	"paygate", "paywall", "regwall", "restricted", "signwall", "unauthorized", "upsell", "wall",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Where the walk stands: what each open element hands down to its text. */
struct walk {
	struct view *view;
	struct { const xmlNode *node; unsigned flags; } open[DOM_DEPTH_MAX + 8];
	size_t depth;
	uint32_t texts;			/* text nodes met so far */
	const xmlNode *block_node;	/* whose text the last block is */
	size_t capacity;
	struct memo memo;		/* of class lists */
	struct buffer said, folded;	/* the text of the last block, as find_ideas reads it */
};

static int
compare_names(const void *name, const void *entry)
{
	const char *text = name, *other = *(const char *const *)entry;

	/* Most differ in their first letter. */
	return text[0] != other[0] ? (unsigned char)text[0] - (unsigned char)other[0] :
	    strcmp(text, other);
}

static bool
listed(const char *const *list, size_t count, const char *name)
{

	return bsearch(name, list, count, sizeof(*list), compare_names) != NULL;
}

/* A button is read in one line with what stands beside it. */
static bool
is_inline(const xmlNode *node)
{

	return !dom_breaks_line(node) || dom_is(node, "button") || dom_is(node, "br");
}

/* -------------------------------------------------------- flags of an element */

/* Is one of the parts of ${token} ("article-paywall", "meterWall") a hint? */
static bool
token_hints(const char *token)
{
	char part[TOKEN_MAX];
	size_t len = 0;

	for (const char *at = token;; at++) {
		bool hump = isupper((unsigned char)*at) && len > 0 &&
		    islower((unsigned char)at[-1]);

		if (*at == '\0' || *at == '-' || *at == '_' || hump) {
			part[len] = '\0';
			if (listed(hints, COUNT(hints), part))
				return true;
			len = 0;
			if (*at == '\0')
				break;
		}
		if (*at != '-' && *at != '_' && len < sizeof(part) - 1)
			part[len++] = (char)tolower((unsigned char)*at);
	}
	return dom_has_part(token, walls, COUNT(walls));
}

/* What the classes or the id in ${list} say. */
static uint32_t
flags_of_tokens(const char *list)
{
	uint32_t flags = 0;

	while (*list != '\0') {
		size_t len = strcspn(list, " \t\r\n");
		char token[TOKEN_MAX];

		if (len > 0 && len < sizeof(token)) {
			memcpy(token, list, len);
			token[len] = '\0';
			if (listed(vendors, COUNT(vendors), token))
				flags |= VIEW_VENDOR;
			else if (token_hints(token))
				flags |= VIEW_HINT;
			if (listed(comment_names, COUNT(comment_names), token))
				flags |= VIEW_COMMENTS;
			if (dom_has_part(token, newsletters, COUNT(newsletters)))
				flags |= VIEW_NEWSLETTER;
		}
		list += len;
		list += strspn(list, " \t\r\n");
	}
	return flags;
}

static unsigned
flags_of_role(const char *role)
{

	if (role == NULL)
		return 0;
	if (strcmp(role, "dialog") == 0 || strcmp(role, "alertdialog") == 0)
		return VIEW_OVERLAY;
	if (strcmp(role, "navigation") == 0 || strcmp(role, "contentinfo") == 0 ||
	    strcmp(role, "banner") == 0)
		return VIEW_CHROME;
	return 0;
}

static unsigned
flags_of_element(const xmlNode *node, struct memo *memo)
{
	const char *name = (const char *)node->name, *class = dom_attribute(node, "class");
	const char *id = dom_attribute(node, "id");
	unsigned flags = flags_of_role(dom_attribute(node, "role"));

	if (class != NULL)
		flags |= memo_value(memo, class, flags_of_tokens);
	if (id != NULL)
		flags |= flags_of_tokens(id);

	if (dom_attribute(node, "aria-modal") != NULL || strcmp(name, "dialog") == 0)
		flags |= VIEW_OVERLAY;
	if (listed(frames, COUNT(frames), name))
		flags |= VIEW_CHROME;
	if (strcmp(name, "a") == 0 || strcmp(name, "button") == 0)
		flags |= VIEW_LINK;
	else if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6' && name[2] == '\0')
		flags |= VIEW_HEADING;
	else if (strcmp(name, "p") == 0)
		flags |= VIEW_PARAGRAPH;
	else if (strcmp(name, "li") == 0)
		flags |= VIEW_LIST;
	return flags;
}

/* Ghost's buttons say what they do in an attribute, in every language. */
static unsigned
ideas_of_element(const xmlNode *node)
{
	const char *portal = dom_attribute(node, "data-portal");

	if (portal == NULL)
		return 0;
	if (strcmp(portal, "signup") == 0)
		return PHRASE_REGISTER;
	if (strcmp(portal, "signin") == 0)
		return PHRASE_KNOWN;
	return strcmp(portal, "account/plans") == 0 ? PHRASE_OFFER : PHRASE_MEMBER_OUT;
}

/* ------------------------------------------------------------ facts of fields */

static void
note_element(struct view *view, const xmlNode *node)
{
	const char *type;

	if (dom_is(node, "input") && (type = dom_attribute(node, "type")) != NULL &&
	    strcasecmp(type, "password") == 0)
		view->password = true;
	if (ideas_of_element(node) & PHRASE_MEMBER_OUT)
		view->account = true;
}

/* --------------------------------------------------------------------- blocks */

/* The flags that ${node} hands down, its ancestors' among them. */
static unsigned
enter(struct walk *walk, const xmlNode *node)
{
	unsigned inherited, own;

	while (walk->depth > 0 && walk->open[walk->depth - 1].node != node->parent)
		walk->depth--;
	inherited = walk->depth > 0 ? walk->open[walk->depth - 1].flags : 0;
	own = inherited | flags_of_element(node, &walk->memo);
	if (walk->depth < COUNT(walk->open)) {
		walk->open[walk->depth].node = node;
		walk->open[walk->depth].flags = own;
		walk->depth++;
	}
	return own;
}

static unsigned
inherited_flags(struct walk *walk, const xmlNode *text)
{

	while (walk->depth > 0 && walk->open[walk->depth - 1].node != text->parent)
		walk->depth--;
	return walk->depth > 0 ? walk->open[walk->depth - 1].flags : 0;
}

/*
 * Is the block something to press?  A link, or what stands in the frame of the page, or in no
 * text at all: a heading or a paragraph only speaks of it.
 */
static bool
is_control(const struct view_block *block)
{
	const unsigned text = VIEW_HEADING | VIEW_PARAGRAPH | VIEW_LIST;

	if (block->flags & VIEW_CHROME)
		return true;
	return block->linked > 0 ? !(block->flags & VIEW_HEADING) : !(block->flags & text);
}

/* The mark that closes the quotation which ${text} opens; NULL when it opens none. */
static const char *
closing_mark(const char *text)
{
	static const struct { const char *opens, *closes; } marks[] = {
		{ "\"", "\"" }, { "“", "”" }, { "„", "“" }, { "„", "”" }, { "«", "»" },
		{ "»", "«" }, { "「", "」" }, { "『", "』" },
	};

	for (size_t i = 0; i < COUNT(marks); i++) {
		size_t len = strlen(marks[i].opens);

		if (strncmp(text, marks[i].opens, len) == 0 &&
		    strstr(text + len, marks[i].closes) != NULL)
			return marks[i].closes;
	}
	return NULL;
}

/* Append ${text} without what it quotes: that is said by somebody else. */
static int
append_unquoted(const char *text, struct buffer *out)
{
	int err = RS_OK;

	while (*text != '\0' && err == RS_OK) {
		/* A mark is '"', or starts with one of these bytes. */
		size_t plain = strcspn(text, "\"\xc2\xe2\xe3");
		const char *closes = closing_mark(text + plain);

		if (closes != NULL) {
			err = buffer_append(out, text, plain);
			text = strstr(text + plain + 1, closes) + strlen(closes);
			if (err == RS_OK)
				err = buffer_append_byte(out, '.');
		} else {
			plain += text[plain] != '\0';
			err = buffer_append(out, text, plain);
			text += plain;
		}
	}
	return err;
}

/* Find what ${block}, which is complete, speaks of. */
static int
find_ideas(struct walk *walk, struct view_block *block, struct phrase_hits *hits)
{
	const char *text = view_text(walk->view, block);
	int err = RS_OK;

	buffer_clear(&walk->said);
	buffer_clear(&walk->folded);
	if ((block->flags & VIEW_PARAGRAPH) && block->linked == 0) {
		err = append_unquoted(text, &walk->said);
		text = buffer_text(&walk->said);
	}
	if (err == RS_OK)
		err = fold_append(text, &walk->folded);
	if (err == RS_OK)
		phrase_find(&walk->view->phrases, buffer_text(&walk->folded), hits);
	return err;
}

/* The block is complete: count its words and find what it speaks of. */
static int
finish_block(struct walk *walk)
{
	struct view *view = walk->view;
	struct phrase_hits hits = { .ideas = 0 };
	struct view_block *block;
	int err;

	if (view->count == 0 || walk->block_node == NULL)
		return RS_OK;
	walk->block_node = NULL;
	block = &view->blocks[view->count - 1];
	if ((err = buffer_append_byte(&view->text, '\0')) < 0)
		return err;
	block->words = article_words_of(view_text(view, block));
	view->words += block->words;
	if (block->len > VIEW_SHORT)
		return RS_OK;
	err = find_ideas(walk, block, &hits);
	block->ideas |= hits.ideas;
	block->percent_left = hits.percent_left;
	block->characters_left = hits.characters_left;
	if (block->words <= 5 && (hits.ideas & PHRASE_MEMBER_OUT) && is_control(block))
		view->account = true;
	return err == RS_ENOMEM ? err : RS_OK;
}

static int
start_block(struct walk *walk, const xmlNode *node, unsigned flags)
{
	struct view *view = walk->view;
	struct view_block *grown;
	int err;

	if ((err = finish_block(walk)) < 0)
		return err;
	if (view->count >= VIEW_BLOCKS)
		return RS_ELIMIT;
	if (view->count == walk->capacity) {
		walk->capacity = walk->capacity == 0 ? 256 : walk->capacity * 2;
		grown = realloc(view->blocks, walk->capacity * sizeof(*grown));
		if (grown == NULL)
			return RS_ENOMEM;
		view->blocks = grown;
	}
	view->blocks[view->count++] = (struct view_block){
		.node = node, .flags = flags & ~VIEW_LINK, .first_text = walk->texts,
		.start = view->text.len,
	};
	walk->block_node = node;
	return RS_OK;
}

/* Add ${text} to the current block with its white space folded. */
static int
append_folded(struct view *view, struct view_block *block, const char *text)
{
	bool space = block->len > 0 && view->text.data[view->text.len - 1] != ' ';
	int err;

	while (*text != '\0') {
		size_t blank = strspn(text, " \t\r\n\f"), len;

		text += blank;
		if (blank > 0 && space && (err = buffer_append_byte(&view->text, ' ')) < 0)
			return err;
		if ((len = strcspn(text, " \t\r\n\f")) == 0)
			break;
		if ((err = buffer_append(&view->text, text, len)) < 0)
			return err;
		text += len;
		space = true;
	}
	block->len = view->text.len - block->start;
	return RS_OK;
}

static bool
is_blank_text(const char *text)
{

	return text[strspn(text, " \t\r\n\f")] == '\0';
}

static int
add_text(struct walk *walk, const xmlNode *text)
{
	const xmlNode *node = text->parent;
	unsigned flags = inherited_flags(walk, text);
	struct view_block *block;
	unsigned ideas = 0;
	size_t before;
	int err;

	if (text->content == NULL)
		return RS_OK;
	while (node != NULL && node->type == XML_ELEMENT_NODE && is_inline(node)) {
		ideas |= ideas_of_element(node);
		node = node->parent;
	}
	/* A blank parts two links of one line, and starts no block. */
	if (node != walk->block_node && is_blank_text((const char *)text->content))
		return RS_OK;
	if (node != walk->block_node && (err = start_block(walk, node, flags)) < 0)
		return err;
	block = &walk->view->blocks[walk->view->count - 1];
	before = block->len;
	if ((err = append_folded(walk->view, block, (const char *)text->content)) < 0)
		return err;
	block->flags |= flags;
	block->ideas |= ideas;
	block->last_text = walk->texts;
	if (flags & VIEW_LINK)
		block->linked += block->len - before;
	return RS_OK;
}

static int
walk_tree(struct walk *walk, xmlNode *root)
{
	xmlNode *node = root;
	int err = RS_OK;

	while (node != NULL && err == RS_OK) {
		if (node->type == XML_TEXT_NODE) {
			walk->texts++;
			err = add_text(walk, node);
		} else if (node->type == XML_ELEMENT_NODE) {
			note_element(walk->view, node);
			if (dom_hidden(node) && !dom_hidden_by_sheet(node)) {
				xmlNode *after = dom_next_after(node, root);

				/* Hidden texts are counted, not read. */
				for (node = dom_next(node, root); node != after;
				    node = dom_next(node, root))
					walk->texts += node->type == XML_TEXT_NODE;
				continue;
			}
			enter(walk, node);
			if (!is_inline(node))
				err = finish_block(walk);
		}
		node = dom_next(node, root);
	}
	return err == RS_OK ? finish_block(walk) : err;
}

/*
 * A name that covers a long run of text names no wall and no form: sites put
 * "paywall" on the whole article, and "newsletter" on one that was mailed.
 */
static void
forget_wide(struct view *view, unsigned flag, unsigned most)
{

	for (size_t i = 0, end; i < view->count; i = end) {
		unsigned words = 0;

		for (end = i; end < view->count && (view->blocks[end].flags & flag); end++)
			words += view->blocks[end].words;
		for (size_t j = i; j < end && words > most; j++)
			view->blocks[j].flags &= ~flag;
		end += end == i;
	}
}

/* Where most of the page stands in a <header>, that is not what it is. */
static void
forget_chrome(struct view *view)
{
	unsigned words = 0;

	for (size_t i = 0; i < view->count; i++)
		words += view->blocks[i].flags & VIEW_CHROME ? view->blocks[i].words : 0;
	for (size_t i = 0; i < view->count && words * 2 > view->words; i++)
		view->blocks[i].flags &= ~VIEW_CHROME;
}

int
view_new(xmlDoc *document, struct view **ret_view)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct view *view = calloc(1, sizeof(*view));
	int err = RS_ENOMEM;

	if (walk == NULL || view == NULL)
		goto out;
	buffer_init(&view->text, VIEW_TEXT);
	buffer_init(&walk->said, VIEW_SHORT + 1);
	buffer_init(&walk->folded, VIEW_SHORT * 2);
	phrase_index_init(&view->phrases);
	walk->view = view;
	err = walk_tree(walk, xmlDocGetRootElement(document));
	if (err == RS_ENOMEM)
		goto out;
	/* A page beyond the bounds is judged by what was seen of it. */
	err = RS_OK;
	forget_wide(view, VIEW_NEWSLETTER, FORM_WORDS);
	forget_wide(view, VIEW_VENDOR, WALL_WORDS);
	forget_wide(view, VIEW_HINT, WALL_WORDS);
	forget_chrome(view);
	*ret_view = view;
	view = NULL;
out:
	if (walk != NULL) {
		buffer_release(&walk->said);
		buffer_release(&walk->folded);
	}
	free(walk);
	view_free(view);
	return err;
}

void
view_free(struct view *view)
{

	if (view == NULL)
		return;
	free(view->blocks);
	buffer_release(&view->text);
	free(view);
}

const char *
view_text(const struct view *view, const struct view_block *block)
{

	return buffer_text(&view->text) + block->start;
}
