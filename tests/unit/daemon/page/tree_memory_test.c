#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/page/dom.h"
#include "daemon/page/tree_memory.h"
#include "proto/base/err.h"

#ifdef PLAIN_MEMORY
static const bool in_pieces = false;
#else
static const bool in_pieces = true;
#endif

enum { BLOCKS = 3000 };

/* Of sizes that stand in pieces, and of some that are too large. */
static size_t
size_of(size_t i)
{

	return i % 100 == 99 ? 10000 : 1 + i * 7 % 400;
}

static bool
is_filled(const uint8_t *block, size_t size, uint8_t with)
{

	for (size_t i = 0; i < size; i++)
		if (block[i] != with)
			return false;
	return true;
}

static void
blocks_keep_what_they_hold(void **state)
{
	uint8_t *blocks[BLOCKS];
	size_t sizes[BLOCKS];

	(void)state;
	tree_memory_begin();
	for (size_t i = 0; i < BLOCKS; i++) {
		sizes[i] = size_of(i);
		assert_non_null(blocks[i] = xmlMalloc(sizes[i]));
		assert_int_equal((uintptr_t)blocks[i] % 16, 0);
		memset(blocks[i], (uint8_t)i, sizes[i]);
		/* Some go, some grow: the last one, or one that has others behind it. */
		if (i % 3 == 0) {
			sizes[i] *= 2;
			assert_non_null(blocks[i] = xmlRealloc(blocks[i], sizes[i]));
			memset(blocks[i], (uint8_t)i, sizes[i]);
		} else if (i % 10 == 5) {
			xmlFree(blocks[i - 4]);
			blocks[i - 4] = NULL;
			assert_non_null(blocks[i - 2] = xmlRealloc(blocks[i - 2], 5000));
		}
	}
	assert_int_equal(tree_memory_pieces() > 1, in_pieces);
	tree_memory_end();
	for (size_t i = 0; i < BLOCKS; i++)
		if (blocks[i] != NULL && !is_filled(blocks[i], sizes[i], (uint8_t)i))
			fail_msg("%zu", i);
	/* Afterwards they grow, and go, as well. */
	for (size_t i = 0; i < BLOCKS; i += 2)
		xmlFree(blocks[i]);
	for (size_t i = 1; i < BLOCKS; i += 2) {
		if (blocks[i] == NULL)
			continue;
		assert_non_null(blocks[i] = xmlRealloc(blocks[i], sizes[i] + 500));
		if (!is_filled(blocks[i], sizes[i], (uint8_t)i))
			fail_msg("%zu", i);
		xmlFree(blocks[i]);
	}
	assert_int_equal(tree_memory_pieces(), 0);
}

static void
other_memory_is_the_c_librarys(void **state)
{
	xmlChar *before, *within, *after;

	(void)state;
	tree_memory_begin();
	tree_memory_end();
	assert_non_null(before = xmlStrdup(BAD_CAST "before"));
	tree_memory_begin();
	assert_non_null(within = xmlStrdup(BAD_CAST "within"));
	assert_non_null(before = xmlStrcat(before, within));
	tree_memory_end();
	assert_int_equal(tree_memory_pieces(), in_pieces);
	assert_non_null(after = xmlStrdup(BAD_CAST "after"));
	xmlFree(within);
	assert_int_equal(tree_memory_pieces(), 0);
	assert_string_equal((char *)before, "beforewithin");
	assert_string_equal((char *)after, "after");
	xmlFree(before);
	xmlFree(after);
}

static xmlDoc *
parse(const char *item, size_t count)
{
	struct buffer page;
	xmlDoc *document;

	buffer_init(&page, 1 << 22);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(buffer_append_text(&page, item), RS_OK);
	assert_int_equal(dom_parse(buffer_bytes(&page), false, &document), RS_OK);
	buffer_release(&page);
	return document;
}

/* With all the errors that pages have: one was made in a piece, and must not keep it. */
static void
trees_go_with_their_pieces(void **state)
{
	static const char item[] = "<li class='an item of a list'><a href=/b>c & d</b></a></nonsense>";
	xmlDoc *first, *second;
	xmlNode *root;
	size_t pieces;

	(void)state;
	for (int order = 0; order < 2; order++) {
		first = parse(item, 20);
		pieces = tree_memory_pieces();
		assert_int_equal(pieces > 0, in_pieces);
		second = parse(item, 5000);
		assert_int_equal(tree_memory_pieces() > pieces, in_pieces);
		/* What is changed in a tree goes with it. */
		root = xmlDocGetRootElement(first);
		assert_non_null(xmlNewProp(root, BAD_CAST "hidden", BAD_CAST "new"));
		assert_non_null(xmlSetProp(root, BAD_CAST "hidden", BAD_CAST "newer"));
		xmlNodeSetContent(root->children, BAD_CAST "other");
		xmlFreeDoc(order == 0 ? first : second);
		assert_true(!in_pieces || tree_memory_pieces() > 0);
		root = xmlDocGetRootElement(order == 0 ? second : first);
		assert_string_equal((char *)root->name, "html");
		xmlFreeDoc(order == 0 ? second : first);
		assert_int_equal(tree_memory_pieces(), 0);
	}
}

static void
what_is_no_page_leaves_no_piece(void **state)
{
	xmlDoc *document;

	(void)state;
	assert_int_equal(dom_parse(bytes_of_text("<!-- no element -->"), false, &document),
	    RS_ENOTPAGE);
	assert_int_equal(tree_memory_pieces(), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_keep_what_they_hold),
		cmocka_unit_test(other_memory_is_the_c_librarys),
		cmocka_unit_test(trees_go_with_their_pieces),
		cmocka_unit_test(what_is_no_page_leaves_no_piece),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
