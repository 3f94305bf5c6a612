/* Which form is the login, and what it sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/form.h"

static const struct {
	const char *page;
	const char *user_field;
	const char *password_field;
	const char *sent;	/* the action, and each field; U and P where something is typed */
} cases[] = {
	/* Tokens, the box, the first button; what is disabled or pressed otherwise stays away. */
	{ "<form method=post action=/session><input type=hidden name=csrf value='a&amp;b'>"
	    "<input name=email type=email><input name=pw type=password>"
	    "<input type=checkbox name=remember_me value=1><input type=checkbox name=news>"
	    "<input type=submit name=go value=Log><input type=submit name=forgot value=Forgot>"
	    "<input name=off value=x disabled><input type=reset name=r></form>", NULL, NULL,
	    "https://example.org/session csrf=a&b U:email P:pw remember_me=1 go=Log " },
	/* A search, a newsletter and a registration are none. */
	{ "<form action=/search><input name=q></form><form method=post action=/news>"
	    "<input type=email name=mail></form><form method=post action=/register>"
	    "<input name=user><input type=password name=a><input type=password name=b></form>",
	    NULL, NULL, "none" },
	{ "<form method=post action=/news><input type=email name=mail></form>"
	    "<form method=post action=/in id=loginform><input name=log><input type=password name=pwd>"
	    "</form>", NULL, NULL, "https://example.org/in U:log P:pwd " },
	/* The first half of a login. */
	{ "<form method=post action=/login/user><input type=email name=email "
	    "autocomplete=username></form>", NULL, NULL, "https://example.org/login/user U:email " },
	/* A code that was sent by mail is no user's name. */
	{ "<form method=post action=/login><input name=login_code></form>", NULL, NULL, "none" },
	/* But before a password, where nothing else could be one, it is: a reader's card has a code. */
	{ "<form method=post action=/patron><input name=code><input type=password name=pin></form>",
	    NULL, NULL, "https://example.org/patron U:code P:pin " },
	{ "<form method=post action=/in><input name=mail><input name=code><input type=password name=pw>"
	    "</form>", NULL, NULL, "https://example.org/in U:mail code= P:pw " },
	{ "<form method=post action=/in><input type=password name=pw><input name=code></form>", NULL,
	    NULL, "https://example.org/in P:pw code= " },
	/* Known by its fields' names. */
	{ "<form method=post action=/a><input name=x><input type=password name=y></form>"
	    "<form method=post action=/b><input name=k><input name=z><input name=s></form>", "k", "s",
	    "https://example.org/b U:k z= P:s " },
	/* Lists, rings, and a form that names no address and no method. */
	{ "<form><input name=user><select name=l><option value=a>A<option value=b selected>B"
	    "</select><input type=radio name=r value=1><input type=radio name=r value=2 checked>"
	    "<input type=password name=p></form>", NULL, NULL,
	    "get https://example.org/login U:user l=b r=2 P:p " },
	{ "<form method=POST action='https://id.example.net/x#y'><input name=user>"
	    "<input type=password name=p></form>", NULL, NULL,
	    "https://id.example.net/x U:user P:p " },
	{ "<form method=post action='javascript:go()'><input name=user><input type=password name=p>"
	    "</form>", NULL, NULL, "none" },
	{ "<p>No form at all.", NULL, NULL, "none" },
	{ "<a href=/about>About</a><a href='/account/login?x=1#y'>Log in</a>", NULL, NULL,
	    "none https://example.org/account/login?x=1" },
};

static Readsync__Form *
read_form(const char *page, const char *user_field, const char *password_field)
{
	struct page_input input = {
		.body = bytes_of_text(page), .url = "https://example.org/login"
	};
	struct rs_err_detail detail;
	Readsync__Form *form;

	assert_int_equal(form_read(&input, user_field, password_field, &form, &detail), RS_OK);
	return form;
}

static void
the_login_is_found_with_what_it_sends(void **state)
{
	struct buffer sent;

	(void)state;
	buffer_init(&sent, 10000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Readsync__Form *form = read_form(cases[i].page, cases[i].user_field,
		    cases[i].password_field);

		buffer_clear(&sent);
		if (!form->found)
			buffer_printf(&sent, "none%s%s", form->login_link[0] == '\0' ? "" : " ",
			    form->login_link);
		else
			buffer_printf(&sent, "%s%s ", form->get ? "get " : "", form->action);
		for (size_t j = 0; j < form->n_fields; j++) {
			const Readsync__FormField *field = form->fields[j];

			if (field->kind == READSYNC__FORM_FIELD__KIND__PLAIN)
				buffer_printf(&sent, "%s=%s ", field->name, field->value);
			else
				buffer_printf(&sent, "%c:%s ", field->kind ==
				    READSYNC__FORM_FIELD__KIND__USER ? 'U' : 'P', field->name);
		}
		assert_string_equal(buffer_text(&sent), cases[i].sent);
		readsync__form__free_unpacked(form, NULL);
	}
	buffer_release(&sent);
}

