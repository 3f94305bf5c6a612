/*
 * Feeds from any bytes, under one of several content types (the first byte): the
 * entries keep the bounds of feed_result.h and cross the pipe to the daemon.
 */
#include <string.h>

#include "daemon/feed/feed_parse.h"
#include "daemon/feed/feed_result.h"
#include "daemon/worker/worker.h"
#include "proto/record/unpack.h"
#include "tests/fuzz/fuzz.h"

unsigned fuzz_runs = 10000;

/* What a worker writes must be what the daemon takes. */
static void
check_pipe(const Readsync__JobResult *result)
{
	size_t len = readsync__job_result__get_packed_size(result);
	uint8_t *packed = malloc(len + 1);
	ProtobufCMessage *again;

	fuzz_check(packed != NULL && len <= WORKER_RESULT_MAX);
	readsync__job_result__pack(result, packed);
	fuzz_check(unpack_bounded(&readsync__job_result__descriptor, bytes_of(packed, len),
	    16 * WORKER_RESULT_MAX, &again) == RS_OK);
	protobuf_c_message_free_unpacked(again, NULL);
	free(packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const types[] = { NULL, "application/rss+xml", "application/feed+json",
	    "text/xml; charset=iso-8859-1", "text/html; charset=utf-16", "application/json" };
	struct rs_err_detail detail = { "" };
	Readsync__JobResult *result = NULL;
	int err;

	if (len < 1)
		return 0;
	err = feed_parse(bytes_of(data + 1, len - 1), "https://example.org/feed/",
	    types[data[0] % (sizeof(types) / sizeof(types[0]))], &result, &detail);
	if (err == RS_OK) {
		check_pipe(result);
		for (size_t i = 0; i < result->n_entries; i++)
			fuzz_check(result->entries[i]->link[0] == '\0' ||
			    strncmp(result->entries[i]->link, "http", 4) == 0);
		readsync__job_result__free_unpacked(result, NULL);
	} else {
		fuzz_check(err == RS_ENOTPAGE && detail.text[0] != '\0');
	}
	return 0;
}
