/*
 * Makes a home for the daemon with a library of made-up articles, all read, and
 * writes the same texts as plain files, for tests/bench/sync_bench.py.
 *
 * usage: library HOME ARTICLES FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/secret.h"
#include "proto/replica/home.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"
#include "tests/bench/prose.h"

enum { PARAGRAPHS_MAX = 30, PARAGRAPH_MAX = 1024, ARTICLES_A_COMMIT = 100 };

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

static void
add(struct replica *replica, struct text *text, unsigned number)
{
	Readsync__Block blocks[PARAGRAPHS_MAX], *list[PARAGRAPHS_MAX];
	Readsync__Article article = READSYNC__ARTICLE__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	struct item_save save = { .saved_ms = 1700000000000 + (int64_t)number * 60000 };
	uint8_t item[HASH_NAME_LEN], fetched[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	char url[64];
	bool made;
	size_t i;

	snprintf(url, sizeof(url), "https://news.example/article/%u", number);
	must(item_save(replica, url, &save, item, &made, NULL) == RS_OK, "item_save");
	fetch.item = (ProtobufCBinaryData){ sizeof(item), item };
	fetch.url = fetch.final_url = url;
	fetch.at_ms = save.saved_ms;
	fetch.status = 200;
	must(reading_add_fetch(replica, &fetch, bytes_of(NULL, 0), fetched) == RS_OK, "fetch");
	for (i = 0; i < text->count; i++) {
		readsync__block__init(&blocks[i]);
		blocks[i].kind = READSYNC__BLOCK__KIND__PARAGRAPH;
		blocks[i].text = text->paragraphs[i];
		list[i] = &blocks[i];
	}
	article.title = text->title;
	article.blocks = list;
	article.n_blocks = text->count;
	verdict.copy = READSYNC__COPY__COPY_FULL;
	must(reading_add(replica, fetched, 1, &article, &verdict, NULL, reading) == RS_OK,
	    "reading_add");
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
	struct home_settings settings = {
		.replica = { clock_system(), random_system(), REPLICA_ARCHIVE }
	};
	unsigned count = argc == 4 ? (unsigned)strtoul(argv[2], NULL, 10) : 0, i;
	struct replica *replica;
	bool made;

	must(count > 0, "usage: library HOME ARTICLES FOLDER");
	settings.directory = argv[1];
	must(secret_start() == RS_OK &&
	    home_open(&settings, &replica, &made, NULL) == RS_OK, "home_open");
	prose_init(&prose, 1);
	for (i = 0; i < count; i++) {
		if (i % ARTICLES_A_COMMIT == 0)
			must(replica_begin(replica) == RS_OK, "begin");
		make_text(&prose, &text);
		add(replica, &text, i);
		write_file(argv[3], &text, i);
		if (i % ARTICLES_A_COMMIT == ARTICLES_A_COMMIT - 1 || i == count - 1)
			must(replica_commit(replica) == RS_OK, "commit");
	}
	replica_close(replica);
	return 0;
}
