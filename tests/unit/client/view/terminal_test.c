/*
 * Articles on a terminal: golden pairs.  golden/NAME.article is what comes in (see
 * article_text.h), golden/NAME.COLUMNS.term what must come out, in plain text;
 * NAME.COLUMNS.colour.term the same with styles.  After a change that is
 * meant,
 *
 *	GOLDEN=write build/tests/unit/client/view/terminal_test
 *
 * in the top folder writes them anew, for git diff to judge.
 */
#include <locale.h>

#include "client/view/terminal.h"
#include "tests/unit/client/view/article_text.h"

#define FOLDER "tests/unit/client/view/golden/"
#define URL "https://example.org/article"

static char *
print(const struct article_text *text, const struct terminal_style *style)
{
	static const struct annotation none;
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Images images = READSYNC__IMAGES__INIT;
	char *data;
	size_t len;
	FILE *out = open_memstream(&data, &len);

	assert_non_null(out);
	verdict.copy = text->copy;
	reading.verdict = &verdict;
	terminal_print(out, URL, &reading, text->article, &images, &none, style);
	fclose(out);
	return data;
}

static char *
read_all(const char *path)
{
	char *data;
	size_t len;
	FILE *in = fopen(path, "r"), *out = open_memstream(&data, &len);
	int byte;

	if (in == NULL)
		fail_msg("%s cannot be read", path);
	assert_non_null(out);
	while ((byte = getc(in)) != EOF)
		putc(byte, out);
	fclose(in);
	fclose(out);
	return data;
}

static void
expect_golden(const char *path, const char *shown)
{
	const char *wish = getenv("GOLDEN");
	char *golden;
	FILE *file;

	if (wish != NULL && strcmp(wish, "write") == 0) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(shown, file) >= 0);
		assert_int_equal(fclose(file), 0);
		return;
	}
	golden = read_all(path);
	if (strcmp(golden, shown) != 0)
		fail_msg("%s differs from what is shown:\n%s", path, shown);
	free(golden);
}

/* Compare ${name} at ${columns}; returns what was shown. */
static char *
check(const char *name, size_t columns, bool colour, bool valid)
{
	struct terminal_style style = { columns, colour };
	struct article_text text;
	char path[200], *shown;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	snprintf(path, sizeof(path), FOLDER "%s.article", name);
	text = article_text_read(path);
	assert_int_equal(article_validate(text.article), valid ? RS_OK : RS_EINVAL);
	shown = print(&text, &style);
	snprintf(path, sizeof(path), FOLDER "%s.%zu%s.term", name, columns,
	    colour ? ".colour" : "");
	expect_golden(path, shown);
	article_text_free(&text);
	return shown;
}

static void
shows_every_block(void **state)
{
	(void)state;
	free(check("blocks", 60, false, true));
	free(check("blocks", 60, true, true));
	free(check("blocks", 24, false, true));
}

static void
shows_tables(void **state)
{
	(void)state;
	free(check("table", 40, false, true));
	free(check("table", 40, true, true));
}

static void
wraps_every_script(void **state)
{
	(void)state;
	free(check("scripts", 32, false, true));
}

/* Even of an article that article_validate would refuse, nothing reaches the terminal raw. */
static void
lets_no_control_pass(void **state)
{
	char *shown = check("hostile", 60, false, false);
	size_t i;

	(void)state;
	for (i = 0; shown[i] != '\0'; i++) {
		assert_true((unsigned char)shown[i] >= 0x20 || shown[i] == '\n');
		assert_true(shown[i] != 0x7f);
		assert_false(shown[i] == '\xc2' && (unsigned char)shown[i + 1] < 0xa0);
	}
	assert_null(strstr(shown, "\u202e"));
	free(shown);
}

