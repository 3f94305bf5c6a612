/*
 * Goal: the processor's time that a page costs in the extractor, and what it takes of
 * memory, over the files that are named; tests/bench/extract.sh has the pages, and
 * the same for Readability.js.
 *
 * usage: extract_bench ROUNDS FILE ...
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "daemon/page/page.h"
#include "proto/base/buffer.h"
#include "proto/base/err.h"

static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
read_file(const char *path, struct buffer *page)
{
	FILE *file = fopen(path, "rb");
	uint8_t *room;
	size_t got;
	int err;

	if (file == NULL)
		return RS_EIO;
	do {
		if ((err = buffer_reserve(page, 64 * 1024, &room)) < 0)
			break;
		got = fread(room, 1, 64 * 1024, file);
		buffer_commit(page, got);
	} while (got > 0);
	fclose(file);
	return err;
}

/* What one reading of the page at ${path} costs; exits when it cannot be read. */
static double
cost_of(const char *path, size_t *bytes)
{
	struct page_input input = { .url = "https://bench.example/a/story.html" };
	struct rs_err_detail detail = { "" };
	Readsync__Article *article;
	Readsync__Verdict *verdict;
	struct buffer page;
	double start;
	int err;

	buffer_init(&page, PAGE_MAX);
	if ((err = read_file(path, &page)) < 0) {
		fprintf(stderr, "extract_bench: %s: %s\n", path, rs_err_text(err));
		exit(1);
	}
	input.body = buffer_bytes(&page);
	*bytes += page.len;
	start = cpu_ms();
	if ((err = page_read(&input, &article, &verdict, &detail)) == RS_OK) {
		readsync__article__free_unpacked(article, NULL);
		readsync__verdict__free_unpacked(verdict, NULL);
	}
	start = cpu_ms() - start;
	buffer_release(&page);
	return start;
}

int
main(int argc, char *argv[])
{
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	double cost, least = 0;
	struct rusage usage;
	size_t bytes = 0;

	if (rounds < 1) {
		fprintf(stderr, "usage: extract_bench ROUNDS FILE ...\n");
		return 2;
	}
	/* The least of the rounds: what other work on the machine adds is no cost of ours. */
	for (int round = 0; round < rounds; round++) {
		cost = 0;
		bytes = 0;
		for (int i = 2; i < argc; i++)
			cost += cost_of(argv[i], &bytes);
		least = round == 0 || cost < least ? cost : least;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%.2f %.1f %d %zu\n", least / (argc - 2), (double)usage.ru_maxrss / 1024, argc - 2,
	    bytes / (size_t)(argc - 2) / 1024);
	return 0;
}
