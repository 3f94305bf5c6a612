#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/hint.h"

static uint32_t
hints_of(const char *attributes)
{
	struct buffer page;
	xmlDoc *document;
	xmlNode *root, *node;
	uint32_t hints = 0;

	buffer_init(&page, 1 << 16);
	buffer_printf(&page, "<body><div %s>x</div></body>", attributes);
	assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), 0);
	root = xmlDocGetRootElement(document);
	for (node = root; node != NULL; node = dom_next(node, root))
		if (dom_is(node, "div"))
			hints = hint_of(node, NULL);
	xmlFreeDoc(document);
	buffer_release(&page);
	return hints;
}

static void
names_hint_by_whole_words(void **state)
{
	static const struct { const char *attributes; uint32_t hints; } cases[] = {
		{ "class=sidebar", HINT_RELATED }, { "id=comments", HINT_COMMENTS },
		{ "class=article__shareButtons", HINT_SHARE }, { "class='a b related-posts'", HINT_RELATED },
		{ "class=article-body", HINT_BODY }, { "class=articleBody", HINT_BODY },
		{ "class=entry_content", HINT_BODY | HINT_CONTENT }, { "itemprop=articleBody", HINT_BODY },
		{ "class=visually-hidden", HINT_UNSEEN }, { "class=drop-cap", HINT_DROPCAP },
		{ "class=sect_commentlinks", HINT_COMMENTS }, { "id=login-dialog", HINT_SIGNUP | HINT_CHROME },
		{ "class='news commentary'", 0 }, { "class=commentator", 0 },
		{ "class=ad", HINT_ADVERT }, { "class=AD_SLOT", HINT_ADVERT },
		/* Parts of words, and names of the layout. */
		{ "class=downloads", 0 }, { "class=header", 0 }, { "class=has-sidebar", 0 },
		{ "class=no-comments", 0 }, { "class=with-related", 0 }, { "class=shared", 0 },
		{ "class=''", 0 }, { "", 0 }, { "class='123 --- ___'", 0 },
		{ "class=aVeryLongNameOfManyWordsThatGoesOnAndOnUntilTheSidebar", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t hints = hints_of(cases[i].attributes);

		if ((hints & cases[i].hints) != cases[i].hints || (cases[i].hints == 0 && hints != 0))
			fail_msg("%s: %#x", cases[i].attributes, hints);
	}
}

/* bsearch finds nothing in a list that is out of order: try each end of the alphabet. */
static void
the_table_is_in_order(void **state)
{
	static const char *const words[] = { "ad", "adverts", "article text", "body copy", "btn",
		"categories", "comment", "credit", "cta", "disqus", "drop cap", "entry text", "eyebrow",
		"figcaption", "gutter", "keywords", "likes", "linenos", "main content", "masthead", "menu",
		"meta", "more news", "most read", "nav", "news text", "newsletter", "optin", "pager",
		"popup", "post text", "promo", "pull quote", "read also", "recirc", "related", "replies",
		"screen reader", "see also", "share", "sidebar", "signup", "single content", "social",
		"sponsor", "sr only", "story text", "subscribe", "table of", "tags", "timestamp", "toc",
		"toolbar", "topics", "trending", "updated", "vcard", "visually hidden", "visuallyhidden" };
	char attributes[100];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(attributes, sizeof(attributes), "class=%s", words[i]);
		for (char *at = attributes; *at != '\0'; at++)
			*at = *at == ' ' ? '-' : *at;
		if (hints_of(attributes) == 0)
			fail_msg("%s", words[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_hint_by_whole_words),
		cmocka_unit_test(the_table_is_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
