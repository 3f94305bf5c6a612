#include "fixture.h"
#include "proto/vault/seal.h"

#include <sys/wait.h>

enum { LEN = 100 };


static void
seals_and_opens_in_place(void **state)
{
	struct fixture *f = *state;
	uint8_t text[LEN], unit[LEN + SEAL_RESERVE_LEN], zero[SEAL_RESERVE_LEN] = { 0 };
	struct bytes bound = bytes_of_text("here");
	struct seal *seal;

	memset(text, 'a', sizeof(text));
	assert_int_equal(seal_new(f->id, f->key, random_system(), &seal), RS_OK);
	memcpy(unit, text, LEN);
	seal_lock(seal, bound, 0x01020304, unit, LEN, unit);
	assert_memory_not_equal(unit, text, LEN);
	assert_int_equal(seal_note(unit, LEN), 0x01020304);
	assert_int_equal(seal_open(seal, bound, unit, LEN), RS_OK);
	assert_memory_equal(unit, text, LEN);
	assert_memory_equal(unit + LEN, zero, SEAL_RESERVE_LEN);
	seal_free(seal);
}

static void
every_bit_counts(void **state)
{
	struct fixture *f = *state;
	uint8_t unit[LEN + SEAL_RESERVE_LEN], tried[LEN + SEAL_RESERVE_LEN];
	struct seal *seal;
	size_t bit;

	assert_int_equal(seal_new(f->id, f->key, random_system(), &seal), RS_OK);
	memset(unit, 0, sizeof(unit));
	seal_lock(seal, bytes_of_text("here"), 7, unit, LEN, unit);
	for (bit = 0; bit < 8 * sizeof(unit); bit++) {
		memcpy(tried, unit, sizeof(unit));
		tried[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(seal_open(seal, bytes_of_text("here"), tried, LEN), RS_EDAMAGED);
	}
	memcpy(tried, unit, sizeof(unit));
	assert_int_equal(seal_open(seal, bytes_of_text("there"), tried, LEN), RS_EDAMAGED);
	memcpy(tried, unit, sizeof(unit));
	assert_int_equal(seal_open(seal, bytes_of_text("here"), tried, LEN), RS_OK);
	seal_free(seal);
}

static void
another_id_or_key_does_not_open(void **state)
{
	struct fixture *f = *state;
	uint8_t unit[LEN + SEAL_RESERVE_LEN] = { 0 };
	uint8_t tried[LEN + SEAL_RESERVE_LEN];
	struct seal *seal, *other;

	assert_int_equal(seal_new(f->id, f->key, random_system(), &seal), RS_OK);
	seal_lock(seal, bytes_of_text("here"), 0, unit, LEN, unit);
	f->id[0] ^= 1;
	assert_int_equal(seal_new(f->id, f->key, random_system(), &other), RS_OK);
	memcpy(tried, unit, sizeof(unit));
	assert_int_equal(seal_open(other, bytes_of_text("here"), tried, LEN), RS_EDAMAGED);
	seal_free(other);
	f->id[0] ^= 1;
	f->key->data[31] ^= 1;
	assert_int_equal(seal_new(f->id, f->key, random_system(), &other), RS_OK);
	memcpy(tried, unit, sizeof(unit));
	assert_int_equal(seal_open(other, bytes_of_text("here"), tried, LEN), RS_EDAMAGED);
	seal_free(other);
	seal_free(seal);
}

/* More nonces than are drawn at once, on both sides of a fork: all differ. */
static void
nonces_differ_across_a_fork(void **state)
{
	enum { EACH = 250 };
	struct fixture *f = *state;
	uint8_t nonces[2 * EACH][SEAL_NONCE_LEN], unit[1 + SEAL_RESERVE_LEN] = { 0 };
	struct seal *seal;
	int i, j, status, ends[2];
	pid_t child;

	assert_int_equal(seal_new(f->id, f->key, random_system(), &seal), RS_OK);
	seal_lock(seal, bytes_of_text(""), 0, unit, 1, unit);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	for (i = 0; i < EACH; i++) {
		seal_lock(seal, bytes_of_text(""), 0, unit, 1, unit);
		memcpy(nonces[i], unit + 1, SEAL_NONCE_LEN);
	}
	if (child == 0)
		_exit(write(ends[1], nonces, EACH * SEAL_NONCE_LEN) != EACH * SEAL_NONCE_LEN);
	assert_int_equal(read(ends[0], nonces + EACH, EACH * SEAL_NONCE_LEN),
	    EACH * SEAL_NONCE_LEN);
	waitpid(child, &status, 0);
	close(ends[0]);
	close(ends[1]);
	for (i = 0; i < 2 * EACH; i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(nonces[i], nonces[j], SEAL_NONCE_LEN);
	seal_free(seal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(seals_and_opens_in_place, fixture_setup,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(every_bit_counts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(another_id_or_key_does_not_open, fixture_setup,
		    fixture_teardown),
		cmocka_unit_test_setup_teardown(nonces_differ_across_a_fork, fixture_setup,
		    fixture_teardown),
	};

	return cmocka_run_group_tests_name("proto/vault/seal", tests, NULL, NULL);
}
