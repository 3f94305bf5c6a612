#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "daemon/page/dom.h"
#include "proto/base/err.h"

static xmlDoc *
parse(const char *html)
{
	xmlDoc *document = NULL;

	assert_int_equal(dom_parse(bytes_of_text(html), false, &document), 0);
	return document;
}

/* The first element called ${name}. */
static xmlNode *
find(xmlDoc *document, const char *name)
{
	xmlNode *root = xmlDocGetRootElement(document), *node;

	for (node = root; node != NULL; node = dom_next(node, root))
		if (dom_is(node, name))
			return node;
	return NULL;
}

static void
text_is_what_a_reader_sees(void **state)
{
	static const struct { const char *html, *text; } cases[] = {
		{ "<p>one  \n two</p>", "one two" },
		{ "<p>a<b>b</b>c</p>", "abc" },
		{ "<div>a<div>b<b>c</b></div>d</div>", "a bc d" },
		{ "<p>a<br>b</p>", "a b" },
		{ "<p>a<script>no</script>b</p>", "a b" },
		{ "<p>a</p><p hidden>no</p><p>b</p>", "a b" },
		{ "<p>a</p><p style='color:red; display : NONE'>no</p>", "a" },
		{ "<p style='x-display:none'>a</p>", "a" },
		{ "<p style='displaydisplay:none'>a</p>", "a" },
		{ "<p style='display:'>a</p><p style='display'>b</p><p style='display: '>c</p>", "a b c" },
		{ "<p style='display:x;display:none'>no</p>b", "b" },
		{ "<p>&amp;&nbsp;&lt;\xc3\xa9</p>", "&\xc2\xa0<\xc3\xa9" },
		{ "<p>a</p><p aria-hidden=true>no</p>", "a" },
		/* Comments that only browsers know. */
		{ "<p>a<![if !supportLists]>b<![endif]>c<!d>e</p>", "abce" },
		{ "<p>a<!-->b<!--->c</p>", "abc" },
		{ "<!DOCTYPE html><!ELEMENT p><p>a<!--[if !IE]><!-->b<!--<![endif]-->c", "abc" },
		{ "<p>a</p <script>b<p>c</p>", "a b c" }, { "<p>a</p<style>b</p <!-- ><p>c", "a b c" },
		{ "<p>a<wbr id='>'>b<wbr/>c<wbrx>d<wbr", "abc d" },
		{ "<p>a<script>1</script <style>b</style>c", "a bc" },
		{ "<p>a <! b", "a" }, { "<p>a <!>b", "a <!>b" }, { "<p>a <!", "a <!" },
		/* Neither </head> nor <body> need be written. */
		{ "<title>no</title><meta charset=utf-8><article><p>a</p></article><p>b", "a b" },
		{ "<head><title>no</title><main>a</main></head><body><p>b</p></body>", "a b" },
		{ "<title>no</title><style>no</style><noscript>no</noscript><p>a", "a" },
	};
	struct buffer out;
	xmlDoc *document;
	size_t i;

	(void)state;
	buffer_init(&out, 1000);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		document = parse(cases[i].html);
		buffer_clear(&out);
		assert_int_equal(dom_append_text(find(document, "body"), &out), 0);
		assert_string_equal(buffer_text(&out), cases[i].text);
		xmlFreeDoc(document);
	}
	buffer_release(&out);
}

static void
text_stops_at_the_bound(void **state)
{
	xmlDoc *document = parse("<p>one two three</p>");
	struct buffer out;

	(void)state;
	buffer_init(&out, 8);
	assert_int_equal(dom_append_text(find(document, "p"), &out), RS_ELIMIT);
	buffer_release(&out);
	xmlFreeDoc(document);
}

