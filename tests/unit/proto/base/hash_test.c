#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/encode.h"
#include "proto/base/hash.h"
#include "proto/base/secret.h"

/* The expected names come from another implementation of BLAKE2b. */
static void
names_lists_of_parts(void **state)
{
	static const struct {
		const char *parts[2];
		size_t part_count;
		const char *key;
		const char *name;
	} cases[] = {
		{ { NULL }, 0, "", "cae66941d9efbd404e4d88758ea67670" },
		{ { "" }, 1, "", "c804ce198ec337e3dc762bdd1a09aece" },
		{ { "ab", "c" }, 2, "", "4826ed043ab3cdec576d8541fa5d5a80" },
		{ { "a", "bc" }, 2, "", "f14abc19c330e936bb9c8506d69bac9b" },
		{ { "abc" }, 1, "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
		"8e55c9677357624ea2320fc87101789f" },
	};
	struct bytes parts[2];
	uint8_t name[HASH_NAME_LEN];
	char text[2 * HASH_NAME_LEN + 1];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; j < cases[i].part_count; j++)
			parts[j] = bytes_of_text(cases[i].parts[j]);
		hash_name(bytes_of_text(cases[i].key), parts, cases[i].part_count, name);
		encode_hex(bytes_of(name, HASH_NAME_LEN), text);
		assert_string_equal(text, cases[i].name);
	}
}

static void
hashes_content(void **state)
{
	static const struct {
		const char *content;
		const char *hash;
	} cases[] = {
		{ "", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8" },
		{ "abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
	};
	uint8_t hash[HASH_CONTENT_LEN];
	char text[2 * HASH_CONTENT_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hash_content(bytes_of_text(cases[i].content), hash);
		encode_hex(bytes_of(hash, HASH_CONTENT_LEN), text);
		assert_string_equal(text, cases[i].hash);
	}
}

static int
start(void **state)
{
	(void)state;
	return secret_start();
}

static void
pieces_hash_as_the_whole(void **state)
{
	uint8_t content[1000], whole[HASH_CONTENT_LEN], pieces[HASH_CONTENT_LEN];
	struct hash_stream stream;

	(void)state;
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7);
	hash_content(bytes_of(content, sizeof(content)), whole);
	for (size_t size = 1; size <= sizeof(content); size += 33) {
		hash_stream_begin(&stream);
		for (size_t at = 0; at < sizeof(content); at += size)
			hash_stream_add(&stream, bytes_of(content + at,
			    sizeof(content) - at < size ? sizeof(content) - at : size));
		hash_stream_end(&stream, pieces);
		assert_memory_equal(pieces, whole, sizeof(whole));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_lists_of_parts),
		cmocka_unit_test(hashes_content),
		cmocka_unit_test(pieces_hash_as_the_whole),
	};

	return cmocka_run_group_tests_name("proto/base/hash", tests, start, NULL);
}
