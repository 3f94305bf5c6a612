/*
 * Goal: each kind of block as Markdown, and texts that would mean something show as they
 * are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/record/article.h"
#include "proto/record/article_markdown.h"

#define KIND(name) READSYNC__BLOCK__KIND__##name
#define MARK(name) READSYNC__MARK__KIND__##name

enum { BLOCKS_MAX = 24, MARKS_MAX = 4 };

/* A block; its marks end at the first without a length. */
struct piece {
	Readsync__Block__Kind kind;
	uint32_t depth;
	const char *text, *more;	/* the source, language or name */
	struct { Readsync__Mark__Kind kind; uint32_t start, length; const char *href; } marks[MARKS_MAX];
	uint32_t number;		/* a level, the start of a list, the span of a cell */
	bool flag;			/* ordered, or a header */
};

/* ${pieces} end at the first of no kind. */
static void
check(const struct piece *pieces, const char *expected)
{
	static Readsync__Mark marks[BLOCKS_MAX][MARKS_MAX], *places[BLOCKS_MAX][MARKS_MAX];
	static Readsync__Block blocks[BLOCKS_MAX], *list[BLOCKS_MAX];
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	struct buffer out;

	for (; pieces->kind != KIND(NONE); pieces++) {
		size_t at = article.n_blocks++, i;
		Readsync__Block *block = list[at] = &blocks[at];

		readsync__block__init(block);
		block->kind = pieces->kind;
		block->depth = pieces->depth;
		block->text = (char *)(pieces->text == NULL ? "" : pieces->text);
		block->marks = places[at];
		block->level = block->kind == KIND(HEADING) ? pieces->number : 0;
		block->start = block->kind == KIND(LIST) ? pieces->number : 0;
		block->column_span = block->kind == KIND(CELL) ? pieces->number : 0;
		block->ordered = block->kind == KIND(LIST) && pieces->flag;
		block->header = block->kind == KIND(CELL) && pieces->flag;
		if (pieces->more != NULL && block->kind == KIND(PREFORMATTED))
			block->language = (char *)pieces->more;
		else if (pieces->more != NULL && block->kind == KIND(FOOTNOTE))
			block->name = (char *)pieces->more;
		else if (pieces->more != NULL)
			block->source = (char *)pieces->more;
		for (i = 0; i < MARKS_MAX && pieces->marks[i].length > 0; i++) {
			readsync__mark__init(&marks[at][i]);
			marks[at][i].kind = pieces->marks[i].kind;
			marks[at][i].start = pieces->marks[i].start;
			marks[at][i].length = pieces->marks[i].length;
			if (pieces->marks[i].href != NULL)
				marks[at][i].href = (char *)pieces->marks[i].href;
			places[at][i] = &marks[at][i];
			block->n_marks++;
		}
	}
	article.blocks = list;
	assert_int_equal(article_validate(&article), 0);
	buffer_init(&out, 1 << 20);
	assert_int_equal(article_markdown(&article, &out), 0);
	assert_string_equal(buffer_text(&out), expected);
	buffer_release(&out);
}

#define CHECK(expected, ...) check((const struct piece[]){ __VA_ARGS__, { KIND(NONE), 0, NULL, NULL, \
    { { 0, 0, 0, NULL } }, 0, false } }, expected)
#define LEAF(kind, depth, text) { KIND(kind), depth, text, NULL, { { 0, 0, 0, NULL } }, 0, false }
#define BOX(kind, depth, more, number, flag) { KIND(kind), depth, NULL, more, { { 0, 0, 0, NULL } }, number, flag }
#define MARKED(text, ...) { KIND(PARAGRAPH), 0, text, NULL, { __VA_ARGS__ }, 0, false }

static void
text_and_marks(void **state)
{

	(void)state;
	CHECK("A **b *c*** d\n", MARKED("A b c d", { MARK(STRONG), 2, 3, NULL }, { MARK(EMPHASIS), 4, 1, NULL }));
	CHECK("A [b](<https://example.org/?a=b&c>)\n",
	    MARKED("A b", { MARK(LINK), 2, 1, "https://example.org/?a=b&c" }));
	CHECK("A ``b`<`` $`x^2`$ ~~c~~\n", MARKED("A b`< x^2 c", { MARK(CODE), 2, 3, NULL },
	    { MARK(MATH), 6, 3, NULL }, { MARK(STRIKE), 10, 1, NULL }));
	CHECK("A[^n-1]\\\n\\- b\n", MARKED("A1\n- b", { MARK(NOTE), 1, 1, "#n:1" }, { MARK(BREAK), 2, 1, NULL }));
}

