/* What a site says in JSON to who has sent a password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/answer.h"

#define IS_FINE NULL

static const struct {
	const char *text;
	const char *refusal;		/* its words, or IS_FINE */
} cases[] = {
	{ "{\"error\": \"Wrong password\"}", "Wrong password" },
	{ "{\"error\": null, \"user\": 7}", IS_FINE },
	{ "{\"error\": \"\"}", IS_FINE },
	{ "{\"error\": false}", IS_FINE },
	{ "{\"error\": 0, \"errorMessage\": \"none\"}", IS_FINE },
	{ "{\"error\": {}}", IS_FINE },
	{ "{\"error\": {\"code\": 0, \"message\": \"\", \"more\": [null, {}]}}", IS_FINE },
	{ "{\"errors\": {\"email\": [], \"password\": \"\"}}", IS_FINE },
	{ "{\"errors\": [[[[[\"Not you\"]]]]]}", "" },
	{ "{\"errors\": [[[[\"Not you\"]]]]}", "" },
	{ "{\"errors\": [[[[\"\"]]]]}", IS_FINE },
	{ "{\"d\": {\"Success\": false, \"Message\": \"Not you\"}}", "Not you" },
	{ "{\"error\": true, \"message\": \"Who are you?\"}", "Who are you?" },
	{ "{\"error\": {\"code\": 17, \"message\": \"No such user\"}}", "No such user" },
	{ "{\"error\": \"invalid_grant\", \"error_description\": \"Bad credentials\"}",
	    "Bad credentials" },
	{ "{\"errors\": []}", IS_FINE },
	{ "{\"errors\": {}}", IS_FINE },
	{ "{\"errors\": [{\"title\": \"Not you\"}]}", "Not you" },
	{ "{\"errors\": [\"Not you\", \"nor him\"]}", "Not you" },
	{ "{\"errors\": {\"password\": [\"is wrong\"]}}", "is wrong" },
	{ "{\"data\": {\"login\": null}, \"errors\": [{\"message\": \"Not you\"}]}", "Not you" },
	{ "{\"success\": true}", IS_FINE },
	{ "{\"success\": false}", "" },
	{ "{\"success\": false, \"redirect\": \"/login\", \"data\": {\"url\": \"/x\"}}", "" },
	{ "{\"success\": false, \"data\": {\"message\": \"Not you\"}}", "Not you" },
	{ "{\"success\": false, \"data\": \"Not you\"}", "Not you" },
	{ "{\"success\": null}", IS_FINE },
	{ "{\"success\": true, \"errors\": [\"Tell us your birthday\"]}", IS_FINE },
	{ "{\"ok\": 0}", "" },
	{ "{\"ok\": 1, \"error\": \"?\"}", IS_FINE },
	{ "{\"loggedin\": false, \"message\": \"Wrong username or password.\"}",
	    "Wrong username or password." },
	{ "{\"is_authenticated\": false}", "" },
	{ "{\"status\": \"error\", \"msg\": \"No\"}", "No" },
	{ "{\"status\": \"FAILED\"}", "" },
	{ "{\"status\": \"ok\"}", IS_FINE },
	{ "{\"status\": \"pending\"}", IS_FINE },
	{ "{\"status\": 401, \"title\": \"Unauthorized\"}", "Unauthorized" },
	{ "{\"status\": 200}", IS_FINE },
	{ "{\"status\": 0}", IS_FINE },
	{ "{\"errorCode\": 0, \"statusCode\": 200, \"statusReason\": \"OK\"}", IS_FINE },
	{ "{\"errorCode\": 403042, \"errorMessage\": \"Invalid LoginID\", \"statusCode\": 403}",
	    "Invalid LoginID" },
	{ "{\"data\": {\"login\": {\"success\": false, \"message\": \"Not you\"}}}", "Not you" },
	{ "{\"response\": {\"error\": \"Not you\"}}", "Not you" },
	/* Of somebody else, or deeper than anybody looks. */
	{ "{\"user\": {\"error\": \"of the newsletter\", \"success\": false}}", IS_FINE },
	{ "{\"data\":{\"data\":{\"data\":{\"data\":{\"data\":{\"error\":\"x\"}}}}}}", IS_FINE },
	/* What is said is one line, whatever is in it. */
	{ "{\"error\": \"<b>Error<\\/b>:\\n not\\u001b[31m \\u0085you \"}", "Error : not [31m you" },
	{ "{\"error\": \"<p>\"}", "" },
	/* No answer. */
	{ "", IS_FINE },
	{ "[{\"error\": \"x\"}]", IS_FINE },
	{ "\"error\"", IS_FINE },
	{ "{\"error\": \"x\"", IS_FINE },
	{ "<p>{\"error\": \"x\"}", IS_FINE },
};

static void
what_is_in_vain_is_told_with_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		Readsync__Form *form = malloc(sizeof(*form));

		readsync__form__init(form);
		answer_read(bytes_of_text(cases[i].text), form);
		if (form->refused != (cases[i].refusal != IS_FINE))
			fail_msg("%s", cases[i].text);
		assert_string_equal(form->refusal, form->refused ? cases[i].refusal : "");
		readsync__form__free_unpacked(form, NULL);
	}
}

static void
words_without_end_are_cut(void **state)
{
	Readsync__Form *form = malloc(sizeof(*form));
	struct buffer text;

	(void)state;
	readsync__form__init(form);
	buffer_init(&text, 1 << 20);
	buffer_append_text(&text, "{\"error\": \"");
	for (int i = 0; i < 100000; i++)
		buffer_append_text(&text, "\303\251");
	buffer_append_text(&text, "\"}");
	answer_read(buffer_bytes(&text), form);
	assert_int_equal(strlen(form->refusal), ANSWER_WORDS_MAX);
	/* Nor is there an end of objects in one another. */
	readsync__form__free_unpacked(form, NULL);
	form = malloc(sizeof(*form));
	readsync__form__init(form);
	buffer_clear(&text);
	for (int i = 0; i < 100000; i++)
		buffer_append_text(&text, "{\"data\":");
	answer_read(buffer_bytes(&text), form);
	assert_false(form->refused);
	readsync__form__free_unpacked(form, NULL);
	buffer_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_vain_is_told_with_its_words),
		cmocka_unit_test(words_without_end_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
