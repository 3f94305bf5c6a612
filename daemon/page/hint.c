#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/page/hint.h"

enum {
	WORDS_MAX = 10,		/* of one name; what follows is not looked at */
	WORD_LEN = 24,
	NAMES_MAX = 40		/* of one element */
};

/* Words, and pairs of adjacent words, in strcmp order. */
static const struct word {
	const char *text;
	uint32_t hints;
} words[] = {
	{ "about author", HINT_PROFILE },
	{ "ad", HINT_ADVERT },
	{ "ads", HINT_ADVERT },
	{ "adslot", HINT_ADVERT },
	{ "adunit", HINT_ADVERT },
	{ "advert", HINT_ADVERT },
	{ "advertisement", HINT_ADVERT },
	{ "advertising", HINT_ADVERT },
	{ "adverts", HINT_ADVERT },
	{ "affiliate", HINT_ADVERT },
	{ "also read", HINT_RELATED },
	{ "article body", HINT_BODY },
	{ "article content", HINT_BODY },
	{ "article copy", HINT_BODY },
	{ "article text", HINT_BODY },
	{ "articlebody", HINT_BODY },
	{ "articlecontent", HINT_BODY },
	{ "articletext", HINT_BODY },
	{ "aside", HINT_RELATED },
	{ "attribution", HINT_CREDIT },
	{ "author", HINT_BYLINE },
	{ "author bio", HINT_PROFILE },
	{ "author box", HINT_PROFILE },
	{ "author card", HINT_PROFILE },
	{ "author description", HINT_PROFILE },
	{ "author info", HINT_PROFILE },
	{ "authorbox", HINT_PROFILE },
	{ "authors", HINT_BYLINE },
	{ "autor", HINT_BYLINE },
	{ "back link", HINT_LABEL },
	{ "backlink", HINT_LABEL },
	{ "bajada", HINT_LEAD },
	{ "bio", HINT_BYLINE },
	{ "blog content", HINT_BODY },
	{ "body content", HINT_BODY },
	{ "body copy", HINT_BODY },
	{ "body text", HINT_BODY },
	{ "bodycopy", HINT_BODY },
	{ "breadcrumb", HINT_CHROME },
	{ "breadcrumbs", HINT_CHROME },
	{ "btn", HINT_LABEL },
	{ "button", HINT_LABEL },
	{ "buttons", HINT_LABEL },
	{ "byline", HINT_BYLINE },
	{ "bylines", HINT_BYLINE },
	{ "caption", HINT_CAPTION },
	{ "captions", HINT_CAPTION },
	{ "card", HINT_TEASER },
	{ "categories", HINT_LABEL },
	{ "category", HINT_LABEL },
	{ "chapeau", HINT_LEAD },
	{ "chapo", HINT_LEAD },
	{ "consent", HINT_SIGNUP },
	{ "contactbox", HINT_RELATED },
	{ "content", HINT_CONTENT },
	{ "content body", HINT_BODY },
	{ "contributor", HINT_BYLINE },
	{ "contributors", HINT_BYLINE },
	{ "cookie", HINT_SIGNUP },
	{ "cookies", HINT_SIGNUP },
	{ "copy right", HINT_LABEL },
	{ "copyright", HINT_LABEL },
	{ "credit", HINT_CREDIT },
	{ "credits", HINT_CREDIT },
	{ "cta", HINT_SIGNUP },
	{ "dachzeile", HINT_LABEL },
	{ "date", HINT_BYLINE },
	{ "dates", HINT_BYLINE },
	{ "datetime", HINT_BYLINE },
	{ "deck", HINT_DEK },
	{ "dialog", HINT_CHROME },
	{ "disclaimer", HINT_ADVERT },
	{ "disclosure", HINT_ADVERT },
	{ "disqus", HINT_COMMENTS },
	{ "donate", HINT_SIGNUP },
	{ "donation", HINT_SIGNUP },
	{ "drop cap", HINT_DROPCAP },
	{ "dropcap", HINT_DROPCAP },
	{ "embed placeholder", HINT_SIGNUP },
	{ "emoji", HINT_SIGN },
	{ "emoticon", HINT_SIGN },
	{ "entradilla", HINT_LEAD },
	{ "entry body", HINT_BODY },
	{ "entry content", HINT_BODY },
	{ "entry text", HINT_BODY },
	{ "epigraph", HINT_LEAD },
	{ "excerpt", HINT_DEK },
	{ "eyebrow", HINT_LABEL },
	{ "figcaption", HINT_CAPTION },
	{ "flyout", HINT_CHROME },
	{ "follow", HINT_SHARE },
	{ "footer", HINT_CHROME },
	{ "formula", HINT_FORMULA },
	{ "gutter", HINT_GUTTER },
	{ "image copyright", HINT_CREDIT },
	{ "image source", HINT_CREDIT },
	{ "image subtitle", HINT_CAPTION },
	{ "intro", HINT_LEAD },
	{ "introduction", HINT_LEAD },
	{ "keywords", HINT_LABEL },
	{ "kicker", HINT_LABEL },
	{ "latex", HINT_FORMULA },
	{ "lead", HINT_LEAD },
	{ "lead text", HINT_LEAD },
	{ "lede", HINT_LEAD },
	{ "legend", HINT_CAPTION },
	{ "likes", HINT_SHARE },
	{ "lineno", HINT_GUTTER },
	{ "linenos", HINT_GUTTER },
	{ "live blog", HINT_LIVE },
	{ "live feed", HINT_LIVE },
	{ "live ticker", HINT_LIVE },
	{ "liveblog", HINT_LIVE },
	{ "liveticker", HINT_LIVE },
	{ "lnt", HINT_GUTTER },
	{ "login", HINT_SIGNUP },
	{ "main content", HINT_CONTENT },
	{ "maincontent", HINT_CONTENT },
	{ "masthead", HINT_CHROME },
	{ "math", HINT_FORMULA },
	{ "menu", HINT_CHROME },
	{ "meta", HINT_LABEL },
	{ "metadata", HINT_LABEL },
	{ "modal", HINT_CHROME },
	{ "modified", HINT_BYLINE },
	{ "more articles", HINT_RELATED },
	{ "more news", HINT_RELATED },
	{ "more posts", HINT_RELATED },
	{ "more stories", HINT_RELATED },
	{ "most popular", HINT_RELATED },
	{ "most read", HINT_RELATED },
	{ "nav", HINT_CHROME },
	{ "navbar", HINT_CHROME },
	{ "navigation", HINT_CHROME },
	{ "news content", HINT_BODY },
	{ "news text", HINT_BODY },
	{ "newsletter", HINT_SIGNUP },
	{ "newsletters", HINT_SIGNUP },
	{ "next post", HINT_RELATED },
	{ "next story", HINT_RELATED },
	{ "optin", HINT_SIGNUP },
	{ "pager", HINT_CHROME },
	{ "pagination", HINT_CHROME },
	{ "photographer", HINT_CREDIT },
	{ "popular posts", HINT_RELATED },
	{ "popup", HINT_CHROME },
	{ "post body", HINT_BODY },
	{ "post content", HINT_BODY },
	{ "post text", HINT_BODY },
	{ "postcontent", HINT_BODY },
	{ "print only", HINT_UNSEEN },
	{ "promo", HINT_RELATED },
	{ "promos", HINT_RELATED },
	{ "promoted", HINT_RELATED },
	{ "promotion", HINT_RELATED },
	{ "publish", HINT_BYLINE },
	{ "published", HINT_BYLINE },
	{ "pull quote", HINT_QUOTE },
	{ "pullquote", HINT_QUOTE },
	{ "rating", HINT_LABEL },
	{ "ratings", HINT_LABEL },
	{ "read also", HINT_RELATED },
	{ "read more", HINT_RELATED },
	{ "read next", HINT_RELATED },
	{ "readmore", HINT_RELATED },
	{ "recirc", HINT_RELATED },
	{ "recirculation", HINT_RELATED },
	{ "recommendation", HINT_RELATED },
	{ "recommendations", HINT_RELATED },
	{ "recommended", HINT_RELATED },
	{ "related", HINT_RELATED },
	{ "relatedposts", HINT_RELATED },
	{ "replies", HINT_COMMENTS },
	{ "reply", HINT_COMMENTS },
	{ "respond", HINT_COMMENTS },
	{ "screen reader", HINT_UNSEEN },
	{ "screenreader", HINT_UNSEEN },
	{ "see also", HINT_RELATED },
	{ "share", HINT_SHARE },
	{ "shares", HINT_SHARE },
	{ "sharing", HINT_SHARE },
	{ "sidebar", HINT_RELATED },
	{ "signup", HINT_SIGNUP },
	{ "single content", HINT_BODY },
	{ "sitemap", HINT_CHROME },
	{ "smiley", HINT_SIGN },
	{ "snippet", HINT_TEASER },
	{ "social", HINT_SHARE },
	{ "socials", HINT_SHARE },
	{ "sponsor", HINT_ADVERT },
	{ "sponsored", HINT_ADVERT },
	{ "sponsors", HINT_ADVERT },
	{ "sr only", HINT_UNSEEN },
	{ "stand first", HINT_LEAD },
	{ "standfirst", HINT_LEAD },
	{ "story body", HINT_BODY },
	{ "story content", HINT_BODY },
	{ "story text", HINT_BODY },
	{ "storybody", HINT_BODY },
	{ "storytext", HINT_BODY },
	{ "subhead", HINT_DEK },
	{ "subheadline", HINT_DEK },
	{ "subline", HINT_DEK },
	{ "subscribe", HINT_SIGNUP },
	{ "subscription", HINT_SIGNUP },
	{ "subtitle", HINT_DEK },
	{ "sumario", HINT_LEAD },
	{ "table of", HINT_CONTENTS },
	{ "taglist", HINT_LABEL },
	{ "tags", HINT_LABEL },
	{ "teaser", HINT_LEAD | HINT_TEASER },
	{ "teasers", HINT_RELATED },
	{ "tex", HINT_FORMULA },
	{ "third party", HINT_SIGNUP },
	{ "tile", HINT_TEASER },
	{ "timestamp", HINT_BYLINE },
	{ "toc", HINT_CONTENTS },
	{ "toolbar", HINT_CHROME },
	{ "tooltip", HINT_CHROME },
	{ "topics", HINT_LABEL },
	{ "trending", HINT_RELATED },
	{ "tweet", HINT_POST },
	{ "updated", HINT_BYLINE },
	{ "user info", HINT_BYLINE },
	{ "user profile", HINT_PROFILE },
	{ "vcard", HINT_BYLINE },
	{ "visually hidden", HINT_UNSEEN },
	{ "visuallyhidden", HINT_UNSEEN },
	{ "vorspann", HINT_LEAD },
	{ "vote", HINT_LABEL },
	{ "votecell", HINT_LABEL },
	{ "votes", HINT_LABEL },
};

