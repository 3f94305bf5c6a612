#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/err.h"
#include "proto/record/unpack.h"
#include "readsync.pb-c.h"

#define PACKED(literal) bytes_of(literal, sizeof(literal) - 1)

static int
unpack_article(struct bytes packed, size_t max_memory, Readsync__Article **ret_article)
{
	ProtobufCMessage *message;
	int err = unpack_bounded(&readsync__article__descriptor, packed, max_memory, &message);

	if (err == RS_OK)
		*ret_article = (Readsync__Article *)message;
	return err;
}

static void
gives_what_the_plain_free_frees(void **state)
{
	Readsync__Article *article = NULL;

	(void)state;
	/* title "ab", one author "c", a block of kind PARAGRAPH with text "d" */
	assert_int_equal(unpack_article(PACKED("\x0a\x02" "ab" "\x12\x01" "c"
	    "\x72\x05\x08\x01\x1a\x01" "d"), 4096, &article), RS_OK);
	assert_string_equal(article->title, "ab");
	assert_int_equal(article->n_authors, 1);
	assert_string_equal(article->blocks[0]->text, "d");
	readsync__article__free_unpacked(article, NULL);
	assert_int_equal(unpack_article(bytes_of(NULL, 0), 4096, &article), RS_OK);
	assert_string_equal(article->title, "");
	readsync__article__free_unpacked(article, NULL);
}

static void
refuses_malformed_bytes_and_text(void **state)
{
	static const struct {
		struct bytes packed;
		int err;
	} cases[] = {
#define CASE(literal, err) { { (const uint8_t *)(literal), sizeof(literal) - 1 }, err }
		CASE("\x0a\x02" "\xc3\xa9", RS_OK),
		CASE("\x0a\x02" "\xe9 ", RS_EPROTOCOL),		/* Latin-1 */
		CASE("\x0a\x03" "a\0b", RS_EPROTOCOL),		/* a NUL inside */
		CASE("\x12\x01" "\x80", RS_EPROTOCOL),		/* in a repeated text */
		CASE("\x72\x03\x1a\x01" "\xff", RS_EPROTOCOL),	/* in a block */
		CASE("\x72\x05\x22\x03\x22\x01" "\xff", RS_EPROTOCOL), /* in its mark */
		CASE("\xa2\x06\x01" "\xff", RS_OK),		/* an unknown field */
		CASE("\x0a", RS_EPROTOCOL),			/* cut short */
		CASE("\x0a\x02" "a", RS_EPROTOCOL),
		CASE("\x0a\xff\xff\xff\xff\x0f", RS_EPROTOCOL),
		CASE("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", RS_EPROTOCOL),
		CASE("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", RS_EPROTOCOL),
		CASE("\x02\x01" "a", RS_EPROTOCOL),		/* field number 0 */
		CASE("\x0b\x0c", RS_EPROTOCOL),			/* a group */
		CASE("\x08\x01", RS_EPROTOCOL),			/* a title that is a number */
		CASE("\x5d\0\0\0", RS_EPROTOCOL),		/* half a fixed32 */
		CASE("\x59\0\0\0\0\0\0\0", RS_EPROTOCOL),	/* short of a fixed64 */
#undef CASE
	};
	Readsync__Article *article = NULL;
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = unpack_article(cases[i].packed, 4096, &article);
		assert_int_equal(err, cases[i].err);
		if (err == RS_OK)
			readsync__article__free_unpacked(article, NULL);
	}
}

/* Two bytes each on the wire, a hundred times as much in memory. */
static void
keeps_the_budget_against_empty_blocks(void **state)
{
	enum { BLOCKS = 50000 };
	uint8_t *packed = malloc(2 * BLOCKS);
	Readsync__Article *article = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < BLOCKS; i++)
		memcpy(packed + 2 * i, "\x72\x00", 2);
	assert_int_equal(unpack_article(bytes_of(packed, 2 * BLOCKS), 1 << 20, &article),
	    RS_ELIMIT);
	assert_int_equal(unpack_article(bytes_of(packed, 2 * BLOCKS), 90 * 2 * BLOCKS + 4096,
	    &article), RS_ELIMIT);
	assert_int_equal(unpack_article(bytes_of(packed, 2 * BLOCKS), (size_t)1 << 26, &article),
	    RS_OK);
	assert_int_equal(article->n_blocks, BLOCKS);
	readsync__article__free_unpacked(article, NULL);
	free(packed);
}

/* Whatever the budget, what was allocated is freed again: asan sees to it. */
static void
fails_cleanly_at_every_budget(void **state)
{
	Readsync__Article *article = NULL;
	size_t budget, failures = 0;

	(void)state;
	for (budget = 0; budget < 2000; budget++) {
		int err = unpack_article(PACKED("\x0a\x02" "ab" "\x12\x01" "c" "\x12\x01" "e"
		    "\x72\x0c\x08\x01\x1a\x01" "d" "\x22\x05\x08\x01\x22\x01" "x"
		    "\xa2\x06\x01" "u"), budget, &article);

		if (err == RS_OK) {
			readsync__article__free_unpacked(article, NULL);
			continue;
		}
		assert_int_equal(err, RS_ELIMIT);
		failures++;
	}
	assert_in_range(failures, 500, 1500);
}

static void
walks_field_by_field(void **state)
{
	struct bytes packed = PACKED("\x08\x96\x01" "\x12\x02" "ab" "\x1d\1\2\3\4"
	    "\x21\1\2\3\4\5\6\7\x8" "\xf8\xff\xff\xff\x0f\x00");
	static const struct {
		uint32_t number;
		enum unpack_type type;
		size_t len;
	} fields[] = {
		{ 1, UNPACK_VARINT, 0 },
		{ 2, UNPACK_BYTES, 2 },
		{ 3, UNPACK_FIXED32, 0 },
		{ 4, UNPACK_FIXED64, 0 },
		{ 536870911, UNPACK_VARINT, 0 },
	};
	struct unpack_field field;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		assert_int_equal(unpack_field_next(&packed, &field), RS_OK);
		assert_int_equal(field.number, fields[i].number);
		assert_int_equal(field.type, fields[i].type);
		assert_int_equal(field.content.len, fields[i].len);
	}
	assert_int_equal(packed.len, 0);
	packed = PACKED("\x80\x80\x80\x80\x10\x00");	/* number 2^29 */
	assert_int_equal(unpack_field_next(&packed, &field), RS_EPROTOCOL);
	assert_int_equal(packed.len, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_the_plain_free_frees),
		cmocka_unit_test(refuses_malformed_bytes_and_text),
		cmocka_unit_test(keeps_the_budget_against_empty_blocks),
		cmocka_unit_test(fails_cleanly_at_every_budget),
		cmocka_unit_test(walks_field_by_field),
	};

	return cmocka_run_group_tests_name("proto/record/unpack", tests, NULL, NULL);
}
