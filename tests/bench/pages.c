/*
 * Makes a home that holds pages of a reader's own, of which nothing can be compressed: what
 * a library is made of when it is large.  Each has been read, so nothing is left to do.
 *
 * usage: pages HOME MEGABYTES
 */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/random.h"
#include "proto/replica/home.h"
#include "proto/replica/item.h"
#include "proto/replica/reading.h"

enum { MEGABYTE = 1024 * 1024, SMALL = 256 * 1024, LARGE = 24 * MEGABYTE, LARGE_EVERY = 100 };

static void
must(int err, const char *what)
{
	if (err == RS_OK)
		return;
	fprintf(stderr, "pages: %s: %s\n", what, rs_err_text(err));
	exit(1);
}

static void
keep(struct replica *replica, unsigned number, struct bytes page)
{
	Readsync__Fetch fetch = READSYNC__FETCH__INIT;
	Readsync__Verdict verdict = READSYNC__VERDICT__INIT;
	uint8_t item[HASH_NAME_LEN], id[HASH_NAME_LEN], reading[HASH_NAME_LEN];
	char url[64];
	bool fresh;

	snprintf(url, sizeof(url), "https://pages.example/%u", number);
	must(replica_begin(replica), "begin");
	must(item_save(replica, url, &(struct item_save){ .title = "A page" }, item, &fresh, NULL),
	    "save");
	fetch.item = (ProtobufCBinaryData){ sizeof(item), item };
	fetch.url = fetch.final_url = url;
	fetch.at_ms = number + 1;
	fetch.content_type = (char *)"text/html";
	must(reading_add_fetch(replica, &fetch, page, id), "page");
	must(reading_add(replica, id, 1, NULL, &verdict, "there is no article", reading),
	    "reading");
	must(replica_commit(replica), "commit");
}

int
main(int argc, char **argv)
{
	struct home_settings settings = { .wait_ms = 1000 };
	struct rs_err_detail detail = { "" };
	struct replica *replica;
	uint64_t left;
	uint8_t *page = malloc(LARGE);
	bool made;

	if (argc != 3 || page == NULL || secret_start() != RS_OK) {
		fprintf(stderr, "usage: pages HOME MEGABYTES\n");
		return 2;
	}
	settings.directory = argv[1];
	settings.replica = (struct replica_settings){ clock_system(), random_system(),
		REPLICA_LAPTOP };
	if (home_open(&settings, &replica, &made, &detail) != RS_OK) {
		fprintf(stderr, "pages: %s\n", detail.text);
		return 1;
	}
	left = strtoull(argv[2], NULL, 10) * MEGABYTE;
	for (unsigned number = 0; left > 0; number++) {
		size_t len = number % LARGE_EVERY == 1 ? LARGE : SMALL;

		len = left < len ? left : len;
		random_fill(random_system(), page, len);
		keep(replica, number, bytes_of(page, len));
		left -= len;
	}
	replica_close(replica);
	free(page);
	return 0;
}
