/*
 * Files of links from any bytes: what comes out are http links with their lines in
 * order and titles in bounds, and every problem has its words.
 */
#include <string.h>

#include "daemon/source/links.h"
#include "proto/base/utf8.h"
#include "tests/fuzz/fuzz.h"

static void
check_entries(const struct links *links)
{
	fuzz_check(links->count <= LINKS_MAX && links->problem_count <= LINKS_PROBLEMS_MAX);
	for (size_t i = 0; i < links->count; i++) {
		const struct links_entry *entry = &links->entries[i];

		fuzz_check(strncmp(entry->url, "http://", 7) == 0 ||
		    strncmp(entry->url, "https://", 8) == 0);
		fuzz_check(strlen(entry->title) <= LINKS_TITLE_MAX);
		fuzz_check(utf8_valid(bytes_of_text(entry->title)));
		fuzz_check(i == 0 || links->entries[i - 1].line <= entry->line);
	}
	for (size_t i = 0; i < links->problem_count; i++)
		fuzz_check(links->problems[i].line > 0 && links->problems[i].text[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rs_err_detail detail = { "" };
	struct links *links = NULL;
	int err = links_parse(bytes_of(data, len), &links, &detail);

	if (err == RS_OK)
		check_entries(links);
	else
		fuzz_check(err == RS_ENOTPAGE && detail.text[0] != '\0');
	links_free(links);
	return 0;
}
