/*
 * Login pages from any bytes: a form that is found has a password or a user to send, in bounds,
 * to a web address, and all of it is text; what an answer in JSON says is one line.
 */
#include <string.h>

#include "daemon/page/answer.h"
#include "daemon/page/form.h"
#include "daemon/rule/rule.h"
#include "proto/base/err.h"
#include "proto/base/utf8.h"
#include "proto/record/article.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 3000;

static const char rule_text[] = "login_extra_fields: csrf=@=xpath('//input[@type=\"hidden\"]',"
    " request_html(config.getLoginUri()))\n"
    "login_extra_fields: token=@=preg_match('/token\\W+([0-9a-f]+)/',"
    " request_html(config.getLoginUri()))\n";

static void
check_form(const Readsync__Form *form)
{
	unsigned passwords = 0, users = 0;

	fuzz_check(form->n_fields <= FORM_FIELDS_MAX);
	for (size_t i = 0; i < form->n_fields; i++) {
		const Readsync__FormField *field = form->fields[i];

		fuzz_check(strlen(field->name) <= FORM_NAME_MAX && field->name[0] != '\0');
		fuzz_check(strlen(field->value) <= FORM_VALUE_MAX);
		fuzz_check(utf8_valid(bytes_of_text(field->name)));
		fuzz_check(utf8_valid(bytes_of_text(field->value)));
		passwords += field->kind == READSYNC__FORM_FIELD__KIND__PASSWORD;
		users += field->kind == READSYNC__FORM_FIELD__KIND__USER;
	}
	if (form->found) {
		fuzz_check(passwords + users > 0 && passwords <= 1 && users <= 1);
		fuzz_check(article_url_is_safe(form->action, false));
	} else {
		fuzz_check(form->n_fields == 0);
	}
	fuzz_check(form->n_extra <= 2);
	for (size_t i = 0; i < form->n_extra; i++) {
		fuzz_check(strlen(form->extra[i]->value) <= FORM_VALUE_MAX);
		fuzz_check(utf8_valid(bytes_of_text(form->extra[i]->value)));
	}
	fuzz_check(strlen(form->refusal) <= ANSWER_WORDS_MAX &&
	    utf8_valid(bytes_of_text(form->refusal)) && strchr(form->refusal, '\n') == NULL);
	fuzz_check(form->refused || form->refusal[0] == '\0');
	fuzz_check(form->login_link[0] == '\0' || article_url_is_safe(form->login_link, false));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct page_input input = { .body = bytes_of(data, len),
	    .url = "https://example.org/login", .asked_url = "" };
	struct rs_err_detail detail = { "" };
	Readsync__SiteRule *rule;
	Readsync__Form *form = NULL;
	int err = rule_parse(bytes_of_text(rule_text), NULL, NULL, &rule);

	fuzz_check(err == RS_OK && rule->n_field == 2);
	input.rule = rule;
	err = form_read(&input, NULL, NULL, &form, &detail);
	readsync__site_rule__free_unpacked(rule, NULL);

	if (err == RS_OK) {
		check_form(form);
		readsync__form__free_unpacked(form, NULL);
	} else {
		fuzz_check((err == RS_ENOTPAGE || err == RS_ELIMIT) && detail.text[0] != '\0');
	}
	return 0;
}
