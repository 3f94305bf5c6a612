/*
 * What the reader wrote on an article, as it is read from a replica and shown: passages that
 * overlap, go on in the next block, or stand in no copy; one note, and two versions of it.
 */
#include <locale.h>

#include "client/view/terminal.h"
#include "proto/replica/device.h"
#include "proto/replica/highlight.h"
#include "proto/replica/note.h"
#include "proto/wire/identity.h"
#include "tests/unit/proto/replica/fixture.h"

#define URL "https://example.org/a"

/* An article of two paragraphs, a rule between them, and code. */
static void
keep_article(struct node *node, uint8_t item[HASH_NAME_LEN], Readsync__Article **ret_article)
{
	Readsync__Block blocks[] = { READSYNC__BLOCK__INIT, READSYNC__BLOCK__INIT,
	    READSYNC__BLOCK__INIT, READSYNC__BLOCK__INIT };
	Readsync__Block *list[] = { &blocks[0], &blocks[1], &blocks[2], &blocks[3] };
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	uint8_t fetch[HASH_NAME_LEN], id[HASH_NAME_LEN];
	Readsync__Reading *reading;

	blocks[0].kind = blocks[2].kind = READSYNC__BLOCK__KIND__PARAGRAPH;
	blocks[1].kind = READSYNC__BLOCK__KIND__RULE;
	blocks[3].kind = READSYNC__BLOCK__KIND__PREFORMATTED;
	blocks[0].text = (char *)"The sea is salt.";
	blocks[2].text = (char *)"The tide is not.";
	blocks[3].text = (char *)"tide(sea)";
	article.blocks = list;
	article.n_blocks = 4;
	verdict.copy = READSYNC__COPY__COPY_FULL;
	save(node, URL, NULL, item);
	add_fetch(node, item, "page", fetch);
	IN(node, reading_add(node->replica, fetch, 1, &article, &verdict, NULL, id));
	OK(reading_best(node->replica, item, &reading));
	OK(reading_article(node->replica, reading, ret_article));
	readsync__reading__free_unpacked(reading, NULL);
}

static void
highlight(struct node *node, const uint8_t *item, const char *quote, const char *comment)
{
	Readsync__Highlight passage = READSYNC__HIGHLIGHT__INIT;
	uint8_t id[HASH_NAME_LEN];

	node->now_ms += 1000;
	passage.quote = (char *)quote;
	IN(node, highlight_add(node->replica, item, &passage, id));
	if (comment != NULL)
		IN(node, highlight_comment(node->replica, id, comment));
}

/* Write a version that replaces none. */
static void
write_version(struct node *node, const uint8_t *item, const char *text)
{
	static const struct note_heads none = { .count = 0 };

	node->now_ms += 1000;
	IN(node, note_write(node->replica, item, text, &none));
}

static char *
show(struct node *node, const uint8_t *item, const Readsync__Article *article, bool colour)
{
	struct terminal_style style = { 60, colour };
	Readsync__Reading reading = READSYNC__READING__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Images images = READSYNC__IMAGES__INIT;
	struct annotation annotation;
	char *data;
	size_t len;
	FILE *out = open_memstream(&data, &len);

	assert_non_null(out);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	OK(annotation_load(node->replica, item, article, &annotation));
	verdict.copy = READSYNC__COPY__COPY_FULL;
	reading.verdict = &verdict;
	terminal_print(out, URL, &reading, article, &images, &annotation, &style);
	fclose(out);
	annotation_release(&annotation);
	return data;
}

static void
assert_shows(const char *shown, const char *part)
{
	if (strstr(shown, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, shown);
}

static void
what_the_reader_marked_is_marked(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN];
	Readsync__Article *article;
	char *shown;

	keep_article(node, item, &article);
	highlight(node, item, "salt.\nThe", "why?\n\nhow?");
	highlight(node, item, "sea is salt", NULL);
	highlight(node, item, "is salt", NULL);
	highlight(node, item, "tide(", NULL);
	highlight(node, item, "gone", NULL);
	shown = show(node, item, article, false);
	assert_shows(shown, "\nThe sea is salt[h2][h3].\n\n* * *\n\nThe[h1] tide is not.\n\n"
	    "    tide(sea)\n\nHighlights\n[h1] salt. The\n    why?\n\n    how?\n[h2] sea is salt\n"
	    "[h3] is salt\n[h4] tide(\n[h5] gone (not in this copy)\n");
	free(shown);
	shown = show(node, item, article, true);
	assert_shows(shown, "The \033[7msea is salt");
	assert_shows(shown, "\033[27m[h2][h3]\033[7m.\033[27m\n");
	assert_shows(shown, "\033[7mThe\033[27m[h1] tide");
	free(shown);
	readsync__article__free_unpacked(article, NULL);
}

static void
versions_are_told_apart_by_device_and_time(void **state)
{
	struct node *node = *state;
	uint8_t item[HASH_NAME_LEN], key[DEVICE_KEY_LEN];
	struct secret *private_key;
	Readsync__Article *article;
	char *shown;

	keep_article(node, item, &article);
	write_version(node, item, "One.\n\nTwo.");
	shown = show(node, item, article, false);
	assert_shows(shown, "\n\nNote\n    One.\n\n    Two.\n");
	free(shown);
	write_version(node, item, "Three.");
	shown = show(node, item, article, false);
	assert_shows(shown, "\nunknown device, 2023-11-14T22:13:21Z:\n    One.\n\n    Two.\n\n"
	    "unknown device, 2023-11-14T22:13:22Z:\n    Three.\n");
	free(shown);
	IN(node, device_identity(node->replica, &private_key));
	identity_public(private_key, key);
	secret_free(private_key);
	IN(node, device_add(node->replica, key, "lap\xe2\x80\xaetop", false));
	shown = show(node, item, article, false);
	/* What turns the text behind it is left out of what another device is called. */
	assert_shows(shown, "\nlaptop, 2023-11-14T22:13:21Z:\n");
	free(shown);
	readsync__article__free_unpacked(article, NULL);
}

#define WITH_LAPTOP(test) cmocka_unit_test_setup_teardown(test, laptop_setup, node_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LAPTOP(what_the_reader_marked_is_marked),
		WITH_LAPTOP(versions_are_told_apart_by_device_and_time),
	};

	return cmocka_run_group_tests_name("client/view/annotation", tests, NULL, NULL);
}
