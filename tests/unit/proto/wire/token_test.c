#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/wire/token.h"

static struct token
example(void)
{
	struct token token = { .address_count = 2 };
	size_t i;

	memset(token.key, 0x22, TOKEN_KEY_LEN);
	for (i = 0; i < TOKEN_SEED_LEN; i++)
		token.seed[i] = (uint8_t)i;
	strcpy(token.addresses[0], "archive.example:7407");
	strcpy(token.addresses[1], "[fd00::7]:7407");
	return token;
}

static void
keeps_its_text(void **state)
{
	struct token token = example(), back;
	struct rs_err_detail detail;
	struct buffer text;

	(void)state;
	buffer_init(&text, TOKEN_TEXT_MAX);
	assert_int_equal(token_encode(&token, &text), RS_OK);
	assert_string_equal(buffer_text(&text), 
	    "readsync1-IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIAAQIDBAUGBwg"
	    "JCgsMDQ4PAhRhcmNoaXZlLmV4YW1wbGU6NzQwNw5bZmQwMDo6N106NzQwN-hQiI0");
	assert_int_equal(token_decode(buffer_text(&text), &back, &detail), RS_OK);
	assert_memory_equal(&back, &token, sizeof(token));
	assert_int_equal(buffer_append_text(&text, " \n"), RS_OK);
	assert_int_equal(token_decode(buffer_text(&text), &back, &detail), RS_OK);
	buffer_release(&text);
}

static void
holds_its_longest(void **state)
{
	struct token token = example(), back;
	struct buffer text;
	size_t i;

	(void)state;
	token.address_count = TOKEN_ADDRESSES_MAX;
	for (i = 0; i < TOKEN_ADDRESSES_MAX; i++) {
		memset(token.addresses[i], 'a', TOKEN_ADDRESS_MAX);
		memcpy(token.addresses[i] + TOKEN_ADDRESS_MAX - 2, ":1", 3);
	}
	buffer_init(&text, TOKEN_TEXT_MAX);
	assert_int_equal(token_encode(&token, &text), RS_OK);
	assert_int_equal(text.len, TOKEN_TEXT_MAX);
	assert_int_equal(token_decode(buffer_text(&text), &back, NULL), RS_OK);
	assert_memory_equal(&back, &token, sizeof(token));
	token.address_count++;
	assert_int_equal(token_encode(&token, &text), RS_EINVAL);
	token.address_count = 0;
	assert_int_equal(token_encode(&token, &text), RS_EINVAL);
	assert_int_equal(text.len, TOKEN_TEXT_MAX);
	buffer_release(&text);
}

static void
says_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *detail;
	} cases[] = {
		{ "", "not an invitation" },
		{ "https://example.org/", "not an invitation" },
		{ "readsync", "not an invitation" },
		{ "readsync-abc", "not an invitation" },
		{ "readsync0-abc", "not an invitation" },
		{ "readsync2-abc", "newer version" },
		{ "readsync10-abc", "newer version" },
		{ "readsync1-", "cut short" },
		{ "readsync1-A", "cut short" },
		{ "readsync1-AAAA", "cut short" },
		{ "readsync1-AA+A", "character 13" },
		{ "readsync1-AA AA", "character 13" },
		{ "readsync1-AAAA=", "character 15" },
	};
	struct rs_err_detail detail;
	struct token token;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&token, 0x5a, sizeof(token));
		detail.text[0] = '\0';
		assert_int_equal(token_decode(cases[i].text, &token, &detail), RS_ETOKEN);
		assert_non_null(strstr(detail.text, cases[i].detail));
		assert_int_equal(token.seed[0], 0x5a);
	}
}

static void
notices_every_cut_and_typing_error(void **state)
{
	struct token token = example(), back;
	struct rs_err_detail detail;
	struct buffer text;
	size_t at;
	char *changed;

	(void)state;
	buffer_init(&text, TOKEN_TEXT_MAX);
	assert_int_equal(token_encode(&token, &text), RS_OK);
	changed = (char *)text.data;
	for (at = 0; at < text.len; at++) {
		char kept = changed[at];

		changed[at] = kept == 'A' ? 'B' : 'A';
		assert_int_equal(token_decode(changed, &back, &detail), RS_ETOKEN);
		changed[at] = '\0';
		assert_int_equal(token_decode(changed, &back, &detail), RS_ETOKEN);
		if (at > 10)
			assert_non_null(strstr(detail.text, "cut short"));
		changed[at] = kept;
	}
	assert_int_equal(token_decode(changed, &back, &detail), RS_OK);
	assert_int_equal(buffer_append_text(&text, "AAAA"), RS_OK);
	assert_int_equal(token_decode(buffer_text(&text), &back, &detail), RS_ETOKEN);
	buffer_release(&text);
}

