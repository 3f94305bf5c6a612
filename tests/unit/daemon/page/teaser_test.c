#include "tests/unit/daemon/page/reading.h"

#include "daemon/page/block.h"
#include "daemon/page/teaser.h"
#include "proto/base/err.h"

/* An article of blocks with these texts, of which the first is a heading. */
static Readsync__Article *
article_of(const char *const *texts, size_t count)
{
	Readsync__Article *article = malloc(sizeof(*article));
	struct block_list blocks;
	Readsync__Block *block;

	assert_non_null(article);
	readsync__article__init(article);
	block_list_init(&blocks);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(block_list_add(&blocks, i == 0 ? READSYNC__BLOCK__KIND__HEADING :
		    READSYNC__BLOCK__KIND__PARAGRAPH, 0, &block), RS_OK);
		block->level = i == 0 ? 2 : 0;
		assert_int_equal(block_set_text(&blocks, block, bytes_of_text(texts[i])), RS_OK);
	}
	block_list_take(&blocks, article);
	return article;
}

static void
keeps_the_first_paragraph_alone(void **state)
{
	static const char *const texts[] = { "A heading", PROSE_1, PROSE_2, PROSE_3, PROSE_4 };
	Readsync__Article *article = article_of(texts, 5);

	(void)state;
	assert_int_equal(teaser_cut(article), RS_OK);
	assert_int_equal(article->n_blocks, 1);
	assert_string_equal(article->blocks[0]->text, PROSE_1);
	assert_int_equal(article->words, article_words_of(PROSE_1));
	assert_int_equal(article_validate(article), RS_OK);
	readsync__article__free_unpacked(article, NULL);
}

static void
cuts_a_paragraph_that_is_the_whole_text(void **state)
{
	static const char *const texts[] = { "", PROSE_1 " " PROSE_2 " " PROSE_3 };
	Readsync__Article *article = article_of(texts, 2);
	const char *text;
	size_t len;

	(void)state;
	assert_int_equal(teaser_cut(article), RS_OK);
	text = article->blocks[0]->text;
	len = strlen(text);
	assert_true(len <= strlen(texts[1]) / 3 + 3);
	/* Whole words, and a sign that there was more. */
	assert_string_equal(text + len - 3, "\xe2\x80\xa6");
	assert_int_equal(strncmp(text, texts[1], len - 3), 0);
	assert_int_equal(texts[1][len - 3], ' ');
	readsync__article__free_unpacked(article, NULL);
}

static void
cuts_between_the_letters_of_scripts_without_spaces(void **state)
{
	char chinese[3001];
	const char *const texts[] = { "", chinese };
	Readsync__Article *article;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		memcpy(chinese + 3 * i, "\xe6\xb8\xa1", 3);
	chinese[3000] = '\0';
	article = article_of(texts, 2);
	assert_int_equal(teaser_cut(article), RS_OK);
	assert_int_equal(strlen(article->blocks[0]->text), TEASER_BYTES + 3);
	assert_int_equal(article_validate(article), RS_OK);
	readsync__article__free_unpacked(article, NULL);
}

static void
marks_end_with_the_text(void **state)
{
	struct reading reading;

	(void)state;
	reading_of_page(ARTICLE("<p>One <a href='/a'>" PROSE_1 "</a> " PROSE_2
	    " and <b>after</b>.</p>"), &reading);
	assert_int_equal(reading.article->blocks[0]->n_marks, 2);
	assert_int_equal(teaser_cut(reading.article), RS_OK);
	assert_int_equal(reading.article->blocks[0]->n_marks, 1);
	assert_int_equal(article_validate(reading.article), RS_OK);
	reading_free(&reading);
}

static void
an_empty_article_stays_empty(void **state)
{
	static const char *const texts[] = { "Only a heading" };
	Readsync__Article *article = article_of(texts, 1);

	(void)state;
	assert_int_equal(teaser_cut(article), RS_OK);
	assert_int_equal(article->n_blocks, 0);
	assert_int_equal(teaser_cut(article), RS_OK);
	readsync__article__free_unpacked(article, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_first_paragraph_alone),
		cmocka_unit_test(cuts_a_paragraph_that_is_the_whole_text),
		cmocka_unit_test(cuts_between_the_letters_of_scripts_without_spaces),
		cmocka_unit_test(marks_end_with_the_text),
		cmocka_unit_test(an_empty_article_stays_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
