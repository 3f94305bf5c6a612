/*
 * A replica in memory for a fuzzer, the same in every run: whoever writes begins a
 * transaction first and rolls it back at last.
 */
#ifndef TESTS_FUZZ_REPLICA_H
#define TESTS_FUZZ_REPLICA_H

#include <string.h>

#include <sqlite3.h>

#include "proto/base/secret.h"
#include "proto/replica/replica.h"
#include "tests/fuzz/fuzz.h"

#define FUZZ_NOW_MS INT64_C(1700000000000)

static inline int64_t
fuzz_now(void *context)
{
	(void)context;
	return FUZZ_NOW_MS;
}

static inline void
fuzz_fill(void *context, void *data, size_t len)
{
	memset(data, ++*(uint8_t *)context, len);
}

/* Give the replica of this process; made when it is first asked for. */
static inline struct replica *
fuzz_replica(void)
{
	static const uint8_t library[16] = "the same library";
	static const uint8_t secret[32] = "and its secret, of 32 bytes";
	static uint8_t drawn;
	static const struct clock clock = { fuzz_now, NULL };
	static const struct random random = { fuzz_fill, &drawn };
	static const struct replica_settings settings = { &clock, &random, REPLICA_LAPTOP };
	static struct replica *replica;
	struct rs_err_detail detail = { "" };
	struct sqlite3 *database;

	if (replica == NULL) {
		fuzz_check(secret_start() == RS_OK);
		fuzz_check(sqlite3_open(":memory:", &database) == SQLITE_OK);
		fuzz_check(replica_open(database, &settings, &replica, &detail) == RS_OK);
		fuzz_check(replica_begin(replica) == RS_OK);
		fuzz_check(replica_join(replica, library, secret) == RS_OK);
		fuzz_check(replica_commit(replica) == RS_OK);
	}
	drawn = 0x80;
	return replica;
}

#endif
