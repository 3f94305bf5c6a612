/*
 * Offline policies from any text: one that is read is in its bounds, and is written as
 * something that is read as the same; one that is not has a reason of one line.
 */
#include <string.h>

#include "proto/base/utf8.h"
#include "proto/replica/policy.h"
#include "tests/fuzz/fuzz.h"

static void
check_policy(const struct policy *policy)
{
	struct policy again;
	struct buffer text;

	memset(&again, 0, sizeof(again));
	fuzz_check(policy->newest_days <= POLICY_DAYS_MAX &&
	    policy->tag_count <= POLICY_TAGS_MAX);
	fuzz_check(!policy->everything || (!policy->unread && !policy->starred &&
	    policy->newest_days == 0 && policy->tag_count == 0));
	buffer_init(&text, 2 * POLICY_TEXT_MAX);
	fuzz_check(policy_write(policy, &text) == RS_OK);
	fuzz_check(utf8_valid(buffer_bytes(&text)));
	fuzz_check(policy_parse(buffer_text(&text), &again, NULL) == RS_OK);
	fuzz_check(memcmp(policy, &again, sizeof(again)) == 0);
	buffer_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rs_err_detail detail = { "" };
	struct policy policy;
	struct buffer text;

	memset(&policy, 0, sizeof(policy));
	buffer_init(&text, 2 * POLICY_TEXT_MAX);
	if (len <= 2 * POLICY_TEXT_MAX && buffer_append(&text, data, len) == RS_OK) {
		if (policy_parse(buffer_text(&text), &policy, &detail) == RS_OK)
			check_policy(&policy);
		else
			fuzz_check(detail.text[0] != '\0' && strchr(detail.text, '\n') == NULL);
	}
	buffer_release(&text);
	return 0;
}