/* What microdata says of an element's place in the article. */
static const struct word properties[] = {
	{ "articlebody", HINT_BODY },
	{ "author", HINT_BYLINE },
	{ "caption", HINT_CAPTION },
	{ "copyrightholder", HINT_CREDIT },
	{ "credittext", HINT_CREDIT },
	{ "datemodified", HINT_BYLINE },
	{ "datepublished", HINT_BYLINE },
	{ "keywords", HINT_LABEL },
};

/* Most words differ in their first letter. */
static int
compare(const char *word, const char *entry)
{
	int differ = (unsigned char)word[0] - (unsigned char)entry[0];

	return differ != 0 ? differ : strcmp(word, entry);
}

/* What ${table} says of ${word}, and of it with ${next} (NULL: none) behind it. */
static uint32_t
lookup(const struct word *table, size_t count, const char *word, const char *next)
{
	size_t first = 0, end = count, middle, len = strlen(word);
	uint32_t hints = 0;

	while (first < end) {
		middle = first + (end - first) / 2;
		if (compare(word, table[middle].text) > 0)
			first = middle + 1;
		else
			end = middle;
	}
	if (first < count && strcmp(word, table[first].text) == 0)
		hints |= table[first++].hints;
	if (next == NULL)
		return hints;
	/* Its pairs follow a word: a space is less than any letter. */
	for (; first < count && strncmp(word, table[first].text, len) == 0 &&
	    table[first].text[len] == ' '; first++)
		if (strcmp(next, table[first].text + len + 1) == 0)
			return hints | table[first].hints;
	return hints;
}

