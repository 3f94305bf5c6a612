/*
 * Writes a library of made-up articles of about 6 KB as JSON Lines to standard output,
 * for `readsync import --jsonl -`, and the same texts as plain files into a folder; the
 * same articles each time.
 *
 * usage: library ARTICLES [FOLDER]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/prose.h"

enum { PARAGRAPHS_MAX = 30, PARAGRAPH_MAX = 1024, MINUTE = 60, FIRST_SAVED = 1700000000 };

struct text {
	char title[128];
	size_t count;
	char paragraphs[PARAGRAPHS_MAX][PARAGRAPH_MAX];
};

static void
must(int ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "library: %s failed\n", what);
		exit(1);
	}
}

/* About 1,000 words, in paragraphs of 60. */
static void
make_text(struct prose *prose, struct text *text)
{
	size_t i;

	prose_write(prose, 8, text->title, sizeof(text->title));
	text->count = 4 + prose_draw(prose) % (PARAGRAPHS_MAX - 4);
	for (i = 0; i < text->count; i++)
		prose_write(prose, 60, text->paragraphs[i], PARAGRAPH_MAX);
}

/* The texts have no character that JSON escapes. */
static void
write_line(const struct text *text, unsigned number)
{
	time_t saved = FIRST_SAVED + (time_t)number * MINUTE;
	char when[32];
	size_t i;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime(&saved));
	printf("{\"url\":\"https://news.example/article/%u\",\"title\":\"%s\",\"saved_at\":\"%s\","
	    "\"text\":\"", number, text->title, when);
	for (i = 0; i < text->count; i++)
		printf("%s%s", i == 0 ? "" : "\\n", text->paragraphs[i]);
	printf("\"}\n");
}

static void
write_file(const char *folder, const struct text *text, unsigned number)
{
	char path[512];
	FILE *file;
	size_t i;

	snprintf(path, sizeof(path), "%s/%06u.txt", folder, number);
	file = fopen(path, "w");
	must(file != NULL, path);
	fprintf(file, "%s\n", text->title);
	for (i = 0; i < text->count; i++)
		fprintf(file, "\n%s\n", text->paragraphs[i]);
	must(fclose(file) == 0, path);
}

int
main(int argc, char **argv)
{
	static struct prose prose;
	static struct text text;
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, i;

	must(count > 0, "usage: library ARTICLES [FOLDER]");
	prose_init(&prose, 1);
	for (i = 0; i < count; i++) {
		make_text(&prose, &text);
		write_line(&text, i);
		if (argc > 2)
			write_file(argv[2], &text, i);
	}
	must(fflush(stdout) == 0, "standard output");
	return 0;
}