static void
refuses_a_text_without_end(void **state)
{
	struct rs_err_detail detail;
	struct token token;
	static char text[100001];

	(void)state;
	memset(text, 'A', sizeof(text) - 1);
	memcpy(text, "readsync1-", 10);
	assert_int_equal(token_decode(text, &token, &detail), RS_ETOKEN);
	assert_non_null(strstr(detail.text, "after its end"));
}

static void
knows_an_address(void **state)
{
	static const struct {
		const char *address;
		bool valid;
	} cases[] = {
		{ "localhost:1", true },
		{ "192.0.2.1:65535", true },
		{ "a-b_c.example.:7407", true },
		{ "[::1]:7407", true },
		{ "[fe80::1%eth0]:7407", true },
		{ "", false },
		{ ":7407", false },
		{ "host", false },
		{ "host:", false },
		{ "host:0", false },
		{ "host:07", false },
		{ "host:65536", false },
		{ "host:100000", false },
		{ "host:7a", false },
		{ "host:-1", false },
		{ "::1:7407", false },
		{ "[]:7407", false },
		{ "[::1:7407", false },
		{ "[::1]7407", false },
		{ "[::1]x:7407", false },
		{ "ho st:7407", false },
		{ "h\xc3\xb6st:7407", false },
		{ "host/:7407", false },
	};
	struct token token = example();
	struct buffer text;
	size_t i;

	(void)state;
	buffer_init(&text, TOKEN_TEXT_MAX);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(token_address_valid(cases[i].address), cases[i].valid);
		strcpy(token.addresses[1], cases[i].address);
		buffer_clear(&text);
		assert_int_equal(token_encode(&token, &text),
		    cases[i].valid ? RS_OK : RS_EINVAL);
	}
	buffer_release(&text);
}

/* Computed by another implementation of BLAKE2b with a personalisation. */
static void
derives_the_key_of_the_handshake(void **state)
{
	struct token token = example();
	struct secret *psk;
	char text[2 * TOKEN_PSK_LEN + 1];

	(void)state;
	assert_int_equal(token_psk(token.seed, &psk), RS_OK);
	encode_hex(bytes_of(psk->data, psk->len), text);
	assert_string_equal(text,
	    "05a0ea26edb1d9a27ccc3f66583e4b1635ea14941b3815379af3b83cff71251f");
	secret_free(psk);
	token_wipe(&token);
	assert_int_equal(token.seed[5], 0);
}

static int
start(void **state)
{
	(void)state;
	return secret_start();
}

static void
an_address_is_parted_for_the_system(void **state)
{
	char host[TOKEN_ADDRESS_MAX + 1], address[TOKEN_ADDRESS_MAX + 10];
	const char *port;

	(void)state;
	assert_int_equal(token_address_split("archive.example:7407", host, &port), RS_OK);
	assert_string_equal(host, "archive.example");
	assert_string_equal(port, "7407");
	assert_int_equal(token_address_split("[fd00::7]:7407", host, &port), RS_OK);
	assert_string_equal(host, "fd00::7");
	assert_string_equal(port, "7407");
	assert_int_equal(token_address_split("7407", host, &port), RS_EINVAL);
	assert_int_equal(token_address_split(":7407", host, &port), RS_EINVAL);
	assert_int_equal(token_address_split("[]:7407", host, &port), RS_EINVAL);
	memset(address, 'h', sizeof(address));
	memcpy(address + sizeof(address) - 3, ":1", 3);
	assert_int_equal(token_address_split(address, host, &port), RS_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_parted_for_the_system),
		cmocka_unit_test(keeps_its_text),
		cmocka_unit_test(holds_its_longest),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(notices_every_cut_and_typing_error),
		cmocka_unit_test(refuses_a_text_without_end),
		cmocka_unit_test(knows_an_address),
		cmocka_unit_test(derives_the_key_of_the_handshake),
	};

	return cmocka_run_group_tests_name("proto/wire/token", tests, start, NULL);
}