static void
answers_questions_of_a_node(void **state)
{
	xmlDoc *document = parse("<p class='one  Two\tthree' id=x data-empty=''>a<b>b</b></p><i>c</i>");
	xmlNode *p = find(document, "p"), *b = find(document, "b");

	(void)state;
	assert_true(dom_is(p, "p"));
	assert_false(dom_is(p->children, "p"));
	assert_false(dom_is(NULL, "p"));
	assert_string_equal(dom_attribute(p, "id"), "x");
	assert_string_equal(dom_attribute(p, "data-empty"), "");
	assert_null(dom_attribute(p, "href"));
	assert_true(dom_has_token(dom_attribute(p, "class"), "two"));
	assert_true(dom_has_token("a b", "b"));
	assert_false(dom_has_token("ab abc", "bc"));
	assert_false(dom_has_token(NULL, "a"));
	assert_ptr_equal(dom_next(p, p), p->children);
	assert_ptr_equal(dom_next(b, p), b->children);
	assert_null(dom_next(b->children, p));
	assert_true(dom_is(dom_next_after(p, document->children), "i"));
	xmlFreeDoc(document);
}

static void
refuses_what_has_no_element(void **state)
{
	xmlDoc *document = NULL;

	(void)state;
	assert_int_equal(dom_parse(bytes_of(NULL, 0), false, &document), RS_ENOTPAGE);
	assert_int_equal(dom_parse(bytes_of_text("  \n"), false, &document), RS_ENOTPAGE);
	assert_null(document);
}

/* ${head}, then ${part} repeated until there are ${len} bytes. */
static char *
repeated(const char *head, const char *part, size_t len)
{
	char *text = malloc(len + 1);
	size_t i, head_len = strlen(head), part_len = strlen(part);

	assert_non_null(text);
	memcpy(text, head, head_len);
	for (i = head_len; i < len; i++)
		text[i] = part[(i - head_len) % part_len];
	text[len] = '\0';
	return text;
}

static double
cpu_of_parsing(const char *text, size_t len)
{
	xmlDoc *document = NULL;
	clock_t start = clock();

	if (dom_parse(bytes_of(text, len), false, &document) == 0)
		xmlFreeDoc(document);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/*
 * Each of these is small in a browser's eyes and quadratic in a careless
 * parser's.  The bound is many times what linear work takes, even under a
 * sanitizer, and far below what quadratic work would.
 */
static void
hostile_pages_stay_linear(void **state)
{
	static const struct { const char *head, *part; } cases[] = {
		{ "", "<div>" }, { "", "<b>" }, { "", "<p>x" }, { "<a ", "b=\"\" " },
		{ "<a ", "x1/y " }, { "<a b='", "x " }, { "", "<!--" }, { "", "<" },
		{ "", "</p>" }, { "", "&amp" }, { "", "<a href='" }, { "<script>", "</s" },
		{ "", "<table><td>" }, { "<p>", "\xc3\xa9 " }, { "<script></SCRIPT><a ", "x1 y2 z3 " },
		{ "", "<!a" }, { "", "<!-->" }, { "", "<a b='0123456789'>" }, { "", "<?a " }, { "<!--", "--" },
		{ "<scriptx><a ", "x1 y2 z3 " }, { "<script/><a ", "x1 y2 z3 " },
	};
	size_t i, len = 2 * 1000 * 1000;
	char *text;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = repeated(cases[i].head, cases[i].part, len);
		assert_true(cpu_of_parsing(text, len) < 10.0);
		free(text);
	}
}

static void
surplus_attributes_are_dropped_alone(void **state)
{
	/* What browsers read as a script, and what they do not. */
	static const char *const before[] = { "", "<!-- <p -->", "<script>if (a <b) {}</script>",
		"<script></SCRIPT>", "<SCRIPT>x</script>", "<script/>", "<scriptx>", "<style></STYLE>",
		"<script a='>'></script>" };
	struct buffer page;
	xmlDoc *document = NULL;
	xmlNode *p;
	size_t i;
	unsigned j;

	(void)state;
	buffer_init(&page, 1 << 20);
	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		buffer_clear(&page);
		buffer_printf(&page, "<body>%s<p id=first", before[i]);
		for (j = 0; j < 10000; j++)
			buffer_printf(&page, " a%u='x y>z'", j);
		buffer_append_text(&page, ">text</p><script>if (a <b) {}</script><i title=kept>more</i>");
		assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), 0);
		p = find(document, "p");
		assert_string_equal(dom_attribute(p, "id"), "first");
		assert_non_null(dom_attribute(p, "a9"));
		if (dom_attribute(p, "a9999") != NULL)
			fail_msg("%s", before[i]);
		assert_string_equal((const char *)p->children->content, "text");
		assert_string_equal(dom_attribute(find(document, "i"), "title"), "kept");
		xmlFreeDoc(document);
	}
	buffer_release(&page);
}

