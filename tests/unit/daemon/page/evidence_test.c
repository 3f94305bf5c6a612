#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/evidence.h"
#include "proto/record/evidence_reason.h"
#include "proto/base/err.h"

static void
weights_add_up(void **state)
{
	struct evidence_list list = { .count = 0 };

	(void)state;
	evidence_add(&list, EVIDENCE_WALL_AT_END, "a wall");
	evidence_add(&list, EVIDENCE_BODY_LONG, NULL);
	assert_int_equal(evidence_sum(&list), 80 - 25);
	assert_true(evidence_sum(&list) >= EVIDENCE_DOUBT);
	assert_true(evidence_has(&list, EVIDENCE_BODY_LONG));
	assert_false(evidence_has(&list, EVIDENCE_BODY_SHORT));
	/* Nothing counts twice. */
	evidence_add(&list, EVIDENCE_WALL_AT_END, "another");
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].excerpt, "a wall");
	assert_false(evidence_find_decisive(&list));
	evidence_add(&list, EVIDENCE_HTTP_GONE, "404");
	assert_true(evidence_find_decisive(&list));
}

static void
every_kind_has_a_name_and_a_reason(void **state)
{
	struct evidence_list list = { .count = 0 };
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;

	(void)state;
	for (int kind = 0; kind < EVIDENCE_KINDS; kind++)
		evidence_add(&list, (enum evidence_kind)kind, NULL);
	assert_int_equal(list.count, EVIDENCE_KINDS);
	assert_int_equal(evidence_store(&list, &verdict), RS_OK);
	assert_int_equal(verdict.n_evidence, EVIDENCE_KINDS);
	for (size_t i = 0; i < verdict.n_evidence; i++) {
		assert_true(strlen(verdict.evidence[i]->id) > 3);
		assert_true(strlen(evidence_reason(verdict.evidence[i]->id)) > 10);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(verdict.evidence[i]->id, verdict.evidence[j]->id);
	}
	for (size_t i = 0; i < verdict.n_evidence; i++)
		readsync__evidence__free_unpacked(verdict.evidence[i], NULL);
	free(verdict.evidence);
	assert_string_equal(evidence_reason("no-such-kind"), "");
}

static void
excerpts_are_cut_between_letters(void **state)
{
	struct evidence_list list = { .count = 0 };
	char text[400] = "";

	(void)state;
	for (size_t i = 0; i < 100; i++)
		memcpy(text + 1 + 3 * i, "\xe2\x82\xac", 4);
	text[0] = 'x';
	evidence_add(&list, EVIDENCE_CUT_OFF, text);
	assert_int_equal(strlen(list.items[0].excerpt), 1 + 66 * 3);
}

static void
what_is_quoted_may_be_said_better_later(void **state)
{
	struct evidence_list list = { .count = 0 };
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	evidence_add(&list, EVIDENCE_CUT_OFF, "cut");
	evidence_add(&list, EVIDENCE_NEXT_PAGE, "page 2");
	assert_int_equal(evidence_store(&list, &verdict), RS_OK);
	evidence_quote(&verdict, EVIDENCE_NEXT_PAGE, "404");
	evidence_quote(&verdict, EVIDENCE_EMPTY, "nothing");
	assert_string_equal(verdict.evidence[0]->excerpt, "cut");
	assert_string_equal(verdict.evidence[1]->excerpt, "404");
	evidence_quote(&verdict, EVIDENCE_NEXT_PAGE, text);
	assert_int_equal(strlen(verdict.evidence[1]->excerpt), EVIDENCE_EXCERPT);
	/* A worker may have sent none. */
	free(verdict.evidence[1]->excerpt);
	verdict.evidence[1]->excerpt = (char *)protobuf_c_empty_string;
	evidence_quote(&verdict, EVIDENCE_NEXT_PAGE, "503");
	assert_string_equal(verdict.evidence[1]->excerpt, "503");
	for (size_t i = 0; i < verdict.n_evidence; i++)
		readsync__evidence__free_unpacked(verdict.evidence[i], NULL);
	free(verdict.evidence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_add_up),
		cmocka_unit_test(every_kind_has_a_name_and_a_reason),
		cmocka_unit_test(excerpts_are_cut_between_letters),
		cmocka_unit_test(what_is_quoted_may_be_said_better_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
