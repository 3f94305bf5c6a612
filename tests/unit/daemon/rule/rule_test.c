/* What a site rule's lines become, and which are left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/rule/policy.h"
#include "daemon/rule/rule.h"

static void
append_fault(void *context, unsigned line, enum rule_fault fault, const char *reason)
{
	static const char letters[] = "RBU";

	(void)reason;
	assert_int_equal(buffer_printf(context, "%u%c ", line, letters[fault]), RS_OK);
}

static Readsync__SiteRule *
parse(const char *text, const char *faults)
{
	Readsync__SiteRule *rule;
	struct buffer told;

	buffer_init(&told, 10000);
	assert_int_equal(rule_parse(bytes_of_text(text), append_fault, &told, &rule), RS_OK);
	assert_string_equal(buffer_text(&told), faults);
	buffer_release(&told);
	return rule;
}

static void
every_command_is_read(void **state)
{
	Readsync__SiteRule *rule = parse(
	    "# a comment\nno command here\n\n"
	    "title: //h1\ntitle: substring-before(//title, '|')\r\n"
	    "body: //div[@id='text']\nauthor: //a[@rel='author']\ndate: //time/@datetime\n"
	    "strip: //aside\nstrip_id_or_class: promo\nstrip_image_src: /pixel\n"
	    "single_page_link: //a[contains(., 'one page')]\nnext_page_link: //a[@rel='next']\n"
	    "if_page_contains: //div[@class='pages']\n"
	    "find_string: <b>x: y</b>\nreplace_string: z\nreplace_string(<i>(a)</i>): <em>\n"
	    "not_logged_in_xpath: //a[@id='login']\nrequires_login: yes\n"
	    "login_uri: https://example.org/in\nlogin_username_field: u\n"
	    "login_password_field: p\ntest_url: https://example.org/a\ntidy: no\nprune: no\n"
	    "wrap_in(blockquote): //p[@class='q']\nlogin_extra_fields: remember=1\n"
	    "login_extra_fields: x=@=nothing()\nhttp_header(Accept): text/html\n"
	    "http_header(accept-language): de, en;q=0.5\n", "24U 28B ");

	(void)state;
	assert_int_equal(rule->n_title, 2);
	assert_string_equal(rule->title[1], "substring-before(//title, '|')");
	assert_string_equal(rule->body[0], "//div[@id='text']");
	assert_string_equal(rule->strip_class[0], "promo");
	assert_string_equal(rule->strip_image[0], "/pixel");
	/* The condition is the single page's, since there is one. */
	assert_string_equal(rule->single_page[0]->condition, "//div[@class='pages']");
	assert_string_equal(rule->next_page[0]->condition, "");
	assert_int_equal(rule->n_find, 2);
	assert_string_equal(rule->find[0], "<b>x: y</b>");
	assert_string_equal(rule->find[1], "<i>(a)</i>");
	assert_string_equal(rule->replace[1], "<em>");
	assert_true(rule->requires_login);
	assert_true(rule->whole);
	assert_int_equal(rule->n_field, 1);
	assert_string_equal(rule->field[0]->name, "remember");
	assert_string_equal(rule->wrap[0]->tag, "blockquote");
	assert_string_equal(rule->wrap[0]->xpath, "//p[@class='q']");
	assert_string_equal(rule->user_field, "u");
	assert_string_equal(rule->accept, "text/html");
	assert_string_equal(rule->accept_language, "de, en;q=0.5");
	readsync__site_rule__free_unpacked(rule, NULL);
}

static void
what_is_broken_leaves_the_rest(void **state)
{
	Readsync__SiteRule *rule = parse("body: //div[\ntitle:\nno_such_thing: x\n"
	    "if_page_contains: //p\nbody: //article\nfind_string: a\nauthor: \xff\n"
	    "wrap_in(script): //p\nwrap_in(p): //p[\n",
	    "1B 2B 3B 4B 7B 8B 9B 0B ");

	(void)state;
	assert_int_equal(rule->n_body, 1);
	assert_int_equal(rule->n_find, 0);
	readsync__site_rule__free_unpacked(rule, NULL);
}

