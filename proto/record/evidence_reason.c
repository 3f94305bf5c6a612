#include <stdlib.h>
#include <string.h>

#include "proto/record/evidence_reason.h"

struct reason {
	const char *id;
	const char *text;
};

/* Sorted by id. */
static const struct reason reasons[] = {
	{ "amp-access",
	    "the page decides in the browser what it shows to whom" },
	{ "body-long",
	    "the text is long and does not break off" },
	{ "body-short",
	    "there is little text" },
	{ "bot-check",
	    "the site sent a check for robots; nothing to pay can help" },
	{ "consent-page",
	    "the site sent a question about consent instead" },
	{ "cut-off",
	    "the text breaks off with an ellipsis" },
	{ "declared-free",
	    "the publisher declares that the article is free" },
	{ "declared-not-free",
	    "the publisher declares that the article is not free; a subscriber's page says "
	    "so too" },
	{ "denied-page",
	    "the site sent a refusal instead" },
	{ "empty-page",
	    "there is next to no text in the page; it may be made in the browser" },
	{ "gated-part-empty",
	    "the part that is declared closed is here, but empty or hidden" },
	{ "gated-part-missing",
	    "the part that is declared closed was not sent; some sites name it on every page" },
	{ "gated-part-present",
	    "the part that is declared closed is here, and long" },
	{ "gated-part-withheld",
	    "the closed part was not kept, since nobody was logged in" },
	{ "gone-page",
	    "the site says that there is no such page" },
	{ "http-busy",
	    "the server asks to come back later (429)" },
	{ "http-error",
	    "the server failed" },
	{ "http-forbidden",
	    "the server refuses (403): a bot check or a region, seldom a paywall" },
	{ "http-gone",
	    "the server says that the page is gone" },
	{ "http-legal",
	    "the server withholds the page for legal reasons (451)" },
	{ "http-login",
	    "the server asks for a login (401)" },
	{ "http-payment",
	    "the server asks for payment (402)" },
	{ "imported",
	    "the text was imported, not read from a page" },
	{ "letters-lost",
	    "the page is not, or not all, in the charset that it names" },
	{ "logged-in",
	    "the page greets a reader who is logged in" },
	{ "logged-out",
	    "your session was sent along, and the page asks to log in all the same" },
	{ "login-page",
	    "the site sent its login page instead" },
	{ "meter-counter",
	    "the page counts free articles, and some are left" },
	{ "next-page",
	    "the text has further pages that are not here" },
	{ "share-left",
	    "the page says how much of the text is left to read" },
	{ "signed-in-elsewhere",
	    "the site says that your account is in use on another device" },
	{ "swg-not-free",
	    "the page asks Google to treat the article as closed" },
	{ "tier-free",
	    "the content tier is free" },
	{ "tier-locked",
	    "the content tier is for subscribers" },
	{ "tier-metered",
	    "the content tier is metered: the text is sent until the meter is spent" },
	{ "wall-aside",
	    "there is an offer, but the text goes on after it" },
	{ "wall-at-end",
	    "the text ends where the page asks the reader to pay or register" },
	{ "wall-short-body",
	    "the page asks the reader to pay or register, and there is little text" },
	{ "whole-elsewhere",
	    "the page says that the whole text is in print or at another place" },
	{ "words-agree",
	    "the text is as long as the page says that it is" },
	{ "words-lack",
	    "the page says that the text is much longer" },
};

static int
compare(const void *id, const void *reason)
{
	return strcmp(id, ((const struct reason *)reason)->id);
}

const char *
evidence_reason(const char *id)
{
	const struct reason *found = bsearch(id, reasons, sizeof(reasons) / sizeof(reasons[0]),
	    sizeof(reasons[0]), compare);

	return found == NULL ? "" : found->text;
}
