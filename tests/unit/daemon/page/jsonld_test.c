#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/jsonld.h"

/* The headline of the first article in the one ${script}; NULL when there is none. */
static void
check_headline(const char *script, const char *expected)
{
	struct jsonld *jsonld = jsonld_new();
	const char *found = NULL;

	assert_non_null(jsonld);
	assert_int_equal(jsonld_add(jsonld, bytes_of_text(script)), 0);
	for (size_t i = 0; i < jsonld->count && found == NULL; i++) {
		if (jsonld_is(jsonld->nodes[i], "*Article"))
			found = jsonld_text(jsonld, jsonld_get(jsonld, jsonld->nodes[i], "headline"));
	}
	if (found == NULL || expected == NULL ? found != expected : strcmp(found, expected) != 0)
		fail_msg("%s: %s, not %s", script, found, expected);
	jsonld_free(jsonld);
}

#define ARTICLE "{\"@type\":\"Article\",\"headline\":"

static void
forgives_the_usual_mistakes(void **state)
{
	static const struct { const char *script, *headline; } cases[] = {
		{ ARTICLE "\"A\"}", "A" },
		{ " <!--\n" ARTICLE "\"A\"}\n--> ", "A" },
		{ "//<![CDATA[\n" ARTICLE "\"A\"}\n//]]>", "A" },
		{ "/* x */" ARTICLE "\"A\"} ;", "A" },
		{ "{\"a\":1}" ARTICLE "\"A\"}", "A" },
		{ "[1, " ARTICLE "\"A\"}]", "A" },
		{ ARTICLE "\"A\nB\"}", "A B" },
		{ ARTICLE "\"A\\xB\"}", "AxB" },
		{ ARTICLE "\"A \"quoted\" B\"}", "A \"quoted\" B" },
		{ ARTICLE "\"Of \"A\", a letter\",\"b\":true}", "Of \"A\", a letter" },
		{ ARTICLE "\"A\",\"b\":\"B\", null}", "A" },
		{ ARTICLE "\"A\",}", "A" },
		{ ARTICLE "\"A\",\"b\":[1,2,],}", "A" },
		{ "{'@type':'Article',\"headline\":'It's \"A\"' }", "It's \"A\"" },
		{ ARTICLE "'A, a\\'s \\\"B\\\"'}", "A, a's \"B\"" },
		{ "\xef\xbb\xbf" ARTICLE "\"A\"}", "A" },
		{ "{\"x\":{\"y\":[" ARTICLE "\"A\"}]}}", "A" },
		/* What is whole before the place where it is cut off, or broken. */
		{ ARTICLE "\"A\"", "A" }, { ARTICLE "\"A\",\"b\":\"B", "A" },
		{ ARTICLE "\"A\",\"author\":[{\"name\":\"Ann\"},{\"name\":\"B", "A" },
		{ "{\"@graph\":[" ARTICLE "\"A\"},{\"@type\":\"Pers", "A" },
		{ "{\"@graph\":[" ARTICLE "\"A\"", "A" },
		{ ARTICLE "\"A\",\"b\": ,\"c\":1}", "A" }, { ARTICLE "\"A\",\"b\":}", "A" },
		{ ARTICLE "\"A\",\"b\":undefined}", "A" }, { ARTICLE "\"A\"]}", "A" },
		{ ARTICLE "\"A\",\"b\":[1,2}", "A" }, { ARTICLE "\"A\",\"headl", "A" },
		{ ARTICLE "\"A\",\"c", "A" }, { ARTICLE "'A','b':'", "A" },
		{ "{\"headline\":\"A\",\"@type\":\"Article\",\"b\":\"B\", 5 C\"}", "A" },
		{ "{\"@type\":\"Article\",\"headline\":\"B\", 5 C\"}", NULL },
		{ ARTICLE "\"A", NULL }, { ARTICLE, NULL }, { "{\"@type\":\"Article\",\"headline\"", NULL },
		/* No JSON at all is nothing. */
		{ "not JSON", NULL }, { "", NULL }, { "\"text\"", NULL }, { "[]", NULL }, { "{", NULL },
		{ "/*", NULL }, { "\\", NULL }, { "\"\\", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_headline(cases[i].script, cases[i].headline);
}

static void
types_are_compared_without_their_vocabulary(void **state)
{
	static const struct { const char *node, *type; bool is; } cases[] = {
		{ "{\"@type\":\"NewsArticle\"}", "NewsArticle", true },
		{ "{\"@type\":\"http://schema.org/NewsArticle\"}", "NewsArticle", true },
		{ "{\"@type\":\"schema:NewsArticle\"}", "*Article", true },
		{ "{\"@type\":[\"A\",\"Article\"]}", "*Article", true },
		{ "{\"@type\":\"ArticleList\"}", "*Article", false },
		{ "{\"@type\":\"Cle\"}", "*Article", false },
		{ "{\"@type\":7}", "*Article", false },
		{ "{}", "*Article", false },
	};
	json_t *node;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		node = json_loads(cases[i].node, 0, NULL);
		assert_int_equal(jsonld_is(node, cases[i].type), cases[i].is);
		json_decref(node);
	}
}

static void
references_lead_to_their_objects(void **state)
{
	static const char script[] = "{\"@graph\":[{\"@type\":\"Article\",\"author\":{\"@id\":\"#a\"},"
	    "\"editor\":{\"@id\":\"#none\"},\"loop\":{\"@id\":\"#l\"}},"
	    "{\"@id\":\"#a\",\"@type\":\"Person\",\"name\":\"Ann\"},"
	    "{\"@id\":\"#l\",\"@type\":\"Person\",\"name\":{\"@id\":\"#l\"}}]}";
	struct jsonld *jsonld = jsonld_new();
	json_t *article;

	(void)state;
	assert_int_equal(jsonld_add(jsonld, bytes_of_text(script)), 0);
	article = jsonld->nodes[1];
	assert_true(jsonld_is(article, "Article"));
	assert_string_equal(jsonld_text(jsonld, jsonld_get(jsonld, article, "author")), "Ann");
	assert_string_equal(jsonld_text(jsonld, jsonld_get(jsonld, article, "editor")), "#none");
	/* One that refers to itself ends. */
	assert_string_equal(jsonld_text(jsonld, jsonld_get(jsonld, article, "loop")), "#l");
	assert_null(jsonld_get(jsonld, article, "nothing"));
	jsonld_free(jsonld);
}

/* ${count} times ${open}, then ${close}. */
static void
add_repeated(struct jsonld *jsonld, const char *open, size_t count, const char *close)
{
	struct buffer script;

	buffer_init(&script, 64 << 20);
	for (size_t i = 0; i < count; i++)
		buffer_append_text(&script, open);
	buffer_append_text(&script, close);
	assert_int_equal(jsonld_add(jsonld, buffer_bytes(&script)), 0);
	buffer_release(&script);
}

static void
hostile_scripts_stay_within_bounds(void **state)
{
	struct jsonld *jsonld = jsonld_new();

	(void)state;
	/* Too deep for the parser, and for us. */
	add_repeated(jsonld, "[", 500000, "");
	add_repeated(jsonld, "{\"a\":", 300000, "1");
	assert_int_equal(jsonld->count, 0);
	add_repeated(jsonld, "{\"a\":", 100, "1}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
	    "}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}");
	assert_in_range(jsonld->count, 1, JSONLD_DEPTH + 1);
	/* Too many. */
	add_repeated(jsonld, "{\"a\":1}", 5000, "");
	add_repeated(jsonld, "{\"a\":{\"b\":1}},", 5000, "");
	for (unsigned i = 0; i < 30; i++)
		add_repeated(jsonld, "{\"a\":1}", 64, "");
	assert_int_equal(jsonld->count, JSONLD_NODES);
	jsonld_free(jsonld);
	/* Too long. */
	jsonld = jsonld_new();
	add_repeated(jsonld, " ", JSONLD_SCRIPT, "{\"a\":1}");
	assert_int_equal(jsonld->count, 0);
	/* Strings that never end properly. */
	add_repeated(jsonld, "\"x\" y ", 300000, "");
	add_repeated(jsonld, "/*", 500000, "");
	assert_int_equal(jsonld->count, 0);
	jsonld_free(jsonld);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forgives_the_usual_mistakes),
		cmocka_unit_test(types_are_compared_without_their_vocabulary),
		cmocka_unit_test(references_lead_to_their_objects),
		cmocka_unit_test(hostile_scripts_stay_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
