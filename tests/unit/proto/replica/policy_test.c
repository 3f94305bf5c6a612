#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/replica/policy.h"

/* What is read is written in one way, and read again as the same. */
static void
policies_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		const char *written;
	} cases[] = {
		{ "everything", "everything" },
		{ "nothing", "nothing" },
		{ "unread, starred, newest 90 days, images no, at most 2 GB",
		    "unread, starred, newest 90 days, images no, at most 2 GB" },
		{ " starred ,unread", "unread, starred" },
		{ "newest 1 day", "newest 1 day" },
		{ "newest 36500 days", "newest 36500 days" },
		{ "tag rail, tag two words, tag Straße", "tag rail, tag two words, tag Straße" },
		{ "images no", "everything, images no" },
		{ "images yes", "everything" },
		{ "at most 1500 MB", "everything, at most 1500 MB" },
		{ "at most 2000MB", "everything, at most 2 GB" },
		{ "at most 1000000 TB", "everything, at most 1000000 TB" },
		{ "at\tmost 7 KB , nothing", "nothing, at most 7 KB" },
	};
	struct policy policy, again;
	struct rs_err_detail detail;
	struct buffer out;

	(void)state;
	buffer_init(&out, POLICY_TEXT_MAX);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&policy, 0, sizeof(policy));
		memset(&again, 0, sizeof(again));
		if (policy_parse(cases[i].text, &policy, &detail) != RS_OK)
			fail_msg("%s: %s", cases[i].text, detail.text);
		buffer_clear(&out);
		assert_int_equal(policy_write(&policy, &out), RS_OK);
		assert_string_equal(buffer_text(&out), cases[i].written);
		assert_int_equal(policy_parse(buffer_text(&out), &again, &detail), RS_OK);
		assert_memory_equal(&policy, &again, sizeof(policy));
	}
	buffer_release(&out);
}

static void
what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *text;
		const char *said;
	} cases[] = {
		{ "", "'': a clause is missing; an example: unread, starred, newest 90 days, "
		    "images no, at most 2 GB" },
		{ "unread,", "'': a clause is missing" },
		{ "unread,,starred", "'': a clause is missing" },
		{ "unred", "'unred': not a clause" },
		{ "Unread", "'Unread': not a clause" },
		{ "unread starred", "'unread starred': this clause is one word: a comma" },
		{ "newest ninety days", "'newest ninety days': 'newest' takes a number" },
		{ "newest 0 days", "from 1 to 36500" },
		{ "newest 36501 days", "from 1 to 36500" },
		{ "newest 18446744073709551617 days", "from 1 to 36500" },
		{ "newest -1 days", "from 1 to 36500" },
		{ "newest 90", "'newest 90': 'newest' takes" },
		{ "newest 90 weeks", "'newest 90 weeks': 'newest' takes" },
		{ "newest 90 days or so", "'newest' takes" },
		{ "newest 9 days, newest 8 days", "'newest 8 days': said twice" },
		{ "images maybe", "'images maybe': 'images' takes yes or no" },
		{ "images", "'images': 'images' takes yes or no" },
		{ "images no, images no", "said twice" },
		{ "at most", "'at most' takes a whole number of KB, MB, GB or TB" },
		{ "at most 2", "'at most' takes" },
		{ "at most 0 GB", "'at most' takes" },
		{ "at most 2.5 GB", "'at most' takes" },
		{ "at most 2 GiB", "'at most' takes" },
		{ "at most 1000001 TB", "'at most' takes" },
		{ "at least 2 GB", "'at least 2 GB': 'at most' takes" },
		{ "at most 2 GB, at most 2 GB", "said twice" },
		{ "tag", "'tag' takes the name of a tag" },
		{ "tag bad\001tag", "'tag' takes the name of a tag" },
		{ "tag \377", "'tag' takes the name of a tag" },
		{ "tag a, tag a", "'tag a': said twice" },
		{ "tag 1,tag 2,tag 3,tag 4,tag 5,tag 6,tag 7,tag 8,tag 9,tag 10,tag 11,tag 12,"
		    "tag 13,tag 14,tag 15,tag 16,tag 17", "'tag 17': more than 16 tags" },
		{ "unread, unread", "said twice" },
		{ "everything, unread", "'everything' and 'nothing' stand beside no other" },
		{ "nothing, tag a", "'everything' and 'nothing' stand beside no other" },
		{ "everything, nothing", "'everything' and 'nothing' stand beside no other" },
	};
	struct policy policy, before;
	struct rs_err_detail detail;

	(void)state;
	memset(&before, 7, sizeof(before));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		policy = before;
		detail.text[0] = '\0';
		assert_int_equal(policy_parse(cases[i].text, &policy, &detail), RS_EINVAL);
		if (strstr(detail.text, cases[i].said) == NULL)
			fail_msg("%s: %s", cases[i].text, detail.text);
		assert_memory_equal(&policy, &before, sizeof(policy));
	}
}

static void
long_texts_are_refused(void **state)
{
	char text[POLICY_TEXT_MAX + 2], tag[ITEM_TAG_MAX + 10] = "tag ";
	struct rs_err_detail detail;
	struct policy policy;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(policy_parse(text, &policy, &detail), RS_EINVAL);
	text[POLICY_TEXT_MAX] = '\0';
	assert_int_equal(policy_parse(text, &policy, &detail), RS_EINVAL);
	assert_non_null(strstr(detail.text, "x...': not a clause"));
	memset(tag + 4, 'x', ITEM_TAG_MAX);
	assert_int_equal(policy_parse(tag, &policy, &detail), RS_OK);
	assert_int_equal(strlen(policy.tags[0]), ITEM_TAG_MAX);
	tag[4 + ITEM_TAG_MAX] = 'x';
	assert_int_equal(policy_parse(tag, &policy, &detail), RS_EINVAL);
}

static void
only_what_leaves_something_out_bounds(void **state)
{
	static const char *const bounding[] = { "nothing", "unread", "images no", "at most 1 KB" };
	struct policy policy = policy_everything();
	struct rs_err_detail detail;

	(void)state;
	assert_false(policy_bounds(&policy));
	for (size_t i = 0; i < sizeof(bounding) / sizeof(bounding[0]); i++) {
		assert_int_equal(policy_parse(bounding[i], &policy, &detail), RS_OK);
		assert_true(policy_bounds(&policy));
	}
	assert_int_equal(policy_parse("images yes", &policy, &detail), RS_OK);
	assert_false(policy_bounds(&policy));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_are_read_and_written),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(long_texts_are_refused),
		cmocka_unit_test(only_what_leaves_something_out_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
