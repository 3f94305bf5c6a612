/*
 * The table of blobs: whatever is added and removed, in any order, it holds what a list
 * would, also where all names begin their search at the same place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/sync/blob_table.h"

enum {
	NAMES = 300,
	MAX = 200,
	STEPS = 200000
};

/* Name ${i} of those that fall together in ${places} places of a small table. */
static const uint8_t *
name(unsigned i, unsigned places)
{
	static uint8_t hash[HASH_CONTENT_LEN];

	memset(hash, 0, sizeof(hash));
	hash[0] = (uint8_t)(i % places);
	hash[30] = (uint8_t)(i >> 8);
	hash[31] = (uint8_t)i;
	return hash;
}

/* What the table should hold: the offset of each name, or -1. */
static int64_t model[NAMES];
static size_t model_count;

static void
compare(const struct blob_table *table, unsigned places)
{
	const struct blob_entry *entry;

	assert_int_equal(table->count, model_count);
	for (unsigned i = 0; i < NAMES; i++) {
		entry = blob_table_find(table, name(i, places));
		if (model[i] < 0) {
			assert_null(entry);
			continue;
		}
		assert_non_null(entry);
		assert_int_equal(entry->offset, model[i]);
	}
}

static void
step(struct blob_table *table, unsigned places, unsigned which, bool add, int64_t offset)
{
	int expected = model[which] >= 0 ? RS_EEXIST : model_count == MAX ? RS_ELIMIT : RS_OK;

	if (!add) {
		blob_table_remove(table, name(which, places));
		model_count -= model[which] >= 0;
		model[which] = -1;
		return;
	}
	assert_int_equal(blob_table_add(table, name(which, places), (uint64_t)offset), expected);
	if (expected == RS_OK) {
		model[which] = offset;
		model_count++;
	}
}

static void
as_a_list(void **state)
{
	static const unsigned spread[] = { 1, 3, 16, 251 };
	struct blob_table table;
	uint32_t random = 1;

	(void)state;
	for (size_t s = 0; s < sizeof(spread) / sizeof(spread[0]); s++) {
		blob_table_init(&table, MAX);
		memset(model, -1, sizeof(model));
		model_count = 0;
		for (unsigned i = 0; i < STEPS; i++) {
			random = random * 1664525 + 1013904223;
			/* It fills up, and empties again. */
			step(&table, spread[s], (random >> 8) % NAMES,
			    (random >> 24) < (i % 4000 < 2000 ? 180 : 70), (int64_t)i);
			if (i % 97 == 0)
				compare(&table, spread[s]);
		}
		compare(&table, spread[s]);
		blob_table_release(&table);
		assert_int_equal(table.count, 0);
		assert_null(blob_table_find(&table, name(0, 1)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_list),
	};

	return cmocka_run_group_tests_name("blob_table", tests, NULL, NULL);
}
