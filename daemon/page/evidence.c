#include <stdlib.h>
#include <string.h>

#include "daemon/page/evidence.h"
#include "proto/base/err.h"

static const struct {
	const char *id;
	int weight;
	bool decisive;
	const char *reason;
} kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_DECLARED_GATED] = { "declared-not-free", 15, false,
	    "the publisher declares that the article is not free; a subscriber's page says so "
	    "too" },
	[EVIDENCE_DECLARED_FREE] = { "declared-free", -30, false,
	    "the publisher declares that the article is free" },
	[EVIDENCE_SWG_GATED] = { "swg-not-free", 10, false,
	    "the page asks Google to treat the article as closed" },
	[EVIDENCE_TIER_LOCKED] = { "tier-locked", 15, false,
	    "the content tier is for subscribers" },
	[EVIDENCE_TIER_METERED] = { "tier-metered", 5, false,
	    "the content tier is metered: the text is sent until the meter is spent" },
	[EVIDENCE_TIER_FREE] = { "tier-free", -15, false,
	    "the content tier is free" },
	[EVIDENCE_AMP_ACCESS] = { "amp-access", 5, false,
	    "the page decides in the browser what it shows to whom" },
	[EVIDENCE_PART_PRESENT] = { "gated-part-present", -70, false,
	    "the part that is declared closed is here, and long" },
	[EVIDENCE_PART_EMPTY] = { "gated-part-empty", 60, false,
	    "the part that is declared closed is here, but empty or hidden" },
	[EVIDENCE_PART_MISSING] = { "gated-part-missing", 45, false,
	    "the part that is declared closed was not sent; some sites name it on every page" },
	[EVIDENCE_PART_WITHHELD] = { "gated-part-withheld", 100, false,
	    "the closed part was not kept, since nobody was logged in" },
	[EVIDENCE_WALL_AT_END] = { "wall-at-end", 80, false,
	    "the text ends where the page asks the reader to pay or register" },
	[EVIDENCE_WALL_SHORT_BODY] = { "wall-short-body", 70, false,
	    "the page asks the reader to pay or register, and there is little text" },
	[EVIDENCE_WALL_ASIDE] = { "wall-aside", 0, false,
	    "there is an offer, but the text goes on after it" },
	[EVIDENCE_METER_COUNTER] = { "meter-counter", -10, false,
	    "the page counts free articles, and some are left" },
	[EVIDENCE_SHARE_LEFT] = { "share-left", 100, false,
	    "the page says how much of the text is left to read" },
	[EVIDENCE_WORDS_AGREE] = { "words-agree", -80, false,
	    "the text is as long as the page says that it is" },
	[EVIDENCE_WORDS_LACK] = { "words-lack", 70, false,
	    "the page says that the text is much longer" },
	[EVIDENCE_BODY_LONG] = { "body-long", -25, false,
	    "the text is long and does not break off" },
	[EVIDENCE_BODY_SHORT] = { "body-short", 10, false,
	    "there is little text" },
	[EVIDENCE_CUT_OFF] = { "cut-off", 30, false,
	    "the text breaks off with an ellipsis" },
	[EVIDENCE_LETTERS_LOST] = { "letters-lost", 0, false,
	    "the page is not, or not all, in the charset that it names" },
	[EVIDENCE_NEXT_PAGE] = { "next-page", 130, false,
	    "the text has further pages that are not here" },
	[EVIDENCE_ELSEWHERE] = { "whole-elsewhere", 170, false,
	    "the page says that the whole text is in print or at another place" },
	[EVIDENCE_LOGGED_IN] = { "logged-in", -20, false,
	    "the page greets a reader who is logged in" },
	[EVIDENCE_HTTP_PAYMENT] = { "http-payment", 60, false,
	    "the server asks for payment (402)" },
	[EVIDENCE_HTTP_LOGIN] = { "http-login", 100, true,
	    "the server asks for a login (401)" },
	[EVIDENCE_HTTP_FORBIDDEN] = { "http-forbidden", 100, true,
	    "the server refuses (403): a bot check or a region, seldom a paywall" },
	[EVIDENCE_HTTP_GONE] = { "http-gone", 100, true,
	    "the server says that the page is gone" },
	[EVIDENCE_HTTP_LEGAL] = { "http-legal", 100, true,
	    "the server withholds the page for legal reasons (451)" },
	[EVIDENCE_HTTP_BUSY] = { "http-busy", 100, true,
	    "the server asks to come back later (429)" },
	[EVIDENCE_HTTP_ERROR] = { "http-error", 100, true,
	    "the server failed" },
	[EVIDENCE_LOGIN_PAGE] = { "login-page", 100, true,
	    "the site sent its login page instead" },
	[EVIDENCE_BOT_CHECK] = { "bot-check", 100, true,
	    "the site sent a check for robots; nothing to pay can help" },
	[EVIDENCE_CONSENT_PAGE] = { "consent-page", 100, true,
	    "the site sent a question about consent instead" },
	[EVIDENCE_DENIED_PAGE] = { "denied-page", 100, true,
	    "the site sent a refusal instead" },
	[EVIDENCE_GONE_PAGE] = { "gone-page", 100, true,
	    "the site says that there is no such page" },
	[EVIDENCE_EMPTY] = { "empty-page", 100, true,
	    "there is next to no text in the page; it may be made in the browser" },
};