static void
what_no_program_can_answer_is_noticed(void **state)
{
	static const struct {
		const char *page;
		bool captcha, second_factor;
	} asked[] = {
		{ "<form><div class=g-recaptcha></div></form>", true, false },
		{ "<script src='https://challenges.example/turnstile/v0/api.js'></script>", true, false },
		{ "<input autocomplete=one-time-code name=c>", false, true },
		{ "<input name=totp_code>", false, true },
		{ "<form method=post action=/login><input name=code inputmode=numeric></form>", false,
		    true },
		{ "<input name=SecurityCode type=tel>", false, true },
		{ "<input name=zipcode><input name=voucher_code>", false, false },
		{ "<input type=hidden name=code>", false, false },
		{ "<input type=hidden name=otp><p>A captcha is a nuisance.</p>", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		Readsync__Form *form = read_form(asked[i].page, NULL, NULL);

		assert_int_equal(form->captcha, asked[i].captcha);
		assert_int_equal(form->second_factor, asked[i].second_factor);
		readsync__form__free_unpacked(form, NULL);
	}
}

static void
a_form_without_end_is_refused(void **state)
{
	struct page_input input = { .url = "https://example.org/login" };
	struct rs_err_detail detail;
	struct buffer page;
	Readsync__Form *form;

	(void)state;
	buffer_init(&page, 1 << 20);
	buffer_append_text(&page, "<form method=post><input type=password name=p>");
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		buffer_printf(&page, "<input name=f%d>", i);
	input.body = buffer_bytes(&page);
	assert_int_equal(form_read(&input, NULL, NULL, &form, &detail), RS_ELIMIT);
	assert_non_null(strstr(detail.text, "fields"));
	input.body = bytes_of_text("");
	assert_int_equal(form_read(&input, NULL, NULL, &form, &detail), RS_ENOTPAGE);
	buffer_release(&page);
}

/* Fields of a rule; the third is never matched, and a pattern is not tried for ever. */
static void
what_a_rule_looks_for_is_found_where_it_says(void **state)
{
	static char *const lines[][3] = {
		{ "csrf", "//input[@id='t']", "" },
		{ "key", "\"key\":\"(\\w+)\"", "https://example.org/keys" },
		{ "slow", "(a|aa)+(k)", "" },
		{ "group", "no group", "" },
	};
	Readsync__RuleField fields[4], *list[4];
	Readsync__SiteRule rule = READSYNC__SITE_RULE__INIT;
	struct page_input input = { .url = "https://example.org/in", .asked_url = "",
	    .rule = &rule };
	struct rs_err_detail detail;
	struct buffer page;
	Readsync__Form *form;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		readsync__rule_field__init(&fields[i]);
		fields[i].name = lines[i][0];
		fields[i].value = lines[i][1];
		fields[i].page = lines[i][2];
		fields[i].how = i == 0 ? READSYNC__RULE_FIELD__HOW__XPATH :
		    READSYNC__RULE_FIELD__HOW__PATTERN;
		list[i] = &fields[i];
	}
	rule.field = list;
	rule.n_field = 4;
	buffer_init(&page, 1 << 20);
	buffer_append_text(&page, "<input type=hidden id=t value=abc><script>x={\"key\":\"d\303\251f\","
	    "no group}</script><p>");
	for (int i = 0; i < 10000; i++)
		buffer_append_text(&page, "aaaaaaaa");
	input.body = buffer_bytes(&page);
	assert_int_equal(form_read(&input, NULL, NULL, &form, &detail), RS_OK);
	assert_int_equal(form->n_extra, 1);
	assert_string_equal(form->extra[0]->name, "csrf");
	assert_string_equal(form->extra[0]->value, "abc");
	readsync__form__free_unpacked(form, NULL);
	input.asked_url = "https://example.org/keys";
	assert_int_equal(form_read(&input, NULL, NULL, &form, &detail), RS_OK);
	assert_int_equal(form->n_extra, 1);
	assert_string_equal(form->extra[0]->value, "d\303\251f");
	readsync__form__free_unpacked(form, NULL);
	buffer_release(&page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_login_is_found_with_what_it_sends),
		cmocka_unit_test(what_no_program_can_answer_is_noticed),
		cmocka_unit_test(a_form_without_end_is_refused),
		cmocka_unit_test(what_a_rule_looks_for_is_found_where_it_says),
	};

	return cmocka_run_group_tests_name("daemon/page/form", tests, NULL, NULL);
}
