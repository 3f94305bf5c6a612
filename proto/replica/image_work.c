#include <string.h>

#include "proto/replica/image_work.h"
#include "proto/replica/internal.h"
#include "proto/replica/work.h"

int
image_work_queue(struct replica *replica, const uint8_t *reading)
{
	replica->change.work = true;
	return database_run(&replica->database,
	    "INSERT INTO image_work (reading, due_ms) VALUES (?, ?)"
	    " ON CONFLICT (reading) DO UPDATE SET attempts = 0, due_ms = excluded.due_ms",
	    VALUES(DB_BLOB(reading, HASH_NAME_LEN), DB_INTEGER(clock_now_ms(replica->clock))));
}

int
image_work_due(struct replica *replica, int64_t now_ms, unsigned limit,
    bool (*on_work)(void *context, const struct image_work *work), void *context)
{
	struct rows rows = database_query(&replica->database,
	    "SELECT reading, attempts FROM image_work WHERE due_ms <= ?1"
	    " UNION ALL SELECT reading, attempts FROM image_work WHERE due_ms > ?2 LIMIT ?3",
	    VALUES(DB_INTEGER(now_ms), DB_INTEGER(now_ms + WORK_WAIT_MAX_MS),
	    DB_INTEGER(limit)));
	struct image_work work;

	while (database_next(&rows)) {
		memcpy(work.reading, database_blob(&rows, 0).data, sizeof(work.reading));
		work.attempts = (uint32_t)database_integer(&rows, 1);
		if (!on_work(context, &work))
			break;
	}
	return database_end(&rows);
}

int
image_work_next_due(struct replica *replica, int64_t after_ms, int64_t *ret_ms)
{
	return database_lookup(&replica->database,
	    "SELECT due_ms FROM image_work WHERE due_ms > ? ORDER BY due_ms LIMIT 1",
	    VALUES(DB_INTEGER(after_ms)), ret_ms);
}

int
image_work_failed(struct replica *replica, const uint8_t *reading, int64_t due_ms)
{
	return database_run(&replica->database,
	    "UPDATE image_work SET attempts = attempts + 1, due_ms = ? WHERE reading = ?",
	    VALUES(DB_INTEGER(due_ms), DB_BLOB(reading, HASH_NAME_LEN)));
}

int
image_work_postponed(struct replica *replica, const uint8_t *reading, int64_t due_ms)
{
	return database_run(&replica->database,
	    "UPDATE image_work SET due_ms = ? WHERE reading = ?",
	    VALUES(DB_INTEGER(due_ms), DB_BLOB(reading, HASH_NAME_LEN)));
}

int
image_work_done(struct replica *replica, const uint8_t *reading)
{
	return database_run(&replica->database, "DELETE FROM image_work WHERE reading = ?",
	    VALUES(DB_BLOB(reading, HASH_NAME_LEN)));
}
