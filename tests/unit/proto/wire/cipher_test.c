#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/base/secret.h"
#include "proto/wire/cipher.h"

static const uint8_t key[CIPHER_KEY_LEN] = { 1, 2, 3 };

static void
passes_bytes_without_a_key(void **state)
{
	struct cipher cipher = { .has_key = false };
	struct buffer out;

	(void)state;
	buffer_init(&out, 100);
	assert_int_equal(cipher_seal(&cipher, bytes_of(NULL, 0), bytes_of_text("abc"), &out),
	    RS_OK);
	assert_string_equal(buffer_text(&out), "abc");
	assert_int_equal(cipher.nonce, 0);
	buffer_release(&out);
}

static void
opens_only_what_was_sealed(void **state)
{
	struct cipher sealing, opening;
	struct buffer sealed, plain;
	struct bytes associated = bytes_of_text("associated");

	(void)state;
	buffer_init(&sealed, 100);
	buffer_init(&plain, 100);
	cipher_init(&sealing, key);
	cipher_init(&opening, key);
	assert_int_equal(cipher_seal(&sealing, associated, bytes_of_text("abc"), &sealed), RS_OK);
	assert_int_equal(sealed.len, 3 + CIPHER_TAG_LEN);
	assert_int_equal(cipher_open(&opening, bytes_of_text("other"), buffer_bytes(&sealed),
	    &plain), RS_EPROTOCOL);
	assert_int_equal(cipher_open(&opening, associated, bytes_of(sealed.data, 15), &plain),
	    RS_EPROTOCOL);
	assert_int_equal(opening.nonce, 0);
	assert_int_equal(plain.len, 0);
	assert_int_equal(cipher_open(&opening, associated, buffer_bytes(&sealed), &plain), RS_OK);
	assert_string_equal(buffer_text(&plain), "abc");
	assert_int_equal(opening.nonce, 1);
	buffer_release(&sealed);
	buffer_release(&plain);
}

/* The expected bytes come from another implementation, by RFC 8439. */
static void
puts_the_counter_in_little_endian(void **state)
{
	struct cipher cipher;
	struct buffer sealed;
	char text[2 * (3 + CIPHER_TAG_LEN) + 1];

	(void)state;
	buffer_init(&sealed, 100);
	cipher_init(&cipher, key);
	cipher.nonce = UINT64_C(0x0102030405060708);
	assert_int_equal(cipher_seal(&cipher, bytes_of_text("associated"),
	    bytes_of_text("abc"), &sealed), RS_OK);
	encode_hex(buffer_bytes(&sealed), text);
	assert_string_equal(text, "dfe5c647c600bb8757c7353c17baf38be1b5d8");
	buffer_release(&sealed);
}

static void
never_uses_the_last_nonce(void **state)
{
	struct cipher sealing, opening;
	struct buffer sealed, plain;

	(void)state;
	buffer_init(&sealed, 100);
	buffer_init(&plain, 100);
	cipher_init(&sealing, key);
	cipher_init(&opening, key);
	sealing.nonce = opening.nonce = UINT64_MAX - 1;
	assert_int_equal(cipher_seal(&sealing, bytes_of(NULL, 0), bytes_of_text("a"), &sealed),
	    RS_OK);
	assert_int_equal(cipher_seal(&sealing, bytes_of(NULL, 0), bytes_of_text("b"), &sealed),
	    RS_ELIMIT);
	assert_int_equal(sealed.len, 1 + CIPHER_TAG_LEN);
	assert_int_equal(cipher_open(&opening, bytes_of(NULL, 0), buffer_bytes(&sealed), &plain),
	    RS_OK);
	assert_int_equal(cipher_open(&opening, bytes_of(NULL, 0), buffer_bytes(&sealed), &plain),
	    RS_ELIMIT);
	assert_string_equal(buffer_text(&plain), "a");
	buffer_release(&sealed);
	buffer_release(&plain);
}

static int
start(void **state)
{
	(void)state;
	return secret_start();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passes_bytes_without_a_key),
		cmocka_unit_test(opens_only_what_was_sealed),
		cmocka_unit_test(puts_the_counter_in_little_endian),
		cmocka_unit_test(never_uses_the_last_nonce),
	};

	return cmocka_run_group_tests_name("proto/wire/cipher", tests, start, NULL);
}
