/*
 * The tokenizer and the reader's queries.  The first line is the title of an
 * item, the rest a query: no query is an error of SQL, and the title itself, as
 * a phrase, finds its item if it has a word.
 */
#include <stdio.h>

#include "proto/replica/item.h"
#include "proto/replica/search.h"
#include "tests/fuzz/replica.h"

unsigned fuzz_runs = 5000;

enum { TITLE_MAX = 300, QUERY_MAX = 1100 };

static bool
count_hit(void *context, const struct item *item, const char *excerpt)
{
	(void)item;
	(void)excerpt;
	++*(unsigned *)context;
	return true;
}

/* Tell whether the item's title is the one that was given: what cannot be shown is not kept. */
static bool
compare_title(void *context, const struct item *item)
{
	const char **title = context;

	if (strcmp(item->title, *title) != 0)
		*title = NULL;
	return true;
}

/* Search for ${query}, and give the hits; an error other than "no word" ends it. */
static unsigned
hits(struct replica *replica, const char *query, int *ret_err)
{
	struct rs_err_detail detail = { "" };
	unsigned count = 0;

	*ret_err = search(replica, query, 10, count_hit, &count, &detail);
	fuzz_check(*ret_err == RS_OK || (*ret_err == RS_EINVAL && detail.text[0] != '\0'));
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct replica *replica = fuzz_replica();
	const uint8_t *line = memchr(data, '\n', len);
	size_t title_len = line == NULL ? len : (size_t)(line - data);
	char title[TITLE_MAX + 1], query[QUERY_MAX + 1], phrase[TITLE_MAX + 3];
	struct item_save save = { .title = title };
	struct rs_err_detail detail = { "" };
	const char *kept = title;
	uint8_t id[HASH_NAME_LEN] = { 0 };
	bool fresh;
	int err;

	snprintf(title, sizeof(title), "%.*s", (int)title_len, (const char *)data);
	snprintf(query, sizeof(query), "%.*s", line == NULL ? 0 : (int)(len - title_len - 1),
	    line == NULL ? "" : (const char *)line + 1);
	fuzz_check(replica_begin(replica) == RS_OK);
	err = item_save(replica, "https://example.org/", &save, id, &fresh, &detail);
	fuzz_check(err == RS_OK || err == RS_EINVAL);
	/* The index follows at the commit. */
	fuzz_check(replica_commit(replica) == RS_OK);
	fuzz_check(err != RS_OK || item_get(replica, id, compare_title, &kept) == RS_OK);
	if (err == RS_OK && kept != NULL && strchr(title, '"') == NULL) {
		snprintf(phrase, sizeof(phrase), "\"%s\"", title);
		fuzz_check((hits(replica, phrase, &err) == 1) == (err == RS_OK));
	}
	hits(replica, query, &err);
	fuzz_check(replica_begin(replica) == RS_OK);
	item_remove(replica, id);
	fuzz_check(replica_commit(replica) == RS_OK);
	return 0;
}