/* Split a name into lower-case words at what is no letter, and before capitals. */
static size_t
split(const char *name, size_t len, char list[WORDS_MAX][WORD_LEN])
{
	size_t count = 0, letters = 0, i;
	bool starts;

	for (i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)name[i];

		starts = i > 0 && isupper(byte) && islower((unsigned char)name[i - 1]);
		if ((!isalpha(byte) || starts) && letters > 0) {
			list[count++][letters] = '\0';
			letters = 0;
			if (count == WORDS_MAX)
				return count;
		}
		if (isalpha(byte) && letters + 1 < WORD_LEN)
			list[count][letters++] = (char)tolower(byte);
	}
	if (letters > 0)
		list[count++][letters] = '\0';
	return count;
}

static bool
speaks_of_layout(const char *word)
{
	static const char *const openers[] = { "has", "hide", "is", "no", "not", "show", "with",
		"without" };
	size_t i;

	for (i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
		if (strcmp(word, openers[i]) == 0)
			return true;
	return false;
}

/* "comments", "commentlist" and the like; a commentary is an article. */
static bool
speaks_of_comments(const char *word)
{
	return strncmp(word, "comment", 7) == 0 && strncmp(word + 7, "ar", 2) != 0 &&
	    strncmp(word + 7, "at", 2) != 0;
}

static uint32_t
hints_of_name(const char *name, size_t len)
{
	char list[WORDS_MAX][WORD_LEN];
	size_t count = split(name, len, list), i;
	uint32_t hints = 0;

	if (count == 0 || (count > 1 && speaks_of_layout(list[0])))
		return 0;
	for (i = 0; i < count; i++) {
		hints |= lookup(words, sizeof(words) / sizeof(words[0]), list[i],
		    i + 1 < count ? list[i + 1] : NULL);
		if (speaks_of_comments(list[i]))
			hints |= HINT_COMMENTS;
	}
	return hints;
}

static uint32_t
hints_of_list(const char *text)
{
	uint32_t hints = 0;
	unsigned names = 0;
	size_t run;

	while (*(text += strspn(text, " \t\r\n\f")) != '\0' &&
	    names++ < NAMES_MAX) {
		run = strcspn(text, " \t\r\n\f");
		hints |= hints_of_name(text, run);
		text += run;
	}
	return hints;
}

static uint32_t
hints_of_property(const char *text)
{
	char name[WORD_LEN];
	size_t i;

	if (text == NULL || strlen(text) >= sizeof(name))
		return 0;
	for (i = 0; text[i] != '\0'; i++)
		name[i] = (char)tolower((unsigned char)text[i]);
	name[i] = '\0';
	return lookup(properties, sizeof(properties) / sizeof(properties[0]), name, NULL);
}

uint32_t
hint_of(const xmlNode *node, struct memo *memo)
{
	const char *class, *id;
	uint32_t hints = 0;

	/* MathJax names its menu on every formula. */
	if (node->properties == NULL || strncmp((const char *)node->name, "mjx-", 4) == 0)
		return 0;
	if ((class = dom_attribute(node, "class")) != NULL)
		hints |= memo == NULL ? hints_of_list(class) :
		    memo_value(memo, class, hints_of_list);
	if ((id = dom_attribute(node, "id")) != NULL)
		hints |= hints_of_list(id);
	return hints | hints_of_property(dom_attribute(node, "itemprop"));
}
