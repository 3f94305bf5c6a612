#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/barrier.h"
#include "daemon/page/fold.h"

enum {
	BARRIER_WORDS = 250,	/* a page that shows more is no mere question */
	BARRIER_ARTICLE = 150,	/* nor is a page with an article this long */
	HEADING_WORDS = 9,
	BRIEF_WORDS = 6,	/* fewer are no sentence of news, and may well be a wall */
	EMPTY_WORDS = 15	/* an article of fewer words is none, but for a brief one */
};

/* Parts of a path that lead to a login; sorted not, there are few. */
static const char *const login_parts[] = {
	"login", "log-in", "signin", "sign-in", "sign_in", "sso", "auth", "authenticate",
	"connexion", "anmelden", "anmeldung", "iniciar-sesion", "entrar", "accedi", "inloggen",
	"logga-in", "zaloguj", "giris", "login.html", "login.php", "wp-login.php", "signin.html",
	"register", "signup", "einloggen", "identification",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

bool
barrier_is_login(const char *url)
{
	const char *at = url != NULL ? strstr(url, "://") : NULL;

	if (at == NULL)
		return false;
	at += 3;
	if (strncasecmp(at, "login.", 6) == 0 || strncasecmp(at, "auth.", 5) == 0 ||
	    strncasecmp(at, "sso.", 4) == 0)
		return true;
	at += strcspn(at, "/?#");
	while (*at == '/') {
		size_t len = strcspn(++at, "/?#;");

		for (size_t i = 0; i < COUNT(login_parts); i++) {
			if (len == strlen(login_parts[i]) &&
			    strncasecmp(at, login_parts[i], len) == 0)
				return true;
		}
		at += len;
	}
	return false;
}

/* Does ${text} say "404", and no word behind it that would make it a number of things? */
static bool
says_404(const char *text)
{

	text += strspn(text, " \t\r\n");
	if (strncmp(text, "404", 3) != 0)
		return false;
	text += 3;
	text += strspn(text, " \t\r\n");
	return !isalnum((unsigned char)*text);
}

/* What the text of <title> speaks of. */
static unsigned
title_ideas(xmlDoc *document, const struct view *view)
{
	xmlNode *root = xmlDocGetRootElement(document), *node = root;
	struct phrase_hits hits = { .ideas = 0 };
	struct buffer folded;
	xmlChar *title;

	while (node != NULL && !dom_is(node, "title"))
		node = dom_next(node, root);
	if (node == NULL || (title = xmlNodeGetContent(node)) == NULL)
		return 0;
	buffer_init(&folded, VIEW_SHORT);
	if (fold_append((const char *)title, &folded) == 0)
		phrase_find(&view->phrases, buffer_text(&folded), &hits);
	if (says_404((const char *)title))
		hits.ideas |= PHRASE_GONE;
	buffer_release(&folded);
	xmlFree(title);
	return hits.ideas;
}

/*
 * Keep what the page shows in the element that asks the question of block ${asks}: the
 * smallest one that holds more than this block, or the block, if it has the answer too.
 * Blocks are in reading order, so those of one element are neighbours.
 */
static void
keep_question(const struct view *view, size_t asks, char question[BARRIER_QUESTION])
{
	const struct view_block *blocks = view->blocks;
	const xmlNode *element = blocks[asks].node;
	size_t first = asks, last = asks, len = 0;

	while (first == last && element != NULL) {
		while (first > 0 && dom_inside(blocks[first - 1].node, element))
			first--;
		while (last + 1 < view->count && dom_inside(blocks[last + 1].node, element))
			last++;
		if (blocks[asks].flags & VIEW_LINK)
			break;
		element = element->parent;
	}
	for (size_t i = first; i <= last && blocks[i].len + 2 <= BARRIER_QUESTION - len; i++) {
		memcpy(question + len, view_text(view, &blocks[i]), blocks[i].len);
		len += blocks[i].len;
		question[len++] = '\n';
		question[len] = '\0';
	}
}

void
barrier_scan(const struct page_input *input, xmlDoc *document, const struct view *view,
    struct barrier *barrier)
{
	const unsigned looked_for = PHRASE_ROBOT | PHRASE_CONSENT | PHRASE_DENIED | PHRASE_GONE;

	memset(barrier, 0, sizeof(*barrier));
	barrier->status = input->status;
	barrier->login_address = barrier_is_login(input->url) &&
	    !barrier_is_login(input->asked_url);
	barrier->password = view->password;
	barrier->view_words = view->words;
	barrier->ideas = title_ideas(document, view);
	barrier->gone_title = (barrier->ideas & PHRASE_GONE) != 0;
	barrier->login_heading = (barrier->ideas & PHRASE_LOGIN) != 0;
	barrier->consent_title = (barrier->ideas & PHRASE_CONSENT) != 0;
	for (size_t i = 0; i < view->count; i++) {
		const struct view_block *block = &view->blocks[i];

		if (((block->ideas & PHRASE_GONE) || says_404(view_text(view, block))) &&
		    (block->flags & VIEW_HEADING) &&
		    !(block->flags & VIEW_COMMENTS) && block->words <= HEADING_WORDS)
			barrier->gone_heading = true;
		if ((block->ideas & PHRASE_LOGIN) && (block->flags & VIEW_HEADING) &&
		    !(block->flags & VIEW_COMMENTS) && block->words <= HEADING_WORDS)
			barrier->login_heading = true;
		if (view->words > BARRIER_WORDS)
			continue;
		barrier->ideas |= block->ideas;
		if ((block->ideas & looked_for) && barrier->excerpt[0] == '\0')
			wall_excerpt(view_text(view, block), barrier->excerpt);
		if ((block->ideas & PHRASE_CONSENT) && barrier->question[0] == '\0')
			keep_question(view, i, barrier->question);
	}
}

static void
judge_status(const struct barrier *barrier, unsigned words, struct evidence_list *list)
{
	unsigned status = barrier->status;

	if (status == 401)
		evidence_add(list, EVIDENCE_HTTP_LOGIN, "401");
	else if (status == 402)
		evidence_add(list, EVIDENCE_HTTP_PAYMENT, "402");
	else if (status == 403 && words < BARRIER_ARTICLE)
		evidence_add(list, EVIDENCE_HTTP_FORBIDDEN, "403");
	else if (status == 404 || status == 410)
		evidence_add(list, EVIDENCE_HTTP_GONE, status == 404 ? "404" : "410");
	else if (status == 451)
		evidence_add(list, EVIDENCE_HTTP_LEGAL, "451");
	else if (status == 429)
		evidence_add(list, EVIDENCE_HTTP_BUSY, "429");
	else if (status >= 500)
		evidence_add(list, EVIDENCE_HTTP_ERROR, NULL);
}

/*
 * A few words are an article where they are sentences, and a third of what the page
 * shows; of an empty shell, or a list of other pages, they are not.
 */
static bool
is_brief(const struct barrier *barrier, const Readsync__Article *article)
{
	static const char *const ends[] = { ".", "!", "?", "\xe3\x80\x82", "\xe2\x80\x9d" };
	const char *text = article->n_blocks > 0 ?
	    article->blocks[article->n_blocks - 1]->text : "";
	size_t len = strlen(text);

	if (article->words < BRIEF_WORDS || 3 * article->words < barrier->view_words)
		return false;
	for (size_t i = 0; i < COUNT(ends); i++) {
		size_t end = strlen(ends[i]);

		if (len > end && memcmp(text + len - end, ends[i], end) == 0)
			return true;
	}
	return false;
}

/*
 * Is ${article} the question itself?  Most sites ask about cookies in a bar beside the
 * article, which may be a short one.
 */
static bool
is_question(const struct barrier *barrier, const Readsync__Article *article)
{
	if (barrier->consent_title || article->words < EMPTY_WORDS)
		return true;
	for (size_t i = 0; i < article->n_blocks; i++) {
		const char *text = article->blocks[i]->text;

		if (text[0] != '\0' && strstr(barrier->question, text) != NULL)
			return true;
	}
	return false;
}

void
barrier_judge(const struct barrier *barrier, const Readsync__Article *article,
    struct evidence_list *list)
{
	unsigned words = article->words;
	bool little = barrier->view_words <= BARRIER_WORDS && words < BARRIER_ARTICLE;

	judge_status(barrier, words, list);
	if ((barrier->login_address && (barrier->password || words < BARRIER_ARTICLE)) ||
	    (barrier->login_heading && little && words < EMPTY_WORDS))
		evidence_add(list, EVIDENCE_LOGIN_PAGE, NULL);
	if (little && (barrier->ideas & PHRASE_ROBOT))
		evidence_add(list, EVIDENCE_BOT_CHECK, barrier->excerpt);
	if (little && (barrier->ideas & PHRASE_CONSENT) && is_question(barrier, article))
		evidence_add(list, EVIDENCE_CONSENT_PAGE, barrier->excerpt);
	if (little && (barrier->ideas & PHRASE_DENIED))
		evidence_add(list, EVIDENCE_DENIED_PAGE, barrier->excerpt);
	if (barrier->gone_heading && (barrier->gone_title || words < BARRIER_ARTICLE))
		evidence_add(list, EVIDENCE_GONE_PAGE, barrier->excerpt);
	if (words < EMPTY_WORDS && !is_brief(barrier, article))
		evidence_add(list, EVIDENCE_EMPTY, NULL);
}
