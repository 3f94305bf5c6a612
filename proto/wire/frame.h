/*
 * Frames: how messages are told apart on a stream.  A frame is its length in
 * two bytes, big endian, and then that many bytes, at least 1.
 *
 * The reader does no I/O and holds one frame at most: it is fed whatever pieces
 * the transport delivers, and takes from them up to the end of the next frame.
 */
#ifndef PROTO_WIRE_FRAME_H
#define PROTO_WIRE_FRAME_H

#include <stdbool.h>

#include "proto/base/buffer.h"

enum {
	FRAME_HEADER_LEN = 2,
	FRAME_MAX = 65535,		/* what two bytes can say */
	FRAME_PAYLOAD_MAX = 65519	/* FRAME_MAX less the tag of a Noise message */
};

/* Opaque: of use only to the functions below. */
struct frame_reader {
	uint8_t header[FRAME_HEADER_LEN];
	size_t header_len;
	size_t body_len;	/* what the header said, once it is whole */
	bool handed_over;	/* the body is the caller's until the next call */
	struct buffer body;
};

/**
 * frame_reader_init(reader):
 * Make ${reader} ready for the first byte of a frame.  Allocates nothing.
 */
void frame_reader_init(struct frame_reader *reader);

/**
 * frame_reader_release(reader):
 * Wipe and free what ${reader} holds.
 */
void frame_reader_release(struct frame_reader *reader);

/**
 * frame_reader_take(reader, max, in, ret_frame):
 * Take bytes from the front of ${in}, up to the end of the current frame at
 * most, and move ${in} behind them.  When that frame is whole, set ${ret_frame}
 * to its body, which is borrowed until the next call; else set it to an empty
 * view, and ${in} is used up.  RS_EPROTOCOL, before any memory is taken for
 * it, when the frame is empty or longer than ${max} (1 to FRAME_MAX); RS_ENOMEM.
 * After a failure the stream has no next frame: drop it.
 */
int frame_reader_take(struct frame_reader *reader, size_t max, struct bytes *in,
    struct bytes *ret_frame);

/**
 * frame_reader_between(reader):
 * Tell whether a stream that ends here ends between two frames.
 */
bool frame_reader_between(const struct frame_reader *reader);

/**
 * frame_append_header(body_len, out):
 * Append the header of a frame to ${out} and make room for its body, which the
 * caller appends next: ${body_len} bytes.  Fails as frame_append.
 */
int frame_append_header(size_t body_len, struct buffer *out);

/**
 * frame_append(body, out):
 * Append ${body} as one frame to ${out}.  RS_ELIMIT when it is empty, longer
 * than FRAME_MAX or does not fit ${out}'s bound, RS_ENOMEM; ${out} is then
 * unchanged.
 */
int frame_append(struct bytes body, struct buffer *out);

#endif