static void
what_means_something_is_escaped(void **state)
{
	static const struct { const char *text, *markdown; } cases[] = {
		{ "<script>x()</script>", "\\<script>x()\\</script>\n" },
		{ "[a](javascript:x)", "\\[a\\](javascript:x)\n" },
		{ "*a* _b_ `c` ~d~ $e$ &amp; a|b #f",
		    "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\$e\\$ \\&amp; a\\|b \\#f\n" },
		{ "# a", "\\# a\n" }, { "- a - b", "\\- a - b\n" }, { "> a > b", "\\> a > b\n" },
		{ "12. a 13. b", "12\\. a 13. b\n" }, { "1) a", "1\\) a\n" }, { "=== a", "\\=== a\n" },
		{ "a\\", "a\\\\\n" }, { "a\nb", "a b\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(cases[i].markdown, LEAF(PARAGRAPH, 0, cases[i].text));
}

static void
blocks_of_each_kind(void **state)
{

	(void)state;
	CHECK("## A\n\nb\n\n* * *\n", { KIND(HEADING), 0, "A", NULL, { { 0, 0, 0, NULL } }, 2, false },
	    LEAF(PARAGRAPH, 0, "b"), LEAF(RULE, 0, NULL));
	CHECK("````c\na```\n\n</b>\n````\n",
	    { KIND(PREFORMATTED), 0, "a```\n\n</b>", "c", { { 0, 0, 0, NULL } }, 0, false });
	CHECK("```math\nx^2\n```\n", LEAF(MATH, 0, "x^2"));
	CHECK("![A \\<b>](<https://example.org/a.jpg>)\n\nUnder it\n\nAnn\n", BOX(FIGURE, 0, NULL, 0, false),
	    { KIND(IMAGE), 1, "A <b>", "https://example.org/a.jpg", { { 0, 0, 0, NULL } }, 0, false },
	    LEAF(CAPTION, 1, "Under it"), LEAF(CREDIT, 1, "Ann"));
	CHECK("[https://example.org/v\\_1](<https://example.org/v_1>)\n",
	    BOX(EMBED, 0, "https://example.org/v_1", 0, false));
}

static void
containers_in_one_another(void **state)
{

	(void)state;
	CHECK("> a\n>\n> - b\n>\n>   c\n>\n> - d\n\ne\n",
	    BOX(QUOTE, 0, NULL, 0, false), LEAF(PARAGRAPH, 1, "a"),
	    BOX(LIST, 1, NULL, 0, false), BOX(ITEM, 2, NULL, 0, false), LEAF(PARAGRAPH, 3, "b"),
	    LEAF(PARAGRAPH, 3, "c"), BOX(ITEM, 2, NULL, 0, false), LEAF(PARAGRAPH, 3, "d"), LEAF(PARAGRAPH, 0, "e"));
	CHECK("9. a\n\n10. - b\n\n    ```\n    c\n    ```\n",
	    BOX(LIST, 0, NULL, 9, true), BOX(ITEM, 1, NULL, 0, false),
	    LEAF(PARAGRAPH, 2, "a"), BOX(ITEM, 1, NULL, 0, false), BOX(LIST, 2, NULL, 0, false),
	    BOX(ITEM, 3, NULL, 0, false), LEAF(PARAGRAPH, 4, "b"), LEAF(PREFORMATTED, 2, "c"));
	CHECK("[^n1]: a\n\n    b\n", BOX(FOOTNOTE, 0, "n1", 0, false), LEAF(PARAGRAPH, 1, "a"),
	    LEAF(PARAGRAPH, 1, "b"));
	CHECK("goat\n\n:   an animal\n", LEAF(TERM, 0, "goat"), BOX(DESCRIPTION, 0, NULL, 0, false),
	    LEAF(PARAGRAPH, 1, "an animal"));
}

static void
tables(void **state)
{

	(void)state;
	CHECK("Boats\n\n| A | b\\|c |\n| --- | --- |\n| d e | |\n\nf\n", BOX(TABLE, 0, NULL, 0, false),
	    LEAF(CAPTION, 1, "Boats"), BOX(ROW, 1, NULL, 0, false), BOX(CELL, 2, NULL, 0, true),
	    LEAF(PARAGRAPH, 3, "A"), BOX(CELL, 2, NULL, 0, false), LEAF(PARAGRAPH, 3, "b|c"),
	    BOX(ROW, 1, NULL, 0, false), BOX(CELL, 2, NULL, 2, false), LEAF(PARAGRAPH, 3, "d"),
	    LEAF(PARAGRAPH, 3, "e"), LEAF(PARAGRAPH, 0, "f"));
	CHECK("|  |  |\n| --- | --- |\n| a | b |\n", BOX(TABLE, 0, NULL, 0, false), BOX(ROW, 1, NULL, 0, false),
	    BOX(CELL, 2, NULL, 0, false), LEAF(PARAGRAPH, 3, "a"), BOX(CELL, 2, NULL, 0, false),
	    LEAF(PARAGRAPH, 3, "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_marks),
		cmocka_unit_test(what_means_something_is_escaped),
		cmocka_unit_test(blocks_of_each_kind),
		cmocka_unit_test(containers_in_one_another),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
