#include <stdlib.h>
#include <string.h>

#include "daemon/page/evidence.h"
#include "proto/base/err.h"

static const struct {
	const char *id;
	int weight;
	bool decisive;
} kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_DECLARED_GATED] = { "declared-not-free", 15, false },
	[EVIDENCE_DECLARED_FREE] = { "declared-free", -30, false },
	[EVIDENCE_SWG_GATED] = { "swg-not-free", 10, false },
	[EVIDENCE_TIER_LOCKED] = { "tier-locked", 15, false },
	[EVIDENCE_TIER_METERED] = { "tier-metered", 5, false },
	[EVIDENCE_TIER_FREE] = { "tier-free", -15, false },
	[EVIDENCE_AMP_ACCESS] = { "amp-access", 5, false },
	[EVIDENCE_PART_PRESENT] = { "gated-part-present", -70, false },
	[EVIDENCE_PART_EMPTY] = { "gated-part-empty", 60, false },
	[EVIDENCE_PART_MISSING] = { "gated-part-missing", 45, false },
	[EVIDENCE_PART_WITHHELD] = { "gated-part-withheld", 100, false },
	[EVIDENCE_WALL_AT_END] = { "wall-at-end", 80, false },
	[EVIDENCE_WALL_SHORT_BODY] = { "wall-short-body", 70, false },
	[EVIDENCE_WALL_ASIDE] = { "wall-aside", 0, false },
	[EVIDENCE_METER_COUNTER] = { "meter-counter", -10, false },
	[EVIDENCE_SHARE_LEFT] = { "share-left", 100, false },
	[EVIDENCE_WORDS_AGREE] = { "words-agree", -80, false },
	[EVIDENCE_WORDS_LACK] = { "words-lack", 70, false },
	[EVIDENCE_BODY_LONG] = { "body-long", -25, false },
	[EVIDENCE_BODY_SHORT] = { "body-short", 10, false },
	[EVIDENCE_CUT_OFF] = { "cut-off", 30, false },
	[EVIDENCE_LETTERS_LOST] = { "letters-lost", 0, false },
	[EVIDENCE_NEXT_PAGE] = { "next-page", 130, false },
	[EVIDENCE_ELSEWHERE] = { "whole-elsewhere", 170, false },
	[EVIDENCE_LOGGED_IN] = { "logged-in", -20, false },
	[EVIDENCE_LOGGED_OUT] = { "logged-out", 40, false },
	[EVIDENCE_IN_USE] = { "signed-in-elsewhere", 60, false },
	[EVIDENCE_HTTP_PAYMENT] = { "http-payment", 60, false },
	[EVIDENCE_HTTP_LOGIN] = { "http-login", 100, true },
	[EVIDENCE_HTTP_FORBIDDEN] = { "http-forbidden", 100, true },
	[EVIDENCE_HTTP_GONE] = { "http-gone", 100, true },
	[EVIDENCE_HTTP_LEGAL] = { "http-legal", 100, true },
	[EVIDENCE_HTTP_BUSY] = { "http-busy", 100, true },
	[EVIDENCE_HTTP_ERROR] = { "http-error", 100, true },
	[EVIDENCE_LOGIN_PAGE] = { "login-page", 100, true },
	[EVIDENCE_BOT_CHECK] = { "bot-check", 100, true },
	[EVIDENCE_CONSENT_PAGE] = { "consent-page", 100, true },
	[EVIDENCE_DENIED_PAGE] = { "denied-page", 100, true },
	[EVIDENCE_GONE_PAGE] = { "gone-page", 100, true },
	[EVIDENCE_EMPTY] = { "empty-page", 100, true },
};

/* Return how much of ${excerpt} may be quoted. */
static size_t
quoted(const char *excerpt)
{
	size_t len = strnlen(excerpt, EVIDENCE_EXCERPT);

	/* Never half a character. */
	while (len > 0 && excerpt[len] != '\0' && ((unsigned char)excerpt[len] & 0xC0) == 0x80)
		len--;
	return len;
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
	len = quoted(excerpt);
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

void
evidence_quote(Readsync__Verdict *verdict, enum evidence_kind kind, const char *excerpt)
{
	char *copy;

	for (size_t i = 0; i < verdict->n_evidence; i++) {
		if (strcmp(verdict->evidence[i]->id, kinds[kind].id) != 0)
			continue;
		copy = strndup(excerpt, quoted(excerpt));
		if (copy == NULL)
			return;
		if (verdict->evidence[i]->excerpt != (char *)protobuf_c_empty_string)
			free(verdict->evidence[i]->excerpt);
		verdict->evidence[i]->excerpt = copy;
	}
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
