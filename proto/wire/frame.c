#include <string.h>

#include "proto/base/err.h"
#include "proto/wire/frame.h"

void
frame_reader_init(struct frame_reader *reader)
{
	*reader = (struct frame_reader){ 0 };
	buffer_init_secret(&reader->body, FRAME_MAX);
}

void
frame_reader_release(struct frame_reader *reader)
{
	buffer_release(&reader->body);
	frame_reader_init(reader);
}

static struct bytes
take(struct bytes *in, size_t len)
{
	struct bytes taken = bytes_of(in->data, len < in->len ? len : in->len);

	if (taken.len > 0)
		*in = bytes_of(in->data + taken.len, in->len - taken.len);
	return taken;
}

/* The header is judged when it is whole, before room is made for the body. */
static int
take_header(struct frame_reader *reader, size_t max, struct bytes *in)
{
	struct bytes piece = take(in, FRAME_HEADER_LEN - reader->header_len);

	if (piece.len > 0)
		memcpy(reader->header + reader->header_len, piece.data, piece.len);
	reader->header_len += piece.len;
	if (reader->header_len < FRAME_HEADER_LEN)
		return RS_OK;
	reader->body_len = (size_t)reader->header[0] << 8 | reader->header[1];
	return reader->body_len == 0 || reader->body_len > max ? RS_EPROTOCOL : RS_OK;
}

int
frame_reader_take(struct frame_reader *reader, size_t max, struct bytes *in,
    struct bytes *ret_frame)
{
	struct bytes piece;
	uint8_t *room;
	int err;

	if (reader->handed_over) {
		buffer_clear(&reader->body);
		reader->header_len = 0;
		reader->handed_over = false;
	}
	if (reader->header_len < FRAME_HEADER_LEN) {
		err = take_header(reader, max, in);
		if (err != RS_OK)
			return err;
	}
	if (reader->header_len < FRAME_HEADER_LEN) {
		*ret_frame = bytes_of(NULL, 0);
		return RS_OK;
	}
	/* All the room at once, so that growing leaves no stray copies behind. */
	err = buffer_reserve(&reader->body, reader->body_len - reader->body.len, &room);
	if (err != RS_OK)
		return err;
	piece = take(in, reader->body_len - reader->body.len);
	if (piece.len > 0)
		memcpy(room, piece.data, piece.len);
	buffer_commit(&reader->body, piece.len);
	reader->handed_over = reader->body.len == reader->body_len;
	*ret_frame = reader->handed_over ? buffer_bytes(&reader->body) : bytes_of(NULL, 0);
	return RS_OK;
}

bool
frame_reader_between(const struct frame_reader *reader)
{
	return reader->header_len == 0 || reader->handed_over;
}

int
frame_append_header(size_t body_len, struct buffer *out)
{
	uint8_t header[FRAME_HEADER_LEN] = { (uint8_t)(body_len >> 8), (uint8_t)body_len };
	uint8_t *room;
	int err;

	if (body_len == 0 || body_len > FRAME_MAX)
		return RS_ELIMIT;
	/* Room for the body too: a header without one would spoil the stream. */
	err = buffer_reserve(out, sizeof(header) + body_len, &room);
	if (err != RS_OK)
		return err;
	memcpy(room, header, sizeof(header));
	buffer_commit(out, sizeof(header));
	return RS_OK;
}

int
frame_append(struct bytes body, struct buffer *out)
{
	int err = frame_append_header(body.len, out);

	return err == RS_OK ? buffer_append(out, body.data, body.len) : err;
}