static void
text_of_programs_is_left_out(void **state)
{
	static const struct { const char *script; bool data; } cases[] = {
		{ "<script>{}</script>", false }, { "<SCRIPT type='text/javascript'>{}</SCRIPT>", false },
		{ "<script type='application/json'>{}</script>", false }, { "<script>{}", false },
		{ "<script>{}</s", false }, { "<script src='a.js' defer>{}</script >", false },
		{ "<script type='application/LD+JSON'>{}</script>", true },
		{ "<script type='application/ld&#x2B;json'>{}</script>", true },
		{ "<script type='math/tex; mode=display'>{}</script>", true },
	};
	struct buffer page;
	xmlDoc *document;
	xmlNode *script;

	(void)state;
	buffer_init(&page, 1024);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int programs = 0; programs <= 1; programs++) {
			buffer_clear(&page);
			buffer_printf(&page, "<p>a</p>%s<p>b</p>", cases[i].script);
			assert_int_equal(dom_parse(buffer_bytes(&page), programs, &document), 0);
			script = find(document, "script");
			assert_non_null(script);
			if ((script->children != NULL) != (cases[i].data || programs))
				fail_msg("%s, %d", cases[i].script, programs);
			xmlFreeDoc(document);
		}
	}
	buffer_release(&page);
}

static void
text_of_comments_is_left_out(void **state)
{
	static const struct { const char *comment, *text; } cases[] = {
		{ "<!-- b > c -->", " b > c " }, { "<!---->", "" }, { "<!-- - -- -->", " - -- " },
		{ "<!--b--!>", "b" }, { "<!--[if IE]><p>c</p><![endif]-->", "[if IE]><p>c</p><![endif]" },
	};
	struct buffer page;
	xmlDoc *document;
	xmlNode *comment;
	const char *text;

	(void)state;
	buffer_init(&page, 1024);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int programs = 0; programs <= 1; programs++) {
			buffer_clear(&page);
			buffer_printf(&page, "<p>a%sd</p>", cases[i].comment);
			assert_int_equal(dom_parse(buffer_bytes(&page), programs, &document), 0);
			comment = find(document, "p")->children->next;
			assert_int_equal(comment->type, XML_COMMENT_NODE);
			assert_string_equal((char *)comment->next->content, "d");
			text = comment->content == NULL ? "" : (char *)comment->content;
			if (strcmp(text, programs ? cases[i].text : "") != 0)
				fail_msg("%s, %d: %s", cases[i].comment, programs, text);
			xmlFreeDoc(document);
		}
	}
	buffer_release(&page);
}

/* A tag ends where the parser ends it: what is left out is never more than a script. */
static void
text_after_programs_is_kept(void **state)
{
	static const char *const tags[] = {
		"script a= \"x>y\"", "script a =\n'x>y'", "script a = \"x>y\" b", "style a= \"x>y\"",
		"script =\"x", "script a==\"x", "script a=b=\"x", "script a=b\"c=\"x", "script a=x\"",
		"script \"a=\"", "script a=\"x\"=\"y", "script a=\"\"=\"y", "script a b=''c",
		"script/=\"", "script a=/", "script<p", "script a/=\"x", "script a='x>\"y'",
		"style ='x", "style a==\"x",
	};
	struct buffer page, out;
	xmlDoc *document;

	(void)state;
	buffer_init(&page, 1024);
	buffer_init(&out, 1024);
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		buffer_clear(&page);
		buffer_clear(&out);
		buffer_printf(&page, "<body><%s>if (0) {}</%.*s><p>one</p><p title=\"b\">two</p>"
		    "<script>{}</script><p title='c'>three</p>", tags[i],
		    tags[i][1] == 't' ? 5 : 6, tags[i]);
		assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), 0);
		assert_int_equal(dom_append_text(find(document, "body"), &out), 0);
		if (strcmp(buffer_text(&out), "one two three") != 0)
			fail_msg("%s: %s", tags[i], buffer_text(&out));
		xmlFreeDoc(document);
	}
	buffer_release(&page);
	buffer_release(&out);
}