/* Containers as deep as they may be, in the narrowest terminal. */
static void
bounds_what_nests(void **state)
{
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	struct article_text text = { &article, READSYNC__COPY__COPY_FULL };
	struct terminal_style style = { 0, true };
	Readsync__Block blocks[ARTICLE_DEPTH_MAX + 1], *list[ARTICLE_DEPTH_MAX + 1];
	char *shown;
	size_t i;

	(void)state;
	for (i = 0; i <= ARTICLE_DEPTH_MAX; i++) {
		readsync__block__init(&blocks[i]);
		blocks[i].kind = i == ARTICLE_DEPTH_MAX ? READSYNC__BLOCK__KIND__PARAGRAPH :
		    i % 2 == 0 ? READSYNC__BLOCK__KIND__LIST : READSYNC__BLOCK__KIND__ITEM;
		blocks[i].depth = (uint32_t)i;
		blocks[i].ordered = true;
		blocks[i].start = UINT32_MAX;
		list[i] = &blocks[i];
	}
	blocks[ARTICLE_DEPTH_MAX].text = (char *)"deep";
	article.blocks = list;
	article.n_blocks = ARTICLE_DEPTH_MAX + 1;
	assert_int_equal(article_validate(&article), RS_OK);
	shown = print(&text, &style);
	assert_non_null(strstr(shown, "deep\n"));
	free(shown);
}

/* A page of links alone: the notes are found again without comparing each with each. */
static void
bounds_the_search_for_links(void **state)
{
	enum { LINKS = 4096, BLOCKS = 60 };
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	struct article_text text = { &article, READSYNC__COPY__COPY_FULL };
	struct terminal_style style = { 80, false };
	Readsync__Block blocks[BLOCKS], *list[BLOCKS];
	Readsync__Mark *marks = calloc(BLOCKS * LINKS, sizeof(*marks));
	Readsync__Mark **pointers = calloc(BLOCKS * LINKS, sizeof(*pointers));
	char *shown, letters[LINKS + 1];
	size_t i;

	(void)state;
	assert_true(marks != NULL && pointers != NULL);
	memset(letters, 'a', LINKS);
	letters[LINKS] = '\0';
	for (i = 0; i < BLOCKS * LINKS; i++) {
		readsync__mark__init(&marks[i]);
		marks[i].kind = READSYNC__MARK__KIND__LINK;
		marks[i].start = (uint32_t)(i % LINKS);
		marks[i].length = 1;
		assert_true(asprintf(&marks[i].href, "https://example.org/%zu", i) > 0);
		pointers[i] = &marks[i];
	}
	for (i = 0; i < BLOCKS; i++) {
		readsync__block__init(&blocks[i]);
		blocks[i].kind = READSYNC__BLOCK__KIND__PARAGRAPH;
		blocks[i].text = letters;
		blocks[i].marks = pointers + i * LINKS;
		blocks[i].n_marks = LINKS;
		list[i] = &blocks[i];
	}
	article.blocks = list;
	article.n_blocks = BLOCKS;
	assert_int_equal(article_validate(&article), RS_OK);
	shown = print(&text, &style);
	assert_non_null(strstr(shown, "245760. https://example.org/245759\n"));
	free(shown);
	for (i = 0; i < BLOCKS * LINKS; i++)
		free(marks[i].href);
	free(marks);
	free(pointers);
}

static void
draws_in_ascii_where_it_must(void **state)
{
	struct article_text text = article_text_read(FOLDER "blocks.article");
	struct terminal_style style = { 60, false };
	char *shown;
	size_t i;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	shown = print(&text, &style);
	for (i = 0; shown[i] != '\0'; i++)
		assert_true((unsigned char)shown[i] < 0x80);
	assert_non_null(strstr(shown, "\n| A quote"));
	assert_non_null(strstr(shown, "\n  * Second item."));
	free(shown);
	article_text_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_every_block),
		cmocka_unit_test(shows_tables),
		cmocka_unit_test(wraps_every_script),
		cmocka_unit_test(lets_no_control_pass),
		cmocka_unit_test(bounds_what_nests),
		cmocka_unit_test(bounds_the_search_for_links),
		cmocka_unit_test(draws_in_ascii_where_it_must),
	};

	return cmocka_run_group_tests_name("client/view/terminal", tests, NULL, NULL);
}
