#include <string.h>

#include "proto/vault/vfs.h"
#include "proto/vault/vfs_batch.h"

int
vfs_batch_init(struct vfs_batch *batch, sqlite3_file *lower, size_t max)
{
	memset(batch, 0, sizeof(*batch));
	batch->lower = lower;
	batch->max = max;
	batch->data = sqlite3_malloc64(max);
	return batch->data != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

void
vfs_batch_release(struct vfs_batch *batch)
{
	sqlite3_free(batch->data);
	batch->data = NULL;
	batch->len = 0;
}

int
vfs_batch_add(struct vfs_batch *batch, sqlite3_int64 offset, size_t len, uint8_t **ret_room)
{
	int rc;

	if (offset != batch->offset + (sqlite3_int64)batch->len || len > batch->max - batch->len) {
		rc = vfs_batch_flush(batch);
		if (rc != SQLITE_OK)
			return rc;
		batch->offset = offset;
	}
	*ret_room = batch->data + batch->len;
	batch->len += len;
	return SQLITE_OK;
}

int
vfs_batch_flush(struct vfs_batch *batch)
{
	int rc;

	if (batch->len == 0)
		return SQLITE_OK;
	rc = vfs_code(batch->lower, batch->lower->pMethods->xWrite(batch->lower, batch->data,
	    (int)batch->len, batch->offset));
	if (rc == SQLITE_OK)
		batch->len = 0;
	return rc;
}

int
vfs_batch_flush_for(struct vfs_batch *batch, sqlite3_int64 offset, size_t len)
{
	if (offset >= batch->offset + (sqlite3_int64)batch->len ||
	    offset + (sqlite3_int64)len <= batch->offset)
		return SQLITE_OK;
	return vfs_batch_flush(batch);
}