static void
style_sheets_are_where_they_were(void **state)
{
	static const char html[] = "<style-x>a</style-x><style>.a{display:none}</style><p>b</p>"
	    "<style></style><STYLE media=all>.b { content: '<p>' }</STYLE ><style a=/>8</style>"
	    "<style a=/>.c {}   </style>"
	    "</p <!-- ><style>99999999</style><style>1</style><p>--></p>"
	    "<style>.no-end{display:none}";
	static const char *const sheets[] = { ".a{display:none}", "", ".b { content: '<p>' }", "",
		".c {}   ", "99999999", "", ".no-end{display:none}" };
	struct bytes page = bytes_of_text(html), sheet;
	xmlDoc *document = parse(html);
	xmlNode *root = xmlDocGetRootElement(document), *node;
	size_t count = 0, done = 0;

	(void)state;
	assert_non_null(find(document, "style-x")->children);
	for (node = root; node != NULL; node = dom_next(node, root)) {
		if (!dom_is(node, "style"))
			continue;
		sheet = dom_style_sheet(node, page, &done);
		assert_true(count < sizeof(sheets) / sizeof(sheets[0]));
		if (!bytes_equal(sheet, bytes_of_text(sheets[count])))
			fail_msg("%zu: %.*s", count, (int)sheet.len, (const char *)sheet.data);
		count++;
	}
	assert_int_equal(count, sizeof(sheets) / sizeof(sheets[0]));
	xmlFreeDoc(document);
}

/* Whatever of them the parser is given. */
static void
attributes_have_their_values(void **state)
{
	static const struct { const char *html, *name, *value, *text; } cases[] = {
		{ "<body><i title='a > b, and so on'>a</i>", "title", "a > b, and so on", "a" },
		{ "<body><i title=\"it's > \r\n long\">a</i>", "title", "it's > \r\n long", "a" },
		{ "<body><i id='0123456789' title='9876543210'>a", "id", "0123456789", "a" },
		{ "<body><i a='first value' title = 'second value'>a", "title", "second value", "a" },
		{ "<body><i title='first value' title='second value'>a", "title", "first value", "a" },
		{ "<body><i title='&#1;ABCDEFGHIJ'>a", "title", "", "a" },
		{ "<body><i title='\x01ZZZ' class='0123456789'>a", "title", "\x01ZZZ", "a" },
		{ "<body><i title='0123456789", "title", "0123456789", "" },
		{ "<body class='first'><i title='0123456789'>a<body lang='long value'>b", "title", "0123456789",
		    "ab" },
		/* What is no tag to the parser. */
		{ "<body><?x <a b='01234>56789'><i title='0123456789'>a", "title", "0123456789",
		    "56789'>a" },
		{ "<!doctype <a b='01234>56789'><i title='0123456789'>a", "title", "0123456789",
		    "56789'>a" },
		{ "<body><!-- <a b='01234-->56789'><i title='0123456789'>a", "title", "0123456789",
		    "56789'>a" },
		{ "<body><script>1</scripts a='>0123456789'></script><i title='0123456789'>a", "title",
		    "0123456789", "a" },
		{ "<body><!-- --!><i title='--> <a b=\"0123456789\">'>a", "title",
		    "--> <a b=\"0123456789\">", "a" },
	};
	struct buffer out;
	xmlDoc *document;
	const char *value;

	(void)state;
	buffer_init(&out, 1024);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		document = parse(cases[i].html);
		buffer_clear(&out);
		assert_int_equal(dom_append_text(find(document, "body"), &out), 0);
		value = dom_attribute(find(document, "i"), cases[i].name);
		if (value == NULL || strcmp(value, cases[i].value) != 0 ||
		    strcmp(buffer_text(&out), cases[i].text) != 0)
			fail_msg("%s: %s: %s", cases[i].html, value, buffer_text(&out));
		xmlFreeDoc(document);
	}
	buffer_release(&out);
}

