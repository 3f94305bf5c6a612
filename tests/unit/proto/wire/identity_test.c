#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/base/encode.h"
#include "proto/base/err.h"
#include "proto/wire/identity.h"

/* The key pair of Alice in RFC 7748, section 6.1. */
static const char private_text[] =
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
static const char public_text[] =
    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";

static void
fill_alice(void *context, void *data, size_t len)
{
	(void)context;
	assert_int_equal(sodium_hex2bin(data, len, private_text, strlen(private_text), NULL, NULL,
	    NULL), 0);
}

static void
makes_a_key_pair(void **state)
{
	const struct random random = { fill_alice, NULL };
	uint8_t public_key[IDENTITY_KEY_LEN];
	char text[2 * IDENTITY_KEY_LEN + 1];
	struct secret *private_key;

	(void)state;
	assert_int_equal(identity_new(&random, &private_key), RS_OK);
	assert_int_equal(private_key->len, IDENTITY_KEY_LEN);
	identity_public(private_key, public_key);
	encode_hex(bytes_of(public_key, IDENTITY_KEY_LEN), text);
	assert_string_equal(text, public_text);
	secret_free(private_key);
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
		cmocka_unit_test(makes_a_key_pair),
	};

	return cmocka_run_group_tests_name("proto/wire/identity", tests, start, NULL);
}
