#include "fixture.h"
#include "proto/vault/recovery.h"

/* Randomness that counts, so that the text can be told. */
static void
count_up(void *context, void *data, size_t len)
{
	(void)context;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)(i * 37 + 5);
}

static const struct random counting = { count_up, NULL };

static int
try(const char *text)
{
	struct secret *key = NULL;
	int err = recovery_read(bytes_of_text(text), &key);

	assert_true((err == RS_OK) == (key != NULL));
	secret_free(key);
	return err;
}

static void
what_is_printed_is_read(void **state)
{
	char text[RECOVERY_TEXT_LEN + 1];
	struct secret *made, *found;

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(recovery_make(random_system(), &made, text), RS_OK);
		assert_int_equal(strlen(text), RECOVERY_TEXT_LEN);
		assert_int_equal(made->len, VAULT_RECOVERY_LEN);
		assert_int_equal(recovery_read(bytes_of_text(text), &found), RS_OK);
		assert_int_equal(found->len, made->len);
		assert_memory_equal(found->data, made->data, made->len);
		secret_free(made);
		secret_free(found);
	}
}

/* The text of a key never changes: what lies in a drawer must open in years. */
static void
the_text_is_as_documented(void **state)
{
	char text[RECOVERY_TEXT_LEN + 1];
	struct secret *key;

	(void)state;
	assert_int_equal(recovery_make(&counting, &key, text), RS_OK);
	assert_string_equal(text, "0MN4-YX4S-QVHG-GBAJ-EYEC-3SGB-61Z3-12J5");
	secret_free(key);
}

static void
it_is_read_as_people_write(void **state)
{
	char text[RECOVERY_TEXT_LEN + 1], other[2 * RECOVERY_TEXT_LEN + 1];
	struct secret *key;
	size_t n = 0;

	(void)state;
	assert_int_equal(recovery_make(random_system(), &key, text), RS_OK);
	secret_free(key);
	for (size_t i = 0; text[i] != '\0'; i++) {
		char c = text[i];

		if (c == '-')
			continue;
		if (i % 3 == 0)
			other[n++] = ' ';
		other[n++] = c == '0' ? "oO"[i % 2] : c == '1' ? "iL"[i % 2] :
		    c >= 'A' ? (char)(c - 'A' + 'a') : c;
	}
	other[n] = '\0';
	assert_int_equal(try(other), RS_OK);
}

static void
a_slip_is_noticed(void **state)
{
	char text[RECOVERY_TEXT_LEN + 1], slip[RECOVERY_TEXT_LEN + 3];
	struct secret *key;
	char swap;

	(void)state;
	assert_int_equal(recovery_make(random_system(), &key, text), RS_OK);
	secret_free(key);
	for (size_t i = 0; i < RECOVERY_TEXT_LEN; i++) {
		if (text[i] == '-')
			continue;
		strcpy(slip, text);
		slip[i] = slip[i] == '7' ? '8' : '7';
		assert_int_equal(try(slip), RS_EINVAL);
		assert_true(recovery_is_near(bytes_of_text(slip)));
		slip[i] = 'U';		/* no digit */
		assert_int_equal(try(slip), RS_EINVAL);
		assert_true(recovery_is_near(bytes_of_text(slip)));
		strcpy(slip, text);
		if (i == 0 || text[i - 1] == '-' || text[i - 1] == text[i])
			continue;
		swap = slip[i];
		slip[i] = slip[i - 1];
		slip[i - 1] = swap;
		assert_int_equal(try(slip), RS_EINVAL);
	}
	snprintf(slip, sizeof(slip), "%s0", text);
	assert_int_equal(try(slip), RS_EINVAL);
	assert_true(recovery_is_near(bytes_of_text(slip)));
	text[RECOVERY_TEXT_LEN - 1] = '\0';
	assert_int_equal(try(text), RS_EINVAL);
	assert_true(recovery_is_near(bytes_of_text(text)));
	assert_int_equal(try(""), RS_EINVAL);
	assert_false(recovery_is_near(bytes_of_text("")));
	assert_int_equal(try("correct horse battery staple"), RS_EINVAL);
	assert_false(recovery_is_near(bytes_of_text("correct horse battery staple")));
	text[0] = '!';
	assert_false(recovery_is_near(bytes_of_text(text)));
	assert_int_equal(recovery_read(bytes_of("\0\0", 2), &key), RS_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_read),
		cmocka_unit_test(the_text_is_as_documented),
		cmocka_unit_test(it_is_read_as_people_write),
		cmocka_unit_test(a_slip_is_noticed),
	};

	if (secret_start() != RS_OK)
		return 1;
	return cmocka_run_group_tests_name("proto/vault/recovery", tests, NULL, NULL);
}