/* In what no reader looks at, but the XPath of a rule may. */
static void
odd_places_are_as_they_stand(void **state)
{
	xmlDoc *document = parse("<?x?><p>a</body></html>e<i title='0123456789'>");
	xmlNode *root = xmlDocGetRootElement(document), *node = root;

	(void)state;
	assert_non_null(root->next);
	while (!dom_is(node, "i"))
		assert_non_null(node = dom_next(node, (xmlNode *)document));
	assert_string_equal(dom_attribute(node, "title"), "0123456789");
	xmlFreeDoc(document);
	document = parse("<script type='application/ld+json'>1</scripts><i a='0123456789'></script>");
	node = find(document, "script");
	assert_string_equal((char *)node->last->content, "1<i a='0123456789'>");
	xmlFreeDoc(document);
}

static void
parts_of_names_are_found_in_any_case(void **state)
{
	static const char *const parts[] = { "paywall", "mc4wp", "/1x1" };
	static const struct { const char *text; bool has; } cases[] = {
		{ "article-paywall", true }, { "PayWall", true }, { "MC4WP", true }, { "a/1X1.gif", true },
		{ "paywal", false }, { "pay wall", false }, { "Pay", false }, { "", false }, { "ppaywall", true },
		{ "0aywall", false }, { "\x10" "aywall", false }, { "\xf0" "aywall", false }, { "o1x1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (dom_has_part(cases[i].text, parts, 3) != cases[i].has)
			fail_msg("%s", cases[i].text);
		assert_true((dom_find(cases[i].text, "paywall") != NULL) ==
		    dom_has_part(cases[i].text, parts, 1));
	}
	assert_false(dom_has_part(NULL, parts, 3));
	assert_false(dom_has_part("paywall", parts, 0));
	assert_string_equal(dom_find("The PayWall", "paywall"), "PayWall");
}

/* Old pages leave a <font> open in every paragraph; only what has no end is refused. */
static void
depth_has_a_bound_that_pages_do_not_meet(void **state)
{
	struct buffer page;
	xmlDoc *document = NULL;

	(void)state;
	buffer_init(&page, 1 << 20);
	for (unsigned i = 0; i < DOM_DEPTH_MAX - 10; i++)
		buffer_append_text(&page, "<font>word ");
	buffer_append_text(&page, "<i>last</i>");
	assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), 0);
	assert_non_null(find(document, "i"));
	xmlFreeDoc(document);
	document = NULL;
	/* What holds nothing is no depth, whatever it says of itself. */
	for (unsigned i = 0; i < DOM_DEPTH_MAX; i++)
		buffer_append_text(&page, "<wbr><WBR class='a>b'><wbr\n>");
	assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), 0);
	xmlFreeDoc(document);
	document = NULL;
	for (unsigned i = 0; i < 100; i++)
		buffer_append_text(&page, "<font>word ");
	assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), RS_ELIMIT);
	assert_null(document);
	buffer_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_what_a_reader_sees),
		cmocka_unit_test(text_stops_at_the_bound),
		cmocka_unit_test(answers_questions_of_a_node),
		cmocka_unit_test(refuses_what_has_no_element),
		cmocka_unit_test(depth_has_a_bound_that_pages_do_not_meet),
		cmocka_unit_test(surplus_attributes_are_dropped_alone),
		cmocka_unit_test(text_of_programs_is_left_out),
		cmocka_unit_test(parts_of_names_are_found_in_any_case),
		cmocka_unit_test(text_of_comments_is_left_out),
		cmocka_unit_test(text_after_programs_is_kept),
		cmocka_unit_test(style_sheets_are_where_they_were),
		cmocka_unit_test(attributes_have_their_values),
		cmocka_unit_test(odd_places_are_as_they_stand),
		cmocka_unit_test(hostile_pages_stay_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