/* A link whose condition is broken is not followed without, nor is another one's its condition. */
static void
a_condition_stands_and_falls_with_its_link(void **state)
{
	static const struct {
		const char *text, *faults;
		unsigned single, next;
	} cases[] = {
		{ "next_page_link: //a\nif_page_contains: //p[\n", "2B ", 0, 0 },
		{ "next_page_link: //a\nnext_page_link: //b\nif_page_contains: //p[\n", "3B ", 0, 1 },
		{ "single_page_link: //a\nsingle_page_link: //b[\nif_page_contains: //p\n", "2B ",
		    1, 0 },
		{ "next_page_link: //a\nnext_page_link:\nif_page_contains: //p\n", "2B ", 0, 1 },
		{ "next_page_link: //a\nsingle_page_link: 'https://archive.today/x'\n"
		    "if_page_contains: //p\n", "2R ", 0, 1 },
		{ "next_page_link: //a\nsingle_page_link: //b\nif_page_contains: //p\n", "", 1, 1 },
		{ "next_page_link: //a\nif_page_contains:\n", "2B ", 0, 0 },
		{ "next_page_link: //a\nif_page_contains: //p[.='\xe9']\n", "2B ", 0, 0 },
		{ "next_page_link: //a\nnext_page_link: //b[.='\xe9']\nif_page_contains: //p\n", "2B ",
		    0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Readsync__SiteRule *rule = parse(cases[i].text, cases[i].faults);

		assert_int_equal(rule->n_single_page, cases[i].single);
		assert_int_equal(rule->n_next_page, cases[i].next);
		if (rule->n_next_page > 0)
			assert_string_equal(rule->next_page[0]->condition, "");
		if (rule->n_single_page > 0)
			assert_string_equal(rule->single_page[0]->condition, i == 5 ? "//p" : "");
		readsync__site_rule__free_unpacked(rule, NULL);
	}
}

static void
what_an_editor_leaves_is_told_or_no_matter(void **state)
{
	static const char zeros[] = "title: //h1\nbody: //p\0[1]\nauthor: //b\n";
	Readsync__SiteRule *rule = parse("\xef\xbb\xbftitle: //h1\nlogin_uri: ftp://example.org/\n"
	    "login_uri: example.org/in\n", "2B 3B ");
	struct buffer told;

	(void)state;
	assert_int_equal(rule->n_title, 1);
	assert_string_equal(rule->login_uri, "");
	readsync__site_rule__free_unpacked(rule, NULL);
	buffer_init(&told, 1000);
	assert_int_equal(rule_parse(bytes_of(zeros, sizeof(zeros) - 1), append_fault, &told, &rule),
	    RS_OK);
	assert_string_equal(buffer_text(&told), "2B ");
	assert_int_equal(rule->n_title + rule->n_author, 2);
	assert_int_equal(rule->n_body, 0);
	readsync__site_rule__free_unpacked(rule, NULL);
	buffer_release(&told);
}

static void
what_gets_round_a_wall_is_refused(void **state)
{
	Readsync__SiteRule *rule = parse(
	    "http_header(user-agent): Mozilla/5.0 (compatible; SomeBot/2.1)\n"
	    "http_header(User-Agent): Another/1\nhttp_header(referer): https://search.example/\n"
	    "http_header(cookie): views=0\n"
	    "single_page_link: concat('https://web.archive.org/', //link/@href)\n"
	    "find_string: style=\"display:none\"\nreplace_string: \n"
	    "replace_string(<div hidden>): <div>\nbody: //main\n", "1R 2U 3R 4R 5R 6R 8R 0B ");

	(void)state;
	assert_int_equal(rule->n_single_page, 0);
	assert_int_equal(rule->n_find, 0);
	assert_string_equal(rule->body[0], "//main");
	readsync__site_rule__free_unpacked(rule, NULL);
}

static void
a_crawler_is_known_by_its_name(void **state)
{
	static const struct { const char *agent; bool crawler; } cases[] = {
		{ "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true },
		{ "Mozilla/5.0 (compatible; bingbot/2.0)", true },
		{ "Mozilla/5.0 (compatible; Yahoo! Slurp)", true },
		{ "facebookexternalhit/1.1", true },
		{ "Twitterbot/1.0", true },
		{ "Mozilla/5.0 (compatible; Google-InspectionTool/1.0)", true },
		{ "Mozilla/5.0 (Linux; Android 9; CUBOT) Googlebot", true },
		{ "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", false },
		{ "Mozilla/5.0 (Linux; Android 9; CUBOT_X18) Chrome/120.0 Mobile Safari/537.36",
		    false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(policy_is_crawler(cases[i].agent), cases[i].crawler);
}

static void
no_header_is_the_rule_s_to_say(void **state)
{
	static const struct { const char *line, *faults; } cases[] = {
		{ "http_header(user-agent): Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "1U " },
		{ "http_header(Referer): https://example.org/", "1R " },
		{ "http_header(Cookie): consent=yes", "1R " },
		{ "http_header(X-Forwarded-For): 192.0.2.1", "1R " },
		{ "http_header(authorization): Basic eDp5", "1R " },
		{ "http_header(x-requested-with): XMLHttpRequest", "1U " },
		{ "http_header(accept-language): de\xc3\xa9", "1B " },
		{ "http_header(Accept-Language): de", "" },
		{ "http_header(accept):", "1B " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		readsync__site_rule__free_unpacked(parse(cases[i].line, cases[i].faults), NULL);
}

static void
a_rule_has_bounds(void **state)
{
	Readsync__SiteRule *rule;
	struct buffer text;

	(void)state;
	buffer_init(&text, 1 << 20);
	for (int i = 0; i <= RULE_LINES_MAX; i++)
		buffer_append_text(&text, "strip: //a\n");
	assert_int_equal(rule_parse(buffer_bytes(&text), NULL, NULL, &rule), RS_ELIMIT);
	while (text.len <= RULE_FILE_MAX)
		buffer_append_text(&text, "# a comment\n");
	assert_int_equal(rule_parse(buffer_bytes(&text), NULL, NULL, &rule), RS_ELIMIT);
	buffer_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_is_read),
		cmocka_unit_test(what_is_broken_leaves_the_rest),
		cmocka_unit_test(a_condition_stands_and_falls_with_its_link),
		cmocka_unit_test(what_an_editor_leaves_is_told_or_no_matter),
		cmocka_unit_test(what_gets_round_a_wall_is_refused),
		cmocka_unit_test(a_crawler_is_known_by_its_name),
		cmocka_unit_test(no_header_is_the_rule_s_to_say),
		cmocka_unit_test(a_rule_has_bounds),
	};

	return cmocka_run_group_tests_name("daemon/rule/rule", tests, NULL, NULL);
}
