#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/record/version_vector.h"

static const uint8_t *
origin(unsigned number)
{
	static uint8_t name[VERSION_ORIGIN_LEN];

	memset(name, 0, sizeof(name));
	name[0] = (uint8_t)(number >> 8);
	name[1] = (uint8_t)number;
	return name;
}

static void
raise_to(struct version_vector *vector, unsigned number, uint64_t sequence, uint64_t clock)
{
	struct version_entry entry = { .sequence = sequence, .clock = clock };

	memcpy(entry.origin, origin(number), sizeof(entry.origin));
	assert_int_equal(version_vector_raise_to(vector, &entry), RS_OK);
}

static void
keeps_the_greatest_sequence_in_order(void **state)
{
	struct version_vector vector;
	unsigned i;

	(void)state;
	version_vector_init(&vector);
	assert_int_equal(version_vector_get(&vector, origin(1)), 0);
	assert_int_equal(version_vector_raise(&vector, origin(1), 0), RS_OK);
	assert_int_equal(vector.count, 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(version_vector_raise(&vector, origin(i * 37 % 100), i + 1), RS_OK);
	assert_int_equal(version_vector_raise(&vector, origin(0), 1000), RS_OK);
	assert_int_equal(version_vector_raise(&vector, origin(0), 5), RS_OK);
	assert_int_equal(vector.count, 100);
	assert_int_equal(version_vector_get(&vector, origin(0)), 1000);
	assert_int_equal(version_vector_get(&vector, origin(37)), 2);
	assert_int_equal(version_vector_get(&vector, origin(100)), 0);
	for (i = 1; i < vector.count; i++)
		assert_true(memcmp(vector.entries[i - 1].origin, vector.entries[i].origin,
		    VERSION_ORIGIN_LEN) < 0);
	version_vector_release(&vector);
	assert_int_equal(vector.count, 0);
}

static void
has_a_bound(void **state)
{
	struct version_vector vector;
	unsigned i;

	(void)state;
	version_vector_init(&vector);
	for (i = 0; i < VERSION_VECTOR_MAX; i++)
		assert_int_equal(version_vector_raise(&vector, origin(i), 1), RS_OK);
	assert_int_equal(version_vector_raise(&vector, origin(i), 1), RS_ELIMIT);
	assert_int_equal(version_vector_raise(&vector, origin(0), 2), RS_OK);
	assert_int_equal(vector.count, VERSION_VECTOR_MAX);
	version_vector_release(&vector);
}

static void
compares(void **state)
{
	struct version_vector a, b;

	(void)state;
	version_vector_init(&a);
	version_vector_init(&b);
	assert_true(version_vector_covers(&a, &b));
	version_vector_raise(&a, origin(1), 5);
	assert_true(version_vector_covers(&a, &b));
	assert_false(version_vector_covers(&b, &a));
	version_vector_raise(&b, origin(1), 5);
	version_vector_raise(&b, origin(2), 1);
	assert_false(version_vector_covers(&a, &b));
	assert_true(version_vector_covers(&b, &a));
	version_vector_release(&a);
	version_vector_release(&b);
}

static void
the_digest_names_the_content(void **state)
{
	struct version_vector a, b;
	uint8_t digest_a[16], digest_b[16];
	char text[33];

	(void)state;
	version_vector_init(&a);
	version_vector_init(&b);
	version_vector_digest(&a, digest_a);
	encode_hex(bytes_of(digest_a, 16), text);
	assert_string_equal(text, "00000000000000000000000000000000");
	raise_to(&a, 1, 5, 7);
	raise_to(&a, 2, 1, UINT64_C(1700000000000) << 16);
	raise_to(&b, 2, 1, UINT64_C(1700000000000) << 16);
	version_vector_digest(&a, digest_a);
	version_vector_digest(&b, digest_b);
	assert_memory_not_equal(digest_a, digest_b, 16);
	raise_to(&b, 1, 4, 6);
	raise_to(&b, 1, 5, 7);
	/* Not higher: the first clock stays. */
	raise_to(&b, 1, 5, 8);
	version_vector_digest(&b, digest_b);
	assert_memory_equal(digest_a, digest_b, 16);
	/* As the text of PROTOCOL.md says, by another implementation. */
	encode_hex(bytes_of(digest_a, 16), text);
	assert_string_equal(text, "bfdbdb5ee2db39b9ae38646552bba08f");
	version_vector_release(&a);
	version_vector_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_greatest_sequence_in_order),
		cmocka_unit_test(has_a_bound),
		cmocka_unit_test(compares),
		cmocka_unit_test(the_digest_names_the_content),
	};

	return cmocka_run_group_tests_name("version_vector", tests, NULL, NULL);
}
