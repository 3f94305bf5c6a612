#include <stdlib.h>

#include <zstd.h>

#include "proto/base/err.h"
#include "proto/replica/pack.h"

/*
 * An article is packed once, kept on every device, and unpacked at the same speed whatever the
 * level: this one takes 4 % less room than the usual 3, for 0.1 ms more.  Higher ones gain
 * another 1 % at twice the time.
 */
#define LEVEL 6

/* Either is made when it is needed. */
struct pack {
	ZSTD_CCtx *compress;
	ZSTD_DCtx *decompress;
};

int
pack_new(struct pack **ret_pack)
{
	struct pack *pack = calloc(1, sizeof(*pack));

	if (pack == NULL)
		return RS_ENOMEM;
	*ret_pack = pack;
	return RS_OK;
}

void
pack_rest(struct pack *pack)
{
	ZSTD_freeCCtx(pack->compress);
	ZSTD_freeDCtx(pack->decompress);
	*pack = (struct pack){ NULL, NULL };
}

void
pack_free(struct pack *pack)
{
	if (pack == NULL)
		return;
	pack_rest(pack);
	free(pack);
}

int
pack_compress(struct pack *pack, struct bytes content, struct buffer *out)
{
	size_t room = ZSTD_compressBound(content.len), len;
	uint8_t *frame;
	int err;

	if (ZSTD_isError(room))
		return RS_ELIMIT;
	if (pack->compress == NULL)
		pack->compress = ZSTD_createCCtx();
	if (pack->compress == NULL)
		return RS_ENOMEM;
	err = buffer_reserve(out, room, &frame);
	if (err != RS_OK)
		return err;
	len = ZSTD_compressCCtx(pack->compress, frame, room, content.data, content.len, LEVEL);
	if (ZSTD_isError(len))
		return RS_ENOMEM;
	buffer_commit(out, len);
	return RS_OK;
}

uint64_t
pack_size(struct bytes frame)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame.data, frame.len);

	return size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ? 0 : size;
}

int
pack_decompress(struct pack *pack, struct bytes frame, struct buffer *out)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame.data, frame.len);
	uint8_t *room;
	size_t len;
	int err;

	if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
	    ZSTD_findFrameCompressedSize(frame.data, frame.len) != frame.len)
		return RS_ENOTPAGE;
	if (size > SIZE_MAX)
		return RS_ELIMIT;
	if (pack->decompress == NULL)
		pack->decompress = ZSTD_createDCtx();
	if (pack->decompress == NULL)
		return RS_ENOMEM;
	err = buffer_reserve(out, (size_t)size, &room);
	if (err != RS_OK)
		return err;
	len = ZSTD_decompressDCtx(pack->decompress, room, (size_t)size, frame.data, frame.len);
	if (ZSTD_isError(len) || len != size)
		return RS_ENOTPAGE;
	buffer_commit(out, len);
	return RS_OK;
}