const char *
evidence_reason(const char *id)
{

	for (size_t i = 0; i < EVIDENCE_KINDS; i++) {
		if (strcmp(kinds[i].id, id) == 0)
			return kinds[i].reason;
	}
	return "";
}

void
evidence_add(struct evidence_list *list, enum evidence_kind kind, const char *excerpt)
{
	struct evidence *item;
	size_t len;

	if (list->count >= EVIDENCE_ITEMS || evidence_has(list, kind))
		return;
	item = &list->items[list->count++];
	item->kind = kind;
	if (excerpt == NULL)
		excerpt = "";
	len = strnlen(excerpt, EVIDENCE_EXCERPT);
	/* Never half a character. */
	while (len > 0 && excerpt[len] != '\0' && ((unsigned char)excerpt[len] & 0xC0) == 0x80)
		len--;
	memcpy(item->excerpt, excerpt, len);
	item->excerpt[len] = '\0';
}

bool
evidence_has(const struct evidence_list *list, enum evidence_kind kind)
{

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].kind == kind)
			return true;
	}
	return false;
}

int
evidence_sum(const struct evidence_list *list)
{
	int sum = 0;

	for (size_t i = 0; i < list->count; i++)
		sum += kinds[list->items[i].kind].weight;
	return sum;
}

bool
evidence_find_decisive(const struct evidence_list *list)
{

	for (size_t i = 0; i < list->count; i++) {
		if (kinds[list->items[i].kind].decisive)
			return true;
	}
	return false;
}

static Readsync__Evidence *
copy_item(const struct evidence *item)
{
	Readsync__Evidence *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return NULL;
	readsync__evidence__init(copy);
	copy->weight = kinds[item->kind].weight;
	copy->id = strdup(kinds[item->kind].id);
	copy->excerpt = strdup(item->excerpt);
	if (copy->id == NULL || copy->excerpt == NULL) {
		readsync__evidence__free_unpacked(copy, NULL);
		return NULL;
	}
	return copy;
}

int
evidence_store(const struct evidence_list *list, Readsync__Verdict *verdict)
{

	if (list->count == 0)
		return RS_OK;
	verdict->evidence = calloc(list->count, sizeof(*verdict->evidence));
	if (verdict->evidence == NULL)
		return RS_ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		verdict->evidence[i] = copy_item(&list->items[i]);
		if (verdict->evidence[i] == NULL)
			return RS_ENOMEM;
		verdict->n_evidence++;
	}
	return RS_OK;
}
